"""A shop's own colour: hue and chroma are stored, lightness is derived per theme (widget/static/panel.css has the same numbers), and what could not be read is refused."""

import math
from typing import Annotated

import msgspec

Colour = tuple[float, float, float]  # oklch: lightness, chroma, hue
ENOUGH = 4.5  # WCAG 2.2, 1.4.3: contrast of text
WHITE: Colour = (1.0, 0.0, 0.0)


class Accent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored in Brand.accent."""

    h: Annotated[float, msgspec.Meta(ge=0, lt=360)]
    c: Annotated[float, msgspec.Meta(ge=0, le=0.4)]


HOUSE = Accent(205, 0.088)  # the turquoise of a desk that has chosen nothing


def pairs(accent: Accent) -> list[tuple[Colour, Colour]]:
    """Every text on every ground that the accent colours: light theme, then dark."""
    h, c = accent.h, accent.c
    dark_text: Colour = (0.19, 0.03, 220)
    return [
        (WHITE, (0.50, c, h)), (WHITE, (0.44, c * 0.9, h + 2)),
        ((0.455, c * 0.93, h), WHITE), ((0.455, c * 0.93, h), (0.958, c * 0.25, h)),
        (dark_text, (0.80, c * 1.2, h - 7)), (dark_text, (0.86, c, h - 7)),
        ((0.83, c * 1.1, h - 7), (0.208, 0.011, 235)), ((0.83, c * 1.1, h - 7), (0.285, c * 0.4, h)),
        (WHITE, (0.33, c * 0.6, h)), (WHITE, (0.41, c * 0.75, h)),
    ]  # fmt: skip


def readable(accent: Accent) -> bool:
    """Whether every pair reaches 4.5:1."""
    return all(contrast(text, ground) >= ENOUGH for text, ground in pairs(accent))


def calmer(accent: Accent) -> Accent:
    """The strongest readable colour of the same hue, in hundredths."""
    steps = range(math.floor(accent.c * 100), -1, -1)
    return next(found for found in (Accent(accent.h, step / 100) for step in steps) if readable(found))


def contrast(one: Colour, two: Colour) -> float:
    """WCAG's contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def hex_of(colour: Colour) -> str:
    """`#rrggbb` of an oklch colour in sRGB, for mail programs, which know no oklch. Out of gamut is clipped, as browsers do."""
    return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in _linear(colour))


def _encoded(part: float) -> float:
    """sRGB's curve (IEC 61966-2-1)."""
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(colour: Colour) -> float:
    """Relative luminance of an oklch colour as sRGB screens show it."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))


def _linear(colour: Colour) -> tuple[float, float, float]:
    """Linear sRGB, each part within 0..1: out of gamut is clipped, as browsers do."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _clipped(red), _clipped(green), _clipped(blue)


def _clipped(part: float) -> float:
    return min(1.0, max(0.0, part))
