"""Text of strangers, made fit for a header, a page or a body."""

import re
import unicodedata
from typing import Final

_LONE: Final = re.compile("[\ud800-\udfff]")
# C0 and C1 controls, DEL, lone surrogates, line and paragraph separators; then what turns the direction of all that follows (UAX 9)
_BREAKS: Final = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STRONG: Final = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def one_line(text: str, most: int) -> str:
    """One line of at most `most` characters: controls and line ends are blanks, bidi overrides are gone, what is too long ends in an ellipsis.

    Half-spaces and direction marks stay, since Persian is written with them.
    """
    said = _TURNS.sub("", _BREAKS.sub(" ", text[: most * 4])).strip()
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def lines(text: str) -> str:
    """Text as typed, its line ends `\\n`, without control characters; a lone surrogate is U+FFFD."""
    return _CONTROLS.sub("", _LONE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))


def direction(text: str, otherwise: str) -> str:
    """`rtl` or `ltr` by the first letter that has a direction (UAX 9 P2), as `dir="auto"` does where programs know it; `otherwise` without such a letter."""
    for letter in text:
        if found := _STRONG.get(unicodedata.bidirectional(letter)):
            return found
    return otherwise


def isolated(text: str, base: str) -> str:
    """`text` fit to stand in a sentence of the direction `base`: between U+2068 and U+2069 when some of its letters run the other way."""
    other = "ltr" if base == "rtl" else "rtl"
    runs_otherwise = any(_STRONG.get(unicodedata.bidirectional(letter)) == other for letter in text)
    return f"\u2068{text}\u2069" if runs_otherwise else text
