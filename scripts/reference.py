"""Write the reference pages that code can tell by itself: `PYTHONPATH=. .venv/bin/python scripts/reference.py` (`--check` only compares).

docs/develop/api-reference.md from the API's description, docs/develop/events.md from the registered facts, docs/operate/commands.md from the command line.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def api_page(schema: dict[str, Any]) -> str:
    """Every operation and every shape of the API."""
    lines = ["# API reference", "", "Made by `scripts/reference.py`. How to begin: [api.md](api.md). Needs = the right a token must have in its scopes.", ""]
    by_tag: dict[str, list[str]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    for tag, operations in by_tag.items():
        lines += [f"## {tag.capitalize()}", "", *operations]
    lines += ["## Shapes", ""]
    for name, shape in sorted(schema["components"]["schemas"].items()):
        lines += [f"### {name}", ""]
        for field, about in shape.get("properties", {}).items():
            needed = "" if field in shape.get("required", []) else " (optional)"
            lines.append(f"- `{field}` {_type(about)}{needed}: {about.get('description', '')}")
        lines.append("")
    return "\n".join(lines)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    text = [f"### `{method.upper()} {path}`", "", " ".join(operation.get("description", "").split()), ""]
    text.append(f"- Needs: `{operation['x-needs']}`" if operation["x-needs"] else "- Needs: only to be known")
    for each in operation.get("parameters", []):
        if each["in"] == "query":
            text.append(f"- `?{each['name']}` {_type(each['schema'])}: {each['description']}")
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        text.append(f"- Body: {_type(body['application/json']['schema'])}")
    elif body:
        text.append(f"- Body: raw bytes ({', '.join(body)})")
    for status, answer in operation["responses"].items():
        if status != "default":
            content = next(iter(answer.get("content", {}).values()), None)
            text.append(f"- Answers {status}" + (f": {_type(content['schema'])}" if content else ""))
    return "\n".join([*text, ""])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = {"string": "text", "integer": "whole number", "boolean": "yes or no", "object": "object", "null": "null", "number": "number"}.get(
        str(schema.get("type")), "anything"
    )
    return "time" if schema.get("format") == "date-time" else f"`{schema['const']}`" if "const" in schema else kind


def events_page() -> str:
    """Every fact of the diary."""
    from yavar.base.events import described

    lines = ["# Events", "", "Made by `scripts/reference.py`. The diary's facts: what the timeline, the audit, the streams and webhooks are made of. A released schema never",
             "changes; a new version stands beside it. Public = customers may hear that it happened; staff = only the team.", ""]  # fmt: skip
    for name, (audience, words, fields) in described().items():
        lines += [
            f"### `{name}` ({audience})",
            "",
            words,
            "",
            "Fields: " + (", ".join(f"`{field}` {kind}" for field, kind in fields.items()) or "none") + ".",
            "",
        ]
    return "\n".join(lines)


def commands_page() -> str:
    """Every command and option."""
    from yavar.config.cli import parser

    os.environ["COLUMNS"] = "110"
    top = parser()
    lines = ["# Commands", "", "Made by `scripts/reference.py`. `bin/yavar …` from a clone, `yavar …` when it is installed.", ""]
    group = next(each for each in top._actions if isinstance(each, argparse._SubParsersAction))
    for name, command in group.choices.items():
        lines += [f"## yavar {name}", "", "```", command.format_help().rstrip(), "```", ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Each page's path and text."""
    from yavar.config.wiring import wire
    from yavar.web.api.v1 import api

    wire()
    return {
        ROOT / "docs/develop/api-reference.md": api_page(api.get_openapi_schema()),
        ROOT / "docs/develop/events.md": events_page(),
        ROOT / "docs/operate/commands.md": commands_page(),
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yavar.config.settings")
    os.environ.setdefault("YAVAR_DATA", tempfile.mkdtemp())
    import django

    django.setup()
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        sys.exit("\n".join(f"{path.relative_to(ROOT)} is stale: run scripts/reference.py" for path in stale) if stale else 0)
    for path, text in pages().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
