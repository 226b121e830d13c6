"""Reads of calendars: what one says, and its hours at work."""

from functools import lru_cache

import msgspec

from .counting import Hours
from .models import Calendar, CalendarVersion
from .rules import ALWAYS, Rules

AROUND_THE_CLOCK = Hours(ALWAYS)


def rules_of(calendar: Calendar) -> Rules:
    """What it says now."""
    return _rules(calendar.pk, calendar.version)


def hours_of(calendar: Calendar | None) -> Hours:
    """Its hours now; around the clock where there is none."""
    return hours(calendar.pk, calendar.version) if calendar else AROUND_THE_CLOCK


@lru_cache(maxsize=256)
def hours(calendar: int, version: int) -> Hours:
    """The hours of one version, which never changes: made once, and remembering what it reckoned."""
    return Hours(_rules(calendar, version))


def _rules(calendar: int, version: int) -> Rules:
    return msgspec.convert(CalendarVersion.objects.get(calendar=calendar, number=version).rules, Rules)
