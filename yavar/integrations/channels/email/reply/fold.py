"""A line of a mail in the one form that phrases are compared in."""

from typing import Final

LONGEST: Final = 1000  # letters of a line that are looked at; no client's own words are longer

_FOLD: Final = str.maketrans({
    # half-space and the many blanks are blanks, so "ارسال‌شده" is "ارسال شده"
    **dict.fromkeys("\u200c\u00a0\u202f\u2009\u2007\u3000\t", " "),
    # what only steers the direction of a line (UAX 9), soft hyphens, BOM, tatweel, Arabic vowel signs, and the stars of Outlook's bold in plain text
    **dict.fromkeys([chr(c) for r in ((0x202A, 0x202F), (0x2060, 0x2070), (0x064B, 0x0653)) for c in range(*r)], None),
    **dict.fromkeys("\u200b\u200d\u200e\u200f\u061c\u00ad\ufeff\u0640\u0307*", None),
    # one letter for what looks alike
    "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ё": "е", "：": ":", "﹕": ":", "،": ",", "，": ",", "’": "'", "–": "-", "−": "-", "＞": ">",
    **{chr(0x06F0 + d): str(d) for d in range(10)}, **{chr(0x0660 + d): str(d) for d in range(10)},
})  # fmt: skip


def fold(line: str) -> str:
    """Lower case, single blanks, Latin digits, Persian letters; cut to LONGEST. Phrases are written in their usual spelling and folded too."""
    return " ".join(line[:LONGEST].casefold().translate(_FOLD).split())


def folded(phrases: str) -> frozenset[str]:
    """The phrases of a table, which stand one a line or between `|`."""
    return frozenset(filter(None, (fold(p) for line in phrases.splitlines() for p in line.split("|"))))
