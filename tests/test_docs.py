"""Documentation is complete: a setting, command, event or field of the API that nobody described fails here."""

import dataclasses
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_reference_pages_say_what_the_code_says():
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, env={**__import__("os").environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_reckoning_answers_as_its_page_says(tmp_path):
    page = (ROOT / re.search(r"due: cases .*\((.*?\.md)\)", (ROOT / "yavar/config/cli.py").read_text())[1]).read_text()
    [cases], [answers] = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE), re.findall(r"^```\n(\{.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "cases.json").write_text(cases)
    done = subprocess.run([sys.executable, "-m", "yavar", "sla", "due", str(tmp_path / "cases.json")], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == (answers, 0), done.stderr


def test_addresses_in_commands_are_quoted_where_a_shell_would_look_for_files():
    """zsh, which macOS starts, takes a bare ? for a pattern and runs nothing."""
    lines = [
        (page.name, line) for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] for line in page.read_text().splitlines() if line.startswith("curl ")
    ]
    assert lines and [each for each in lines if re.search(r"""\s[^\s"']+\?""", each[1])] == []


def test_every_field_of_the_api_has_words():
    from yavar.web.api.v1 import api

    for shape, facts in api.get_openapi_schema()["components"]["schemas"].items():
        for field, about in facts.get("properties", {}).items():
            assert about.get("description") or shape == "Problem", f"{shape}.{field}"


def test_no_words_for_fields_that_are_gone():
    from yavar.web.api.glossary import WORDS
    from yavar.web.api.v1 import api

    schema = api.get_openapi_schema()
    shapes = schema["components"]["schemas"]
    fields = {field for shape in shapes.values() for field in shape.get("properties", {})}
    fields |= {each["name"] for methods in schema["paths"].values() for operation in methods.values() for each in operation.get("parameters", [])}
    named = {f"{shape}.{field}" for shape, facts in shapes.items() for field in facts.get("properties", {})}
    assert {word for word in WORDS if word not in (named if "." in word else fields)} == set()


def test_every_event_has_words():
    from yavar.base.events import described
    from yavar.config.wiring import wire

    wire()
    assert [name for name, (_audience, words, _fields) in described().items() if not words] == []


def test_every_setting_of_the_operator_is_described():
    from yavar.config.env import Env

    text = (ROOT / "docs/operate/settings.md").read_text()
    wanted = {f"YAVAR_{field.name.upper()}" for field in dataclasses.fields(Env)}
    wanted |= set(re.findall(r"YAVAR_[A-Z_]+", "".join(path.read_text() for path in (ROOT / "yavar").rglob("*.py") if "tests" not in path.parts)))
    assert {name for name in wanted if f"`{name}`" not in text and not name.endswith("_FILE") and name not in ("YAVAR_", "YAVAR_TEST_ENGINE")} == set()


def test_every_setting_of_the_owner_is_described():
    from yavar.desk.settings import DeskSettings
    from yavar.web.agent.settings.frame import TABS

    text = (ROOT / "docs/use/settings.md").read_text()
    assert [name for name in DeskSettings.__struct_fields__ if f"`{name}`" not in text] == []
    assert [str(tab.label) for tab in TABS if f"| {tab.label} |" not in text] == []


@pytest.mark.parametrize("page", [*sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md")), "README.md", "ARCHITECTURE.md"])
def test_links_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{page}: {target}"


def test_every_command_says_what_it_does():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts/reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.commands_page()
    from yavar.config.cli import RUNS

    assert [name for name in RUNS if f"## yavar {name}\n" not in page] == []
