"""A mail that somebody sent on: whose it is, and what it says."""

import re
from dataclasses import dataclass
from itertools import islice

from .reply.fold import fold
from .reply.phrases import LABELS

_FIELD = re.compile(r"[*_>\s]*([^\W\d_][\w ‌-]{0,24}?)[*_]*[ \t]*:[*_]*[ \t]*(.*)")
_ADDRESS = re.compile(r"[^\s<>\"(),:;\[\]]{1,64}@[^\s<>\"(),:;\[\]]{1,190}\.[^\s<>\"(),:;\[\].]{2,}")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LOOK = 60  # lines within which the forwarded head begins


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The writer of the mail that was sent on, as the forward says, and their text."""

    address: str
    name: str
    text: str


def forwarded(text: str) -> Forwarded | None:
    """The first mail inside a forward, or None: a "From:" line with an address, and a head of at least two fields before its text."""
    lines = [_MARKS.sub("", line)[:1000] for line in text.splitlines()]
    for start, line in enumerate(islice(lines, LOOK)):
        field = _FIELD.match(line)
        if field is None or LABELS.get(fold(field[1])) != "from" or (found := _ADDRESS.search(field[2])) is None:
            continue
        end = start
        while end < len(lines) and lines[end].strip(" >") and _FIELD.match(lines[end]):
            end += 1
        before = 0
        while start - before > 0 and _FIELD.match(lines[start - before - 1]) and lines[start - before - 1].strip(" >"):
            before += 1
        if end - start + before < 2:
            continue
        name = field[2][: found.start()].strip(" \t<\"'([*")
        quoted = all(each.startswith(">") for each in lines[start:] if each.strip())
        body = [each.removeprefix(">").removeprefix(" ") if quoted else each for each in lines[end:]]
        return Forwarded(found[0].lower(), name[:120], "\n".join(body).strip())
    return None
