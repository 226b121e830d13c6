"""A mail's lines, each with its folded form and whether it is quoted."""

import re
from typing import Final

import msgspec

from .fold import fold

MOST: Final = 20_000  # lines that are looked at one by one; what comes after them counts as one more
_QUOTED: Final = re.compile(r"\s{0,4}(?:[A-ZА-ЯЁ]{1,3}(?=>))?[>＞]+")  # also "ИП> text" of The Bat!

_BROKEN: Final = (">:", "> :", "> wrote:")  # the end of a broken "<x@example.org>:"


class Line(msgspec.Struct, frozen=True, gc=False):
    """`said` is folded and without quote marks."""

    raw: str
    said: str
    quoted: bool

    @property
    def blank(self) -> bool:
        return not self.said and not self.quoted

    @property
    def own(self) -> bool:
        """Words that stand in no quote."""
        return bool(self.said) and not self.quoted


def read(text: str) -> list[Line]:
    """Splits at line ends only (not at form feeds or U+2028, which people paste)."""
    return [_line(raw) for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n", MOST)]


def _line(raw: str) -> Line:
    shown = raw.lstrip("\u200e\u200f\u202a\u202b\u2067\u2066\u2068\ufeff")
    quoted = bool(_QUOTED.match(shown)) and shown.strip() not in _BROKEN
    return Line(raw, fold(_bare(shown) if quoted else raw), quoted)


def _bare(raw: str) -> str:
    """Without the marks of a quote, however deep; one pass."""
    mark = _QUOTED.match(raw)
    return raw[mark.end() :].lstrip("> \t＞") if mark else raw


def write(lines: list[Line]) -> str:
    return "\n".join(line.raw for line in lines).strip()


def tail_start(lines: list[Line]) -> int:
    """How many lines there are without the blank ones at the end."""
    end = len(lines)
    while end and lines[end - 1].blank:
        end -= 1
    return end
