"""Holidays that fall otherwise than reckoned, or on which a shop works: what this means for a calendar's own days. Rules in, rules out."""

from datetime import date, timedelta

import msgspec

from .holidays import estimated, holidays_of
from .rules import OwnDay, Rules

_ONE = timedelta(days=1)


def moved(rules: Rules, day: date, days: int, name: str) -> Rules:
    """The estimated holiday of `day` is a day earlier (-1) or later (1): that one is closed in its stead. A holiday that is certain on the same day stays."""
    own = dict(as_reckoned(rules, day).days)
    if not _certain(rules.country, day):
        own[day.isoformat()] = OwnDay(name)
    own.setdefault((day + days * _ONE).isoformat(), OwnDay(name, ()))
    return msgspec.structs.replace(rules, days=own)


def worked(rules: Rules, day: date, name: str) -> Rules:
    """We work on the holiday of `day`, as in a usual week."""
    return msgspec.structs.replace(rules, days={**as_reckoned(rules, day).days, day.isoformat(): OwnDay(name)})


def as_reckoned(rules: Rules, day: date) -> Rules:
    """The holiday of `day` is kept where the country's list has it; what `moved` and `worked` wrote is gone."""
    own = dict(rules.days)
    before = own.pop(day.isoformat(), None)
    for near in (day - _ONE, day + _ONE):
        there = own.get(near.isoformat())
        if before and there and there.spells == () and there.name == before.name:
            del own[near.isoformat()]
    return msgspec.structs.replace(rules, days=own)


def _certain(country: str, day: date) -> bool:
    """Whether something else than an estimate is on that day as well: the library joins the names of one day by semicolons."""
    names = holidays_of(country, day.year, "en").get(day, "").split("; ")
    return day in estimated(country, day.year) and any("estimated)" not in name for name in names)
