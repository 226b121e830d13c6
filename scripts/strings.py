#!/usr/bin/env python3
"""The one catalogue of strings: collect from Python, Jinja2 and JavaScript, keep what is translated, compile.

scripts/strings.py            refresh yavar/locale (new strings stand there empty: translate them)
scripts/strings.py --check    prove that nothing is missing, fuzzy or stale
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "yavar/locale"
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "t": None, "tn": (1, 2)}
METHODS = [
    ("**/vendor/**", "ignore"),
    ("**/tests/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext.babel_extract"),
    ("**.js", "javascript"),
]
OPTIONS = {"**.js": {"parse_template_string": "true"}, "**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
LITERAL = r'"((?:[^"\\]|\\.)*)"'
SAID = re.compile(rf"\b(?:t\({LITERAL}|tn\({LITERAL},\s*{LITERAL})")
CLIENTS = {
    "agent": ("yavar/web/agent/static/", "yavar/web/ui/static/"),
    "board": ("yavar/web/agent/static/board", "yavar/web/ui/static/"),
    "widget": ("yavar/web/widget/", "yavar/web/ui/static/"),
}


def collect() -> tuple[Catalog, dict[str, list[str]]]:
    """Everything that is said, and which client says it."""
    catalog, clients = Catalog(), defaultdict(set)
    found = [*extract_from_dir(str(ROOT / "yavar"), METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",)), *overlooked()]
    for name, _line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        path = f"yavar/{name}"
        catalog.add(message, None, [(path, 0)], auto_comments=comments, context=context)
        for client, folders in CLIENTS.items():
            if path.startswith(folders):
                clients[client].add(message[0] if isinstance(message, tuple) else message)
    return catalog, {client: sorted(clients[client]) for client in CLIENTS}


def overlooked() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], None]]:
    """Calls in scripts that stand in a template within a template within a template: Babel's reader loses count there."""
    for path in sorted((ROOT / "yavar").rglob("*.js")):
        if not {"vendor", "tests"} & set(path.parts):
            for call in SAID.finditer(path.read_text()):
                one, singular, plural = (text and json.loads(f'"{text}"') for text in call.groups())
                yield path.relative_to(ROOT / "yavar").as_posix(), 0, one or (singular, plural), [], None


def merged(lang: str, template: Catalog) -> Catalog:
    """The language's catalogue with today's strings: translations kept, new ones empty, unused ones gone."""
    path = LOCALE / lang / "LC_MESSAGES/django.po"
    known = read_po(io.BytesIO(path.read_bytes()), locale=lang) if path.exists() else Catalog(locale=lang)
    fresh = Catalog(locale=lang, project="Yavar", charset="utf-8", fuzzy=False)
    for message in template:
        if not message.id:
            continue
        before = known.get(message.id, message.context)
        fresh.add(message.id, before.string if before else None, sorted(set(message.locations)), auto_comments=message.auto_comments, context=message.context)
    fresh.creation_date = fresh.revision_date = known.creation_date if path.exists() else fresh.creation_date
    return fresh


def missing(catalog: Catalog) -> list[str]:
    """What has no words yet."""
    return [str(m.id) for m in catalog if m.id and (not m.string or (isinstance(m.string, (tuple, list)) and not all(m.string)))]


def po_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=140, sort_output=True, omit_header=False, include_lineno=False)
    lines = [
        line
        for line in out.getvalue().splitlines()
        if not line.startswith((b'"POT-Creation', b'"PO-Revision', b'"Generated-By', b'"Last-Translator', b'"Language-Team', b'"Report-Msgid', b"# "))
    ]
    return b"\n".join(lines) + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    read = read_po(io.BytesIO(po_bytes(catalog)), locale=catalog.locale)
    read.creation_date = read.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the file must depend on the strings alone
    write_mo(out, read)
    return out.getvalue()


def files() -> tuple[dict[Path, bytes], list[str]]:
    """Every file of the locale folder as it has to be, and complaints."""
    template, clients = collect()
    made, complaints = {LOCALE / "clients.json": (json.dumps(clients, ensure_ascii=False, indent=1) + "\n").encode()}, []
    for lang in ("fa", "ru"):
        catalog = merged(lang, template)
        complaints += [f"{lang}: {text!r} has no translation" for text in missing(catalog)]
        folder = LOCALE / lang / "LC_MESSAGES"
        made[folder / "django.po"], made[folder / "django.mo"] = po_bytes(catalog), mo_bytes(catalog)
    return made, complaints


def main() -> None:
    made, complaints = files()
    if "--check" in sys.argv:
        complaints += [
            f"{path.relative_to(ROOT)} is stale: run scripts/strings.py" for path, data in made.items() if not path.exists() or path.read_bytes() != data
        ]
        sys.exit("\n".join(complaints) if complaints else 0)
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print("\n".join(complaints) or "complete")


if __name__ == "__main__":
    main()
