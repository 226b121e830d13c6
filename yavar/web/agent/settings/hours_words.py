"""Working hours in words: a day's spells, whether somebody is there now, what follows which calendar."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock, days
from yavar.base.named import alphabetical, by_name
from yavar.base.numbers import numerals
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.people.hours import holidays
from yavar.people.hours.counting import Hours, NeverOpen
from yavar.people.hours.models import Calendar
from yavar.people.hours.rules import AROUND, Spells, clock_time
from yavar.people.models import Agent, Team

FIRST_COUNTRIES = ("IR", "RU")


def language() -> str:
    """The reader's, of those the desk speaks."""
    return translation.get_language() or "en"


def reads(agent: Agent) -> str:
    """The calendar this person reads."""
    return days.calendar_of(agent.calendar, language())


def opening(words: str) -> str:
    """Words that open a line: Russian begins its weekdays small."""
    return words[:1].upper() + words[1:]


def spells_in_words(spells: Spells) -> str:
    """`9:00–13:00, 14:00–18:00`, closed, around the clock."""
    if not spells:
        return _("closed")
    if spells == AROUND:
        return _("around the clock")
    return ("، " if language() == "fa" else ", ").join(f"\u2066{brief(start)}–{brief(end)}\u2069" for start, end in spells)


def brief(minute: int) -> str:
    """`9:00`, in the reader's digits."""
    return numerals(clock_time(minute).removeprefix("0"))


def state(hours: Hours, agent: Agent) -> dict[str, str | bool]:
    """Whether somebody is there now, and until when or from when, by the calendar's own clock."""
    now = clock.now()
    try:
        if not hours.is_open(now):
            return {"open": False, "words": _("Closed now, opens {when}").format(when=moment(hours.next_open(now), hours.rules.zone, agent))}
    except NeverOpen:
        return {"open": False, "words": _("Never open: no day has hours")}
    until = hours.closes(now)
    return {"open": True, "words": _("Open now, until {when}").format(when=moment(until, hours.rules.zone, agent)) if until else _("Open around the clock")}


def moment(at: datetime, zone: str, agent: Agent) -> str:
    """A moment to come, as near as it is: today only the time, this week the weekday, then the date."""
    local, today = at.astimezone(ZoneInfo(zone)), clock.now().astimezone(ZoneInfo(zone)).date()
    time, far = f"\u2066{brief(local.hour * 60 + local.minute)}\u2069", (local.date() - today).days
    if far == 0:
        return time
    day = _("tomorrow") if far == 1 else days.weekday_name(local.weekday(), language()) if far < 7 else days.said(local.date(), reads(agent), language())
    return _("{day}, {time}").format(day=day, time=time)


def today(zone: str) -> date:
    """The date by the clock of an IANA zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def clock_now(zone: str) -> str:
    """What the clock of a zone shows now, to see that it is the right one."""
    local = clock.now().astimezone(ZoneInfo(zone))
    return brief(local.hour * 60 + local.minute)


def followers(calendars: Iterable[Calendar]) -> dict[int, list[str]]:
    """The names of the inboxes and teams that follow each calendar, by its key. Who follows none is not named."""
    found: dict[int, list[str]] = {each.pk: [] for each in calendars}
    for model in (Inbox, Team):
        for each in by_name(model.objects.filter(calendar__isnull=False)):  # type: ignore[attr-defined]
            found.setdefault(each.calendar_id, []).append(each.name)
    return found


def in_order() -> list[Calendar]:
    """All calendars, the desk's own first."""
    return sorted(by_name(Calendar.objects.all()), key=lambda each: not each.main)


def offered(none: str) -> list[tuple[str, str]]:
    """The calendars one can choose for an inbox or a team, after `none`."""
    return [("", none), *((each.public_id, each.name) for each in in_order())]


def chosen(typed: dict[str, Any]) -> Calendar | None:
    """The calendar that a form names, or none. Raises Problem 422 for one that is gone."""
    if not typed["calendar"]:
        return None
    found = Calendar.objects.filter(public_id=typed["calendar"]).first()
    if found is None:
        raise Problem(422, "calendar.unknown", _("What you chose is no longer here. Please reload the page."), field="calendar")
    return found


def countries() -> list[tuple[str, str]]:
    """Whose holidays we know, by name in the reader's language; those of our first readers before the others."""
    names = Locale(language()).territories
    rest = sorted(((code, names.get(code, code)) for code in holidays.countries() if code not in FIRST_COUNTRIES), key=lambda each: alphabetical(each[1]))
    return [("", _("no holidays")), *((code, names[code]) for code in FIRST_COUNTRIES), *rest]
