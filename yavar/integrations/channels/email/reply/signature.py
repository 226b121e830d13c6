"""Parting somebody's own words from their signature."""

import re
from typing import Final

from . import block
from .closings import FAREWELLS, MOBILE
from .lines import Line, tail_start

_MOST: Final = 14  # lines of a signature; longer ones are letters that have a line of dashes in them
_WIDEST: Final = 100
_RULE: Final = re.compile(r"-{2,3}$|_{2,}$|={4}$")  # "-- " is RFC 3676 section 4.3, the rest are habits
_FOOTER: Final = re.compile(r"_{20,}$|-{20,}$")  # over the footer of a mailing list, or a scanner's advertisement
_DASHED: Final = re.compile(r"-\s?(?:[^\W\d_]{2,20}\.?)(?: [^\W\d_]{1,20}\.?){0,2}$")
_POSTSCRIPT: Final = re.compile(r"(?:p\.? ?s\.?|п\.? ?с\.?|з\.? ?ы\.?|پ\.? ?ن\.?|بعد التحریر)\s?[.:)]?(?:\s|$)")


def part(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """(own words, signature). Something is always left of the own words when there was something."""
    words, signed = _part_once(lines)
    if signed and _FOOTER.match(signed[0].said):  # the footer of a list stands under the writer's own signature
        words, own = _part_once(words)
        signed = [*own, *signed]
    return words, signed


def _part_once(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    words, mobile = _part_mobile(lines)
    for starts in (_ruled, _farewell, _dashed):
        start = starts(words)
        if start is not None:
            return words[:start], [*words[start:], *mobile]
    return words, mobile


def part_footer(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Only what stands under a line of dashes or was added by a program: safe to take off under a quoted history too."""
    words, mobile = _part_mobile(lines)
    start = _ruled(words)
    return (words, mobile) if start is None else (words[:start], [*words[start:], *mobile])


def _part_mobile(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """ "Sent from my iPhone" and its like; several may stand together."""
    start = end = tail_start(lines)
    while start and (lines[start - 1].blank or _is_mobile(lines[start - 1])):
        start -= 1
    while start < end and lines[start].blank:
        start += 1
    ruled = tail_start(lines[:start])
    if start < end and ruled and _RULE.match(lines[ruled - 1].said):
        start = ruled - 1
    return (lines[:start], lines[start:]) if _says_something(lines[:start]) else (lines, [])


def _is_mobile(line: Line) -> bool:
    return line.own and len(line.said) <= _WIDEST and bool(MOBILE.match(line.said))


def _ruled(lines: list[Line]) -> int | None:
    """The last "-- " with a few short lines under it."""
    for start in _last_lines(lines):
        if lines[start].own and (_RULE.match(lines[start].said) or _FOOTER.match(lines[start].said)):
            below = lines[start + 1 :]
            footer = bool(_FOOTER.match(lines[start].said))
            fits = all(not line.quoted and (footer or len(line.said) <= _WIDEST) for line in below) and not _is_over_block(below)
            return start if fits and any(line.own for line in below) and _says_something(lines[:start]) else None
    return None


def _is_over_block(below: list[Line]) -> bool:
    """Outlook draws the same line over the letter it answers."""
    first = next((n for n, line in enumerate(below) if not line.blank), 0)
    return bool(below) and block.block_at(below, first, announced=True)


def _farewell(lines: list[Line]) -> int | None:
    """The last "Best regards" that stands alone, or before a comma and a name, with a name or a card under it."""
    for start in _last_lines(lines):
        if not lines[start].own or not _is_farewell(lines[start].said):
            continue
        below = [line for line in lines[start + 1 :] if not line.blank]
        speaks = any(line.quoted or len(line.said) > _WIDEST or line.said.endswith(("?", "؟")) or _POSTSCRIPT.match(line.said) for line in below)
        return None if speaks or not _says_something(lines[:start]) else start
    return None


def _is_farewell(said: str) -> bool:
    """ "С уважением", "С уважением, Иван Петров": a form, then at most a name."""
    if len(said) > 70:
        return False
    head, comma, name = said.strip("-— ").partition(",")
    if head.rstrip("!. ;:") not in FAREWELLS and head.strip() not in FAREWELLS:
        return _is_farewell_with_name(head) and not comma
    return len(name.split()) <= 4 and not name.rstrip().endswith(("?", "؟"))


def _is_farewell_with_name(head: str) -> bool:
    """ "с уважением Иван" without its comma: two words of form, then a name of three words at most."""
    words = head.split()
    return any(" ".join(words[:n]) in FAREWELLS for n in (2, 3) if n < len(words) <= n + 3)


def _dashed(lines: list[Line]) -> int | None:
    """A last line "- Roman" after a blank one, unless it ends a list."""
    end = tail_start(lines)
    if end < 3 or not lines[end - 2].blank or not _DASHED.match(lines[end - 1].said):
        return None
    listed = any(line.said.startswith("-") for line in lines[max(0, end - 40) : end - 1])
    return None if listed or not _says_something(lines[: end - 1]) else end - 1


def _last_lines(lines: list[Line]) -> range:
    """From the end up: _MOST lines that are not blank, and the blank ones between them (but not endlessly many)."""
    end = tail_start(lines)
    stop, seen = end, 0
    while stop and seen <= _MOST and end - stop < 3 * _MOST:
        stop -= 1
        seen += not lines[stop].blank
    return range(end - 1, stop - 1, -1)


def _says_something(lines: list[Line]) -> bool:
    return any(line.own for line in lines)
