"""Whole letters of `letters.txt`. The margin says what becomes of a line: `+` the writer's words, `~` their signature, `-` cut."""

import random
from pathlib import Path

import pytest

from yavar.integrations.channels.email.reply import MARKER, strip

LETTERS = [block.partition("\n")[::2] for block in (Path(__file__).parent / "letters.txt").read_text("utf-8").removeprefix("# ").split("\n\n# ")]


def lines_of(letter: str, margins: str) -> str:
    return "\n".join(line[1:] for line in letter.rstrip("\n").split("\n") if line[:1] in margins)


@pytest.mark.parametrize(("name", "letter"), LETTERS, ids=[name for name, _ in LETTERS])
def test_letter(name: str, letter: str) -> None:
    reply = strip(lines_of(letter, "+~-"))
    assert reply.text.split() == lines_of(letter, "+").split()
    if "~" in {line[:1] for line in letter.split("\n")}:
        assert reply.signature.split() == lines_of(letter, "~").split()


@pytest.mark.parametrize("text", ["", " \n ", "\n\n", "\u200f"])
def test_nothing_stays_nothing(text: str) -> None:
    assert strip(text).text.strip("\u200f") == ""


@pytest.mark.parametrize("marker", MARKER.values())
def test_own_line_never_eats_the_whole_mail(marker: str) -> None:
    assert "hello" in strip(f"{marker}\n\nhello").text
    assert strip(f"hello\n\n{marker}\n\nOld words").text == "hello"


def test_text_is_kept_as_it_was_written() -> None:
    text = "Hello  \n\n    indented\n\ttab  and  blanks\u200c\u200f\n\nend"
    assert strip(text).text == text
    assert strip(f"\n{text}\n\nOn Mon, Nov 3, 2026 at 10:00 AM Shop <help@shop.example> wrote:\n> old").text == text


HOSTILE = (
    "On " * 300_000,
    "On Mon, Nov 3, 2026\n" * 50_000,
    ">" * 1_000_000,
    "> " * 500_000,
    ">\n" * 500_000,
    "\n" * 1_000_000,
    "a@b <" * 200_000,
    "wrote:\n" * 140_000,
    "x wrote:\n> y\n" * 70_000,
    "From: a@b\n" * 100_000,
    "From:\n\n" * 140_000,
    "--\n" * 300_000,
    "_______________________________________________\n" * 20_000,
    "Sent from my iPhone\n" * 50_000,
    "Best regards\n" * 70_000,
    "-----Original Message-----\n" * 37_000,
    "________________________________\nFrom: " * 25_000,
    "در تاریخ " * 100_000,
    "10:00 " * 160_000,
    "sent from my " + "a" * 1_000_000,
    "\u200f" * 1_000_000,
    "- \n\n" * 250_000,
)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:16]) for text in HOSTILE])
def test_work_grows_with_the_size_alone(text: str) -> None:
    """A megabyte of what a pattern could stumble over: a quadratic step anywhere would take minutes."""
    assert isinstance(strip(text).text, str)


def test_headings_that_share_a_line() -> None:
    """The second heading reaches up to the first, which is gone already."""
    first, second = "X <x@mail.example> wrote:", "<y@mail.example> 3.11.2026 10:00 wrote:"
    for quote in ("", "> old\n"):
        for own in ("", "hello\n"):
            assert strip(f"{own}{first}\n{second}\n{quote}{first}\n{second}\n{quote}bye").text


def test_any_order_of_lines_is_read() -> None:
    """A mail that said something never comes out empty, whatever its lines are and in whatever order."""
    folder, chance = Path(__file__).parent, random.Random(7)
    lines = [line for path in folder.glob("*.txt") for line in path.read_text("utf-8").split("\n")]
    for _ in range(600):
        mail = "\n".join(chance.choice(("", "", "", "> ", ">> ")) + chance.choice(lines).lstrip("+~-") for _ in range(chance.randint(1, 25)))
        assert strip(mail).text or not mail.strip()


@pytest.mark.parametrize(
    "line", ["Из мобильной Яндекс.Почты", "Из Почты Mail.ru для Android", "Отправлено из Почты Mail", "ارسال‌شده از آیفون من", "Sent from my iPhone"]
)
def test_what_a_program_adds_is_no_word_of_the_writers(line):
    assert strip(f"Добрый день, заказ не пришёл.\n\n{line}\n").text == "Добрый день, заказ не пришёл."
