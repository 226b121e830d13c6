"""The line over a quote: who wrote it and when. "On Mon, 3 Nov 2026 at 10:00, X <x@example.org> wrote:" in whatever language.

There is no list of dialects here. A line over a quote ends with a colon or with "wrote", and holds two of: an address, a moment, "wrote".
That is true of the clients we know in some thirty languages, and of most that we do not know.
"""

import re
from typing import Final

from .lines import Line
from .phrases import OPENS, WROTE

WRAPPED: Final = 4  # programs that break lines at 72 letters need up to so many for a long address
_LONGEST: Final = 400
_ADDRESS: Final = re.compile(r"[^\s<>@]@[^\s<>@]")
_BOXED: Final = re.compile(r"[<(\[] ?(?:mailto:)?[^\s<>@]+@[^\s<>@]+ ?[>)\]]")
_BARE: Final = re.compile(r"\d{4}[./-]\d{1,2}[./-]\d{1,2} [^<>]{0,80}<[^\s<>@]{1,64}@[^\s<>@]{1,255}>$")  # "2012/10/26 X <x@example.org>", Gmail of old
_CLOCK: Final = re.compile(r"(?<!\d)\d{1,2}[:.h時时点] ?\d\d(?!\d)|(?<!\d)\d{1,2} ?(?:am|pm)(?!\w)|\d+ ?시")
_DAY: Final = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20|13|14)\d\d[./-]\d{1,2}[./-]\d{1,2})(?!\d)|\d ?[年년]")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20|13|14)\d\d(?!\d)")
_NUMBER_SOON: Final = re.compile(r"[^\d@]{0,45}\d")
_ENDS: Final = re.compile(r"[:;] ?[>»]?$")
_SENTENCE_ENDS: Final = (".", "!", "?", "؟", "…", "。")
_SHARED: Final = re.compile(r"(?:\s|-{2,})(on (?:mon|tue|wed|thu|fri|sat|sun|\d)\w*[, ].{6,200}wrote ?:)$", re.IGNORECASE)


def is_attribution(span: str, over_quote: bool = False) -> bool:
    """Whether `span` (folded, one line or some joined) stands over a quote. `over_quote`: the next line is quoted, so less will do."""
    bare = span.strip("-= ")
    if not 5 < len(bare) <= _LONGEST:
        return False
    wrote = bool(WROTE.search(bare))
    colon = bool(_ENDS.search(bare))
    if not colon and not (wrote and _ends_with_wrote(bare)):
        return over_quote and bool(_BARE.match(bare))
    address, clock = bool(_ADDRESS.search(bare)), bool(_CLOCK.search(bare))
    moment = clock or bool(_DAY.search(bare)) or bool(_YEAR.search(bare))
    if address and moment:
        return wrote or over_quote or opens(bare) or bool(_BOXED.search(bare))
    if wrote and address:
        return bool(_BOXED.search(bare))
    if moment and wrote:
        return over_quote or (clock and opens(bare))
    if over_quote and wrote:
        return len(bare) <= 100 and _ends_with_wrote(bare.rstrip(": ")) and (bare != span or opens(bare) or bare.count(" ") <= 4)
    return wrote and span.startswith("--") and span.endswith("--")  # "---- John Smith wrote ----"


def opens(span: str) -> bool:
    """Whether `span` begins as such a line does: with a day of the week or a preposition and soon a number, or with a number."""
    return bool(_NUMBER_SOON.match(span)) and (span[:1].isdigit() or bool(OPENS.match(span)))


def _whole(span: str) -> bool:
    """Whether `span` says both who and when, so that the line over it can add nothing."""
    return bool(_ADDRESS.search(span)) and bool(_CLOCK.search(span) or _DAY.search(span) or _YEAR.search(span))


def _who_stands_above(lines: list[Line], start: int, span: str) -> bool:
    """ "X <x@example.org> on Monday at" / "10:00 wrote:", broken before the hour."""
    above = lines[start - 1] if start else None
    return above is not None and len(span) < 30 and not _whole(span) and bool(_BOXED.search(above.said)) and not above.said.endswith(_SENTENCE_ENDS)


def _ends_with_wrote(bare: str) -> bool:
    tail = bare[-24:]
    last = next((m for m in reversed(list(WROTE.finditer(tail)))), None)
    return last is not None and len(tail) - last.end() <= 3 and not bare.endswith((".", "!", "?"))


def find(lines: list[Line], end: int) -> int | None:
    """The first line of the attribution whose last line is `end`, or None. The shortest span will do, unless the lines over it begin one."""
    if not _may_end(lines[end]):
        return None
    over_quote = _next_is_quoted(lines, end)
    found = None
    span = ""
    for start in range(end, max(-1, end - WRAPPED), -1):
        line = lines[start]
        if line.blank or (line.quoted != lines[end].quoted and start != end):
            break
        if found is not None and (_whole(span) or line.said.endswith(_SENTENCE_ENDS)):
            break
        span = f"{line.said} {span}".strip()
        if is_attribution(span, over_quote):
            if opens(line.said):
                return start - 1 if _who_stands_above(lines, start, span) else start
            found = start if found is None else found
    return found


def shared(line: Line, following: Line | None) -> str:
    """What somebody wrote on the same line before the attribution ("reply On Wed, … wrote:"), "" when they did not. Only over a quote."""
    if following is None or not following.quoted or line.quoted or len(line.raw) > _LONGEST:
        return ""
    match = _SHARED.search(line.raw.rstrip())
    return line.raw[: match.start()].rstrip("- ") if match else ""


def _may_end(line: Line) -> bool:
    said = line.said.rstrip("-= ")
    return bool(said) and len(said) <= _LONGEST and (bool(_ENDS.search(said[-3:])) or said[-1] == ">" or bool(WROTE.search(said[-24:])))


def _next_is_quoted(lines: list[Line], end: int) -> bool:
    following = next((line for line in lines[end + 1 : end + 4] if not line.blank), None)
    return following is not None and following.quoted and not lines[end].quoted
