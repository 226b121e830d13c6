"""A country's holidays on a calendar's page: this year's and the next, and what a shop makes of each."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from yavar.base import days
from yavar.base.numbers import numerals
from yavar.people.hours.holidays import told
from yavar.people.hours.moving import as_reckoned, moved, worked
from yavar.people.hours.rules import Rules
from yavar.people.models import Agent

from .frame import isolated, unexpected
from .hours_words import language, opening, reads, spells_in_words

STEPS = {"earlier": -1, "later": 1}


def pick(rules: Rules, picked: str) -> Rules:
    """What one click on a holiday means: `2027-03-10 earlier`, `later`, `work`, `back`."""
    iso, _space, what = picked.partition(" ")
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise unexpected() from None
    holiday = next((each for each in told(rules.country, day.year, language()) if each.day == day), None)
    if holiday is None or (what in STEPS and not holiday.estimated):
        raise unexpected()
    if what in STEPS:
        return moved(rules, holiday.day, STEPS[what], holiday.name[:80])
    if what == "work":
        return worked(rules, holiday.day, holiday.name[:80])
    if what != "back":
        raise unexpected()
    return as_reckoned(rules, holiday.day)


def shown_holidays(rules: Rules, agent: Agent, now: date) -> list[dict[str, Any]]:
    """What is left of this year and the next, as the reader counts them, each with its holidays."""
    calendar = reads(agent)
    year = days.parts(now, calendar)[0]
    found = []
    for each in (year, year + 1) if rules.country else ():
        first, last = days.Month(calendar, each, 1).first(), days.Month(calendar, each + 1, 1).first() - timedelta(days=1)
        holidays = [
            one for counted in range(first.year, last.year + 1) for one in told(rules.country, counted, language()) if max(first, now) <= one.day <= last
        ]
        rows = [_row(rules, one.day, one.name, one.estimated, calendar) for one in holidays]
        found.append({"year": numerals(str(each)), "now": each == year, "rows": rows, "unsure": any(one.estimated for one in holidays)})
    return found


def _row(rules: Rules, day: date, name: str, estimated: bool, calendar: str) -> dict[str, Any]:
    own, lang = rules.days.get(day.isoformat()), language()
    near = {step: rules.days.get((day + timedelta(days=n)).isoformat()) for step, n in STEPS.items()}
    gone = next((step for step, there in near.items() if own and own.spells is None and there and there.spells == () and there.name == own.name), "")
    words = ""
    if own is not None:
        words = {"earlier": _("kept a day earlier"), "later": _("kept a day later")}.get(gone) or (
            _("you work") if own.spells is None else spells_in_words(own.spells)
        )
    return {
        "iso": day.isoformat(), "day": opening(days.said(day, calendar, lang, year=False)), "name": name, "isolated": isolated(name), "estimated": estimated, "own": words,
    }  # fmt: skip
