"""Numbers as each language writes them, unless their reader wants them otherwise."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import translation

CHOICES = ("", "persian", "latin")  # '' as the language has it
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_chosen: ContextVar[str] = ContextVar("digits", default="")


@contextmanager
def written(choice: str) -> Iterator[None]:
    """Inside, numbers are written as a reader has chosen: one of CHOICES."""
    token = _chosen.set(choice)
    try:
        yield
    finally:
        _chosen.reset(token)


def digits(number: int) -> str:
    """A whole number below a thousand, in the digits the reader has chosen, else in the active language's."""
    return numerals(str(number))


def numerals(text: str) -> str:
    """A text with its digits as the reader has chosen them, else as the active language writes them."""
    persian = _chosen.get() == "persian" or (not _chosen.get() and translation.get_language() == "fa")
    return text.translate(_PERSIAN) if persian else text


def latin(text: str) -> str:
    """A text with its digits, which may be of any script, as Latin ones."""
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
