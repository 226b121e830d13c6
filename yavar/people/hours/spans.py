"""From the wall clock to UTC. A moment is open if the wall clock shows an open time just then: so an hour that comes twice in autumn counts
twice, and one that is left out in spring does not count."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .rules import Spell

Span = tuple[datetime, datetime]  # UTC, the end not included
_SECOND = timedelta(seconds=1)


def of_day(zone: str, day: date, spells: Iterable[Spell]) -> list[Span]:
    """The spans of a date's spells, which lie within its 24 hours."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = []
    for start, end in spells:
        for since, until, offset in _regimes(zone, day):
            a, b = midnight + timedelta(minutes=start) - offset, midnight + timedelta(minutes=end) - offset
            a, b = max(a, since) if since else a, min(b, until) if until else b
            if a < b:
                found.append((a, b))
    return found


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch put together."""
    found: list[Span] = []
    for a, b in sorted(spans):
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found


@lru_cache(maxsize=8192)
def _regimes(zone: str, day: date) -> tuple[tuple[datetime | None, datetime | None, timedelta], ...]:
    """The offsets in force around a date: (since, until, offset). Zones change at most once within these two days."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    low, high = midnight - timedelta(hours=15), midnight + timedelta(hours=37)
    before, after = _offset(zone, low), _offset(zone, high)
    if before == after:
        return ((None, None, before),)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return ((None, high, before), (high, None, after))


def _offset(zone: str, at: datetime) -> timedelta:
    found = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found
