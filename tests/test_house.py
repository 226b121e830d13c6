"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
CODE = [p for p in ROOT.glob("**/*") if p.suffix in (".py", ".js", ".css", ".html") and not {".venv", "vendor", "migrations", ".data"} & set(p.parts)]
FLOORS = ["base", "desk", "people", "conversations", "channels", "flow", "realtime", "notifications", "webhooks", "integrations", "web", "config"]


def floor(module: str) -> int:
    """The height of a module's room; what stands outside our rooms is the ground."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "yavar" else -1


def test_foreign_keys_point_down():
    wrong = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target and not field.auto_created and floor(target.__module__) > floor(model.__module__):
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert not wrong


def test_no_file_is_longer_than_400_lines():
    long = {str(p.relative_to(ROOT)): n for p in CODE if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_async_lives_in_the_edge_alone():
    wrong = []
    for path in CODE:
        if path.suffix == ".py" and "yavar" in path.parts and "edge" not in path.parts and "tests" not in path.parts:
            tree = ast.parse(path.read_text())
            wrong += [f"{path.name}:{n.lineno}" for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef | ast.Await | ast.AsyncWith | ast.AsyncFor)]
            wrong += [f"{path.name}: import asyncio" for n in ast.walk(tree) if isinstance(n, ast.Import) and any(a.name == "asyncio" for a in n.names)]
    assert not wrong


def test_css_knows_no_left_and_right():
    physical = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|(?:left|right)\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right))"
    )
    wrong = [
        f"{p.name}:{n}: {line.strip()}" for p in CODE if p.suffix == ".css" for n, line in enumerate(p.read_text().splitlines(), 1) if physical.search(line)
    ]
    assert not wrong


def test_css_uses_tokens_for_colours():
    raw = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(", re.I)
    allowed = {"tokens.css", "shop.css"}  # the shop is another house
    wrong = [
        f"{p.name}:{n}: {line.strip()}"
        for p in CODE
        if p.suffix == ".css" and p.name not in allowed
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if raw.search(line)
    ]
    assert not wrong


LATER = {
    "again",
    "alerts",
    "begin",
    "bell",
    "chime",
    "device",
    "forward",
    "joining",
    "keeping",
    "offer",
    "own-fields",
    "own-time",
    "palette",
    "people",
    "promises",
    "sheet",
    "sieve",
    "visitors",
}  # read when first wanted: weighs nothing for who opens the inbox


def test_the_inbox_opens_with_at_most_20_modules_and_all_are_preloaded():
    modules = (
        {p.stem for p in (ROOT / "yavar/web/agent/static").glob("*.js")}
        - {"sign-in", "settings", "welcome", "push", "worker", "hours", "board", "board-alarms", "board-parts", "board-time"}
        - LATER
    )
    page = (ROOT / "yavar/web/agent/templates/agent/inbox.html").read_text()
    assert len(modules) <= 20
    assert {name for name in modules if f'"{name}"' not in page} == set()


@pytest.mark.parametrize("words", [["-m", "yavar"], ["-m", "yavar", "serve", "--help"], ["-m", "yavar", "user", "--help"]])
def test_help_helps(words):
    out = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "usage: yavar" in out


def test_catalogues_and_vendored_files_are_complete():
    for script in ("strings.py", "vendor.py"):
        done = subprocess.run([sys.executable, f"scripts/{script}", "--check"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("lang", "never"),
    [
        ("fa", "تیم‌ها|یا تیم|گروه شما|یکی از گروه"),  # the team is all who work here (تیم, команда); a team is some of them (گروه, группа)
        ("ru", r"командам\b|команды и вы|или команде|\bстола?\b"),  # the desk is служба
    ],
)
def test_a_thing_has_one_name(lang, never):
    text = (ROOT / f"yavar/locale/{lang}/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith(("msgstr", '"')) and re.search(never, line)] == []


def test_numbers_and_domains_keep_their_sign_before_them_among_persian_words():
    text = (ROOT / "yavar/locale/fa/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert re.findall(r"^msgstr.*(?<![\u200e\u2066\w])(?:#\{reference\}|@[a-z]).*$", text, re.MULTILINE) == []


def test_floors_stand():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db
@pytest.mark.one_engine
def test_migrations_say_what_the_models_say():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
