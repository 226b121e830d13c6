"""Parting what somebody wrote now from the letters that their program put under, over or between it.

How programs quote: *below* what was written (most of them), *above* it (habit of Usenet and The Bat!), or *between* the answers. Below is cut.
Above is cut too, since its answer stands by itself. Between is kept, since "> Which size?" is what makes "42" an answer; only its heading goes.
"""

from typing import Final

from . import attribution, block
from .lines import Line, tail_start
from .marker import is_marker
from .signature import part_footer

_NEAR: Final = 6  # lines over a heading in which a greeting stands
_GREETING: Final = 40  # letters of what may stand over a quote that is answered below it


def own_words(lines: list[Line]) -> list[Line]:
    """The lines without history. The same lines when nothing would be left."""
    bare, footer = part_footer(lines)
    walk = _Walk(bare)
    kept, cut_below = walk.through()
    if not any(line.own for line in kept):
        return lines
    kept = _without_outer_quotes(kept)
    return kept if cut_below else [*kept, *footer]


class _Walk:
    """One pass over the lines, which keeps own words and leaves history out."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._kept: list[Line] = []
        self._said = 0  # lines of own words among what is kept
        self._quotes_end = _end_of_quotes(lines)
        last_own = _trailing_quote(lines)
        self._last_quote = max((n for n, line in enumerate(lines) if line.quoted), default=-1)
        self._last_inner_quote = max((n for n, line in enumerate(lines[:last_own]) if line.quoted), default=-1)

    def through(self) -> tuple[list[Line], bool]:
        """(what is kept, whether everything from some line on was history)."""
        at, passed, lines = 0, 0, self._lines
        while at < len(lines):
            if self._is_content(at):
                return [*self._kept, *lines[at:]], False
            if self._said and _ends_here(lines, at):
                return without_heading(_without_ruler(self._kept)), True
            before = attribution.shared(lines[at], lines[at + 1] if at + 1 < len(lines) else None)
            if before and at + 1 >= self._quotes_end:
                return [*self._kept, Line(before, before, False)], True
            start = attribution.find(lines, at)
            if start is None:
                self._keep(lines[at])
                at += 1
                continue
            self._drop(at - max(start, passed))
            if self._is_last(at) and self._said:
                return _without_ruler(self._kept), True
            at = passed = self._behind_heading(at)
        return self._kept, False

    def _is_content(self, at: int) -> bool:
        """A forward; or a header block that nothing was written above, which is a forward of Outlook's."""
        line = self._lines[at]
        if block.is_forward(line):
            return not _in_history(self._lines, at)
        return not self._said and not line.quoted and block.block_at(self._lines, at)

    def _keep(self, line: Line) -> None:
        self._kept.append(line)
        self._said += line.own

    def _drop(self, count: int) -> None:
        """Takes back the first lines of a heading that ended only now."""
        for _ in range(count):
            self._said -= self._kept.pop().own

    def _is_last(self, at: int) -> bool:
        """Whether what stands under the heading is history to the end: all of it quoted, or none of it."""
        return (at + 1 >= self._quotes_end and at < self._last_quote) or not _next_quoted(self._lines, at)

    def _behind_heading(self, at: int) -> int:
        """Where to go on. A quote at the mail's beginning with all the answer below it is left out, others stay."""
        if not self._said_little() or self._lines[at].quoted or not _next_quoted(self._lines, at):
            return at + 1
        lines = self._lines
        end = _first_quoted(lines, at + 1)
        while end < len(lines) and (lines[end].quoted or (not lines[end].own and end + 1 < len(lines) and lines[end + 1].quoted)):
            end += 1
        return at + 1 if self._last_inner_quote >= end else end

    def _said_little(self) -> bool:
        """Nothing yet, or a greeting."""
        return self._said == 0 or (self._said == 1 and all(len(line.said) <= _GREETING for line in self._kept[-_NEAR:] if line.own))


def _ends_here(lines: list[Line], at: int) -> bool:
    """Whether from here on everything is an older letter, laid under own words without quote marks or with them."""
    line = lines[at]
    if is_marker(line.said):
        return True
    announced = block.is_original(line)
    if announced or block.is_ruler(line):
        following = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].said), None)
        if following is not None and block.block_at(lines, following, announced=True):
            return True
        return announced and (line.said.startswith("--") or line.quoted)
    return block.block_at(lines, at)


def _in_history(lines: list[Line], at: int) -> bool:
    """A forward that is quoted belongs to the quote, unless it opens it, as in Apple's forwards."""
    if not lines[at].quoted:
        return False
    above = next((line for line in reversed(lines[max(0, at - 3) : at]) if line.said), None)
    return above is not None and above.quoted


def _end_of_quotes(lines: list[Line]) -> int:
    """From which line on there are only quotes; a line that broke out of one by wrapping (no blank line around it) counts as part of it."""
    at = len(lines)
    while at:
        line = lines[at - 1]
        wrapped = at >= 2 and at < len(lines) and lines[at].quoted and lines[at - 2].quoted
        if not (line.blank or line.quoted or wrapped):
            break
        at -= 1
    return at


def _next_quoted(lines: list[Line], at: int) -> bool:
    return any(line.quoted for line in lines[at + 1 : at + 4]) and not any(line.own for line in lines[at + 1 : _first_quoted(lines, at + 1)])


def _first_quoted(lines: list[Line], start: int) -> int:
    return next((n for n in range(start, min(start + 3, len(lines))) if lines[n].quoted), start)


def _trailing_quote(lines: list[Line]) -> int:
    end = tail_start(lines)
    while end and not lines[end - 1].own:
        end -= 1
    return end


def _without_outer_quotes(lines: list[Line]) -> list[Line]:
    """A quote that nothing follows, with the line over it in a language we do not know; and one that everything follows."""
    if any(block.is_forward(line) for line in lines):
        return lines
    end = _trailing_quote(lines)
    had_quote = any(line.quoted for line in lines[end:])
    kept = without_heading(lines[:end]) if had_quote else lines
    first = next((n for n, line in enumerate(kept) if line.own), 0)
    if any(line.quoted for line in kept[:first]) and not any(line.quoted for line in kept[first:]):
        kept = kept[first:]
    return kept if any(line.own for line in kept) else lines


def without_heading(lines: list[Line]) -> list[Line]:
    """Takes off a last paragraph that reads like the line over a quote, when something else stands before it."""
    end = tail_start(lines)
    start = end
    while start and not lines[start - 1].blank and end - start < attribution.WRAPPED:
        start -= 1
        span = " ".join(line.said for line in lines[start:end])
        if attribution.is_attribution(span, over_quote=True) and any(line.own for line in lines[:start]):
            return lines[:start]
    return lines


def _without_ruler(lines: list[Line]) -> list[Line]:
    """Takes off the ruler over a header block."""
    end = tail_start(lines)
    while end and (block.is_ruler(lines[end - 1]) or lines[end - 1].blank):
        end -= 1
    return lines[:end]
