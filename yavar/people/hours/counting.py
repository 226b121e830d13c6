"""Time counted in working hours: when an amount of it will have passed, and how much has. All moments are aware; answers are in UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from . import spans
from .holidays import holidays_of
from .rules import DAY, DAYS, Rules, Spell, Spells

ZERO, ONE_DAY = timedelta(), timedelta(days=1)
FAR = 5 * 366  # days that are looked at before a calendar counts as never open
KEPT = 1000  # dates remembered


class NeverOpen(ValueError):
    """Nobody is there for years: the calendar has no hours."""


class Hours:
    """A calendar's rules at work. Remembers what it has reckoned, so keep one per version."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._zone = ZoneInfo(rules.zone)
        self._known: dict[date, list[spans.Span]] = {}

    def spells(self, day: date) -> Spells:
        """What the rules say of a date: an own day before a holiday, a holiday before the week."""
        own = self.rules.days.get(day.isoformat())
        if own is not None and own.spells is not None:
            return own.spells
        if own is None and self.rules.country and day in holidays_of(self.rules.country, day.year):
            return ()
        return self.rules.week.get(DAYS[day.weekday()], ())

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there."""
        return any(a <= at < b for a, b in self._of(self._date(at)))

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """When `amount` of working time will have passed since `start`; for none, the first open moment from then on. Raises NeverOpen."""
        left = amount
        for a, b in self._forward(start):
            if ZERO < left <= b - a or left == ZERO:
                return a + left
            left -= b - a
        raise NeverOpen

    def subtract(self, end: datetime, amount: timedelta) -> datetime:
        """When the `amount` of working time before `end` began; for none, the last open moment until then. Raises NeverOpen."""
        left = amount
        for a, b in self._backward(end):
            if ZERO < left <= b - a or left == ZERO:
                return b - left
            left -= b - a
        raise NeverOpen

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between; negative when `end` is first."""
        if end < start:
            return -self.between(end, start)
        return sum((b - a for a, b in self._within(start, end)), ZERO)

    def next_open(self, at: datetime) -> datetime:
        """The first open moment from `at` on. Raises NeverOpen."""
        return self.add(at, ZERO)

    def closes(self, at: datetime) -> datetime | None:
        """Until when it stays open from the open moment `at` on; None for around the clock."""
        end = at
        for a, b in self._forward(at):
            if a > end:
                return end
            if b - at > timedelta(days=14):
                return None
            end = b
        return end

    def _date(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _of(self, day: date) -> list[spans.Span]:
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            today: list[Spell] = [(a, min(b, DAY)) for a, b in self.spells(day)]
            night: list[Spell] = [(max(0, a - DAY), b - DAY) for a, b in self.spells(day - ONE_DAY) if b > DAY]
            known = self._known[day] = spans.joined(spans.of_day(self.rules.zone, day, today + night))
        return known

    def _within(self, start: datetime, end: datetime) -> list[spans.Span]:
        """The open spans between two moments, cut to them. A date more at each end: a clock set back over midnight shows the day before again."""
        first, last = self._date(start) - ONE_DAY, self._date(end) + ONE_DAY
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        found = spans.joined(span for n in range((last - first).days + 1) for span in self._of(first + n * ONE_DAY))
        return [(max(a, start), min(b, end)) for a, b in found if a < end and b > start]

    def _forward(self, start: datetime) -> Iterator[spans.Span]:
        for width, passed in _stretches():
            yield from self._within(start + passed, start + passed + width)

    def _backward(self, end: datetime) -> Iterator[spans.Span]:
        for width, passed in _stretches():
            yield from reversed(self._within(end - passed - width, end - passed))


def _stretches() -> Iterator[tuple[timedelta, timedelta]]:
    """Ever longer looks: (how wide, after how much)."""
    width, passed = 2, 0
    while passed < FAR:
        yield timedelta(days=width), timedelta(days=passed)
        passed += width
        width = min(width * 3, 60)
