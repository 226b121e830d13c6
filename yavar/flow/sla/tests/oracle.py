"""Another way of reckoning, for tests: it looks at the wall clock of every single minute and counts."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from yavar.people.hours.holidays import holidays_of
from yavar.people.hours.rules import DAYS, OwnDay, Rules

MINUTE = timedelta(minutes=1)
ZONES = {
    "Asia/Tehran": (2021, 2022, 2026), "Europe/Moscow": (2011, 2014, 2026), "Europe/Berlin": (2025, 2026), "America/New_York": (2024, 2026), "Asia/Kathmandu": (2026,),
    "Australia/Lord_Howe": (2025, 2026), "America/St_Johns": (2009, 2026), "Pacific/Apia": (2011, 2026), "UTC": (2026,), "America/Havana": (2026,), "Africa/Casablanca": (2026,),
}  # fmt: skip
TURNS = {"Europe/Berlin": ((3, 25), (10, 20)), "America/New_York": ((3, 5), (10, 28)), "Australia/Lord_Howe": ((3, 30), (9, 30)), "America/St_Johns": ((3, 5), (10, 28)), "Pacific/Apia": ((12, 25), (9, 20)), "Asia/Tehran": ((3, 18), (9, 18)), "Europe/Moscow": ((3, 24), (10, 22)), "America/Havana": ((3, 5), (10, 28)), "Africa/Casablanca": ((2, 12), (3, 18))}  # fmt: skip
NUMBER = 12  # days that it looks at


def calendar(chance: random.Random) -> tuple[Rules, datetime]:
    """Rules of any kind, and a day from which on they are tried, often one near which the clocks change."""
    zone = chance.choice(list(ZONES))
    year = chance.choice(ZONES[zone])
    month, day = chance.choice(TURNS.get(zone, ((1, 1),))) if chance.random() < 0.7 else (chance.randint(1, 12), chance.randint(1, 28))
    first = datetime(year, month, day, tzinfo=UTC)
    week = {name: spells(chance) for name in DAYS if chance.random() < 0.8}
    days = {}
    for n in range(NUMBER):
        if chance.random() < 0.15:
            days[(first + timedelta(days=n)).date().isoformat()] = OwnDay(spells=chance.choice([None, (), spells(chance)]))
    return Rules(zone, week, chance.choice(["", "IR", "RU", "DE"]), days), first


def spells(chance: random.Random) -> tuple[tuple[int, int], ...]:
    """One to three, some through the night, some overlapping."""
    if chance.random() < 0.1:
        return ((0, 1440),)
    found = []
    for _each in range(chance.choice([1, 1, 2, 3])):
        start = chance.randrange(0, 1440, chance.choice([1, 15, 30]))
        found.append((start, start + chance.randint(1, chance.choice([120, 480, 1440]))))
    return tuple(found)


class Minutes:
    """Which minutes of NUMBER days are open."""

    def __init__(self, rules: Rules, first: datetime) -> None:
        self.first, zone = first, ZoneInfo(rules.zone)
        told: dict[date, tuple[tuple[int, int], ...]] = {}

        def said(day: date) -> tuple[tuple[int, int], ...]:
            if day not in told:
                own = rules.days.get(day.isoformat())
                usual = rules.week.get(DAYS[day.weekday()], ())
                holiday = bool(rules.country) and day in holidays_of(rules.country, day.year)
                told[day] = (() if holiday else usual) if own is None else usual if own.spells is None else own.spells
            return told[day]

        self.open = []
        for n in range(NUMBER * 1440):
            wall = (first + n * MINUTE).astimezone(zone)
            today, at = wall.date(), wall.hour * 60 + wall.minute
            self.open.append(any(a <= at < b for a, b in said(today)) or any(a <= at + 1440 < b for a, b in said(today - timedelta(days=1))))

    def moment(self, n: int) -> datetime:
        return self.first + n * MINUTE

    def after(self, n: int, amount: int) -> int | None:
        """The minute at which `amount` open ones have passed since minute n; for none, the first open one."""
        for at in range(n, len(self.open)):
            if self.open[at]:
                amount -= 1
                if amount < 0:
                    return at
                if amount == 0:
                    return at + 1
        return None

    def before(self, n: int, amount: int) -> int | None:
        """The same backwards: the minute at which the `amount` open ones before minute n begin."""
        for at in range(n - 1, -1, -1):
            if self.open[at]:
                amount -= 1
                if amount < 0:
                    return at + 1
                if amount == 0:
                    return at
        return None
