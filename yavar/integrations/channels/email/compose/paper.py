"""What the letter is written on: colours of the house (design tokens) and of the shop, for light and dark, as mail programs know them."""

import math
from functools import lru_cache
from typing import Final

import msgspec

from yavar.desk.accent import HOUSE, Accent, Colour, calmer, hex_of, readable

CANVAS: Final[tuple[Colour, Colour]] = ((0.966, 0.004, 95), (0.168, 0.010, 235))
SHEET: Final[tuple[Colour, Colour]] = ((1, 0, 0), (0.208, 0.011, 235))
LINE: Final[tuple[Colour, Colour]] = ((0.922, 0.005, 95), (0.285, 0.012, 235))
INK: Final[tuple[Colour, Colour]] = ((0.235, 0.018, 240), (0.945, 0.006, 235))
INK_2: Final[tuple[Colour, Colour]] = ((0.425, 0.016, 240), (0.775, 0.010, 235))
INK_3: Final[tuple[Colour, Colour]] = ((0.50, 0.014, 240), (0.685, 0.012, 235))


class Paper(msgspec.Struct, frozen=True):
    """`#rrggbb` of everything in one theme. `accent` is for lines, `accent_ink` for words on the sheet."""

    canvas: str
    sheet: str
    line: str
    ink: str
    ink_2: str
    ink_3: str
    accent: str
    accent_ink: str


def accent_of(hue: float, chroma: float) -> Accent:
    """The shop's accent, calmed where words in it could not be read (4.5:1); the house's where there is none."""
    if not (math.isfinite(hue) and math.isfinite(chroma)):
        return HOUSE
    wanted = Accent(hue % 360, min(0.4, max(0.0, chroma)))
    return wanted if readable(wanted) else calmer(wanted)


@lru_cache(200)
def papers(hue: float, chroma: float) -> tuple[Paper, Paper]:
    """(light, dark). The accent's lightness is that of `desk.accent.pairs`."""
    accent = accent_of(hue, chroma)
    h, c = accent.h, accent.c
    own: tuple[tuple[Colour, Colour], ...] = (((0.50, c, h), (0.80, c * 1.2, h - 7)), ((0.455, c * 0.93, h), (0.83, c * 1.1, h - 7)))
    light, dark = ([hex_of(pair[theme]) for pair in (CANVAS, SHEET, LINE, INK, INK_2, INK_3, *own)] for theme in (0, 1))
    return Paper(*light), Paper(*dark)
