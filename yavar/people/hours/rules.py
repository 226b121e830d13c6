"""What a calendar says: a usual week, a country's holidays, days of one's own. Plain data, in the wall clock of one time zone."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from yavar.base.numbers import latin

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60

Spell = tuple[int, int]  # minutes from midnight, the end not included; one that passes midnight ends beyond 1440
Spells = tuple[Spell, ...]
AROUND: Spells = ((0, DAY),)


class OwnDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date that is not like others. `spells` None: as in a usual week, although it may be a holiday; () closed."""

    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    spells: Spells | None = None


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a calendar. An own day overrides a holiday, a holiday the week."""

    zone: str = "UTC"  # IANA
    week: Mapping[str, Spells] = {}  # by DAYS; a day that is missing is closed
    country: str = ""  # ISO 3166 of the holidays that are kept, or none
    days: Mapping[str, OwnDay] = {}  # by ISO date

    def always(self) -> bool:
        """Whether somebody is there around the clock."""
        return not self.country and not self.days and all(self.week.get(day) == AROUND for day in DAYS)


ALWAYS = Rules(week=dict.fromkeys(DAYS, AROUND))


_CLOCK = re.compile(r"([01]?\d|2[0-4])(?:[:.٫]?([0-5]\d))?", re.ASCII)


def minutes(text: str) -> int:
    """`9`, `9:30`, `24:00`: minutes from midnight. Raises ValueError. Digits may be of any script."""
    found = _CLOCK.fullmatch(latin(text).strip())
    if not found or (at := int(found[1]) * 60 + int(found[2] or 0)) > DAY:
        raise ValueError(text)
    return at


def spell(start: str, end: str) -> Spell:
    """From one time of the clock to another; an end that is not later is of the next day. Raises ValueError."""
    a, b = minutes(start), minutes(end)
    return (a, b if b > a else b + DAY)


def clock_time(minute: int) -> str:
    """`09:30`; the end of a day is `24:00`, what lies beyond is of the next morning."""
    hour, rest = divmod(minute if minute <= DAY else minute - DAY, 60)
    return f"{hour:02}:{rest:02}"
