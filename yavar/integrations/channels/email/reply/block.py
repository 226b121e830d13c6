"""Header blocks ("From: … Sent: … To: … Subject: …") and the lines that announce an older letter."""

import re
from typing import Final

from .lines import Line
from .phrases import FORWARD, INLINE, LABELS, ORIGINAL

_REACH: Final = 12  # lines that a block may have, wrapped addresses included
_MARKS: Final = "-_=>#~+ <"
_RULER: Final = re.compile(r"[-_=*─—]{5,}$")
_DATED: Final = re.compile(r"\d{1,2}[:.]\d\d|\d{4}")


def is_forward(line: Line) -> bool:
    """ "---------- Forwarded message ----------", "Begin forwarded message:" """
    bare = line.said.strip(_MARKS).rstrip(": ")
    return bare in FORWARD or (line.said.startswith("--") and any(bare.startswith(p) for p in ("forwarded by ", "forwarded message from ")))


def is_original(line: Line) -> bool:
    """ "-----Original Message-----"; without its dashes only with its colon or in a quote, since people speak of original messages."""
    if line.said.strip(_MARKS).rstrip(": ") not in ORIGINAL:
        return False
    return line.said[:2] in ("--", "__", "==") or line.quoted or line.said.endswith(":")


def is_ruler(line: Line) -> bool:
    """The line that Outlook draws over the letter it answers."""
    return bool(_RULER.match(line.said))


def block_at(lines: list[Line], start: int, announced: bool = False) -> bool:
    """Whether a header block begins here. Two labels and an address or a subject's worth of others: a form that somebody filled in has neither."""
    first = _label(lines[start])
    if first in ("", "other", "to") and not (first and announced):
        return False
    kinds, address, dated = set[str](), False, False
    strangers = 0
    for line in lines[start : start + _REACH]:
        kind = _label(line)
        if kind:
            kinds.add(kind)
            kinds.update(LABELS[found] for found in INLINE.findall(line.said))
            strangers = 0
        elif (line.blank or not line.said) and len(kinds) < 2 and strangers == 0:
            strangers += 1
        else:
            strangers += 1
            if strangers > 1 or line.blank or not line.said:
                break
        address = address or "@" in line.said
        dated = dated or (kind == "date" and bool(_DATED.search(line.said)))
    kinds.discard("other")
    if len(kinds) < 2 or not (kinds & {"from", "date"} or (announced and address)):
        return False
    return announced or address or (len(kinds) >= 3 and "subject" in kinds) or (len(kinds) >= 3 and dated)


def _label(line: Line) -> str:
    """What the label at the line's beginning stands for; "" for none."""
    head, colon, _ = line.said[:40].partition(":")
    return LABELS.get(head.strip("> _|"), "") if colon else ""
