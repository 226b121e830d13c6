"""What a calendar may say, checked before it is kept."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from yavar.base.problem import Problem
from yavar.desk.settings import is_time_zone

from .holidays import countries
from .rules import DAY, DAYS, OwnDay, Rules, Spell, Spells

MOST_SPELLS, MOST_DAYS = 8, 400


def checked(rules: Rules) -> Rules:
    """The same in order: spells sorted, those that touch put together, empty days left out. Raises Problem 422 with the field that is wrong."""
    if not is_time_zone(rules.zone):
        raise Problem(422, "hours.zone", _("Choose a time zone from the list."), field="zone")
    if rules.country and rules.country not in countries():
        raise Problem(422, "hours.country", _("We know no holidays of that country."), field="country")
    if set(rules.week) - set(DAYS):
        raise Problem(422, "hours.week", _("A week has seven days."), field="week")
    if len(rules.days) > MOST_DAYS:
        raise Problem(422, "hours.days", _("A calendar keeps up to {n} days of its own. Take away those that are past.").format(n=MOST_DAYS), field="days")
    week = {day: tidied(rules.week[day], f"week.{day}") for day in DAYS if rules.week.get(day)}
    days = {}
    for each, own in sorted(rules.days.items()):
        _date(each)
        days[each] = OwnDay(" ".join(own.name.split()), None if own.spells is None else tidied(own.spells, f"days.{each}"))
    return Rules(rules.zone, week, rules.country, days)


def tidied(spells: Sequence[Spell], field: str) -> Spells:
    """Spells in order, without overlaps. Raises Problem 422."""
    found: list[Spell] = []
    if len(spells) > MOST_SPELLS:
        raise Problem(422, "hours.spells", _("A day has up to {n} spells.").format(n=MOST_SPELLS), field=field)
    for start, end in sorted(spells):
        if not (0 <= start < DAY and start < end <= start + DAY):
            raise Problem(422, "hours.spell", _("Hours go from a time to a later one, such as 9:00 to 17:00."), field=field)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(422, "hours.date", _("This is not a date."), field="days") from None
