"""The newest first on PostgreSQL, whose index of words knows no order.

It would have to read and sort all lines that hold a word, or walk back from the newest until enough hold it: either is slow for some words. So each line also
holds marks of the stretches of keys it lies in, in four widths, and a search asks for the word and the newest stretches, then for wider ones below, and last
for all that is older: by then the word is rare. The index reads only what stands in both lists. The marks are 5 % of it.
"""

from collections.abc import Iterator

BITS = (11, 13, 15, 17)  # 2, 8, 33 and 131 thousand lines
MARK = "\ue001"


def marks_of(key: int) -> list[str]:
    """The stretches that a line lies in."""
    return [f"{MARK}{bits}.{key >> bits}" for bits in BITS]


def below(end: int) -> Iterator[tuple[list[str], int]]:
    """From the key `end` (not in it) down to the first line: the marks of two stretches that lie side by side, none for all that is left, and where they end."""
    for bits in BITS:
        last = (end - 1) >> bits
        yield [f"{MARK}{bits}.{place}" for place in (last, last - 1) if place >= 0], end
        if last <= 1:
            return
        end = (last - 1) << bits
    yield [], end
