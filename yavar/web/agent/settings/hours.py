"""Working hours: the calendars, what each says of a usual week, and whose holidays it keeps."""

from datetime import date
from typing import Any

import msgspec
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from yavar.base import days
from yavar.base.problem import Problem
from yavar.desk import settings as desk
from yavar.people.hours import usual
from yavar.people.hours.actions import add_calendar, change_calendar, main_calendar, remove_calendar
from yavar.people.hours.models import Calendar, CalendarVersion
from yavar.people.hours.queries import hours, hours_of, rules_of
from yavar.people.hours.rules import Rules
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, listed, settings_page, unexpected
from .hours_holidays import pick, shown_holidays
from .hours_typed import FIELDS, KINDS, LISTS, week_shown, week_typed
from .hours_words import clock_now, countries, followers, in_order, language, opening, reads, spells_in_words, state, today

SOON = 6  # days of its own that a calendar's page names


def calendar_of(query: Typed) -> Calendar:
    """The one that `?calendar=` names. Raises Http404."""
    found = Calendar.objects.filter(public_id=query.get("calendar", "")).first()
    if found is None:
        raise Http404
    return found


def change(agent: Agent, typed: Typed, at: str, rules: Rules | None = None, name: str | None = None) -> Said:
    """Change the calendar in sight of the version that the page showed; what it says is offered back. Raises Problem 409 or 422."""
    calendar = calendar_of(typed["query"])
    before = calendar.version
    try:
        changed = change_calendar(calendar, by=agent.actor, name=name, rules=rules, version=version_of(typed))
    except Problem as problem:
        if problem.code != "calendar.stale":
            raise
        words = _(
            "Somebody changed these hours meanwhile. What you typed is still here: save again to put it in their place, or open the page anew to see theirs."
        )
        raise Problem(409, problem.code, words) from None
    return Said(at, _("Saved."), undo=str(before) if changed.version > before else "")


def version_of(typed: Typed) -> int:
    """The version that the page showed."""
    if not (typed["version"].isascii() and typed["version"].isdigit() and len(typed["version"]) < 9):
        raise unexpected()
    return int(typed["version"])


def _add(agent: Agent, typed: Typed) -> Said:
    made = add_calendar(typed["name"], usual.rules_for(language(), desk.read().time_zone), by=agent.actor)
    return Said(
        "week",
        _("The calendar {name} is here. It begins with usual hours: say yours.").format(name=isolated(made.name)),
        to=f"/settings/hours?calendar={made.public_id}",
    )


def _week(agent: Agent, typed: Typed) -> Said:
    rules = rules_of(calendar_of(typed["query"]))
    return change(agent, typed, "week", msgspec.structs.replace(rules, zone=typed["zone"], week=week_typed(typed)))


def _country(agent: Agent, typed: Typed) -> Said:
    rules = rules_of(calendar_of(typed["query"]))
    return change(agent, typed, "holidays", msgspec.structs.replace(rules, country=typed["country"]))


def _pick(agent: Agent, typed: Typed) -> Said:
    return change(agent, typed, "holidays", pick(rules_of(calendar_of(typed["query"])), typed["pick"]))


def restore(agent: Agent, typed: Typed) -> Said:
    """Undo: what the calendar said before the last change. Nothing if somebody changed it since."""
    calendar, version = calendar_of(typed["query"]), version_of(typed)
    if not CalendarVersion.objects.filter(calendar=calendar, number=version).exists():
        raise unexpected()
    try:
        change(agent, typed | {"version": str(version + 1)}, "state", hours(calendar.pk, version).rules)
    except Problem as problem:
        if problem.code != "calendar.stale":
            raise
        raise Problem(409, problem.code, _("Somebody changed these hours since, so nothing was undone.")) from None
    return Said("state", _("Everything is as it was before."))


def _rename(agent: Agent, typed: Typed) -> Said:
    change(agent, typed, "name", name=typed["name"])
    return Said("name", _("Saved."))


def _remove(agent: Agent, typed: Typed) -> Said:
    calendar = calendar_of(typed["query"])
    name = calendar.name
    remove_calendar(calendar, by=agent.actor)
    return Said("calendars", _("The calendar {name} is removed.").format(name=isolated(name)), to="/settings/hours")


FORMS = {
    "add": Form("add", _add, {"name"}),
    "week": Form("week", _week, {"version", "zone", *FIELDS}, {"quick", "copy"}, LISTS),
    "country": Form("holidays", _country, {"version", "country"}),
    "pick": Form("holidays", _pick, {"version", "pick"}),
    "restore": Form("state", restore, {"version"}),
    "rename": Form("name", _rename, {"version", "name"}),
    "remove": Form("remove", _remove),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    if "calendar" in request.GET:
        return _one(calendar_of(request.GET.dict()), agent, typed)
    if not Calendar.objects.filter(main=True).exists():
        main_calendar()
    found = in_order()
    follow = followers(found)
    rows = [
        {
            "id": each.public_id, "name": each.name, "main": each.main, "follow": listed(follow[each.pk]), **state(hours_of(each), agent),
        }
        for each in found
    ]  # fmt: skip
    return {"here": None, "calendars": rows, "shown": kept(typed, "add", {"name": ""})}


def _one(here: Calendar, agent: Agent, typed: Typed | None) -> dict[str, Any]:
    rules, refused = rules_of(here), typed if typed and typed["do"] == "week" else None
    zone = typed["zone"] if refused and desk.is_time_zone(typed["zone"]) else rules.zone  # type: ignore[index]
    now, lang = today(rules.zone), language()
    own = [(date.fromisoformat(each), day) for each, day in rules.days.items() if each >= now.isoformat()]
    return {
        "here": here, "state": state(hours_of(here), agent), "follow": listed(followers([here])[here.pk]), "zone": zone, "zones": [(each, each) for each in desk.zones()], "clock": clock_now(rules.zone),
        "week": week_shown(rules.week, refused), "kinds": list(KINDS.items()), "quick": [(key, usual.NAMES[key]) for key in usual.OFFERED[lang]],
        "country": kept(typed, "country", {"country": rules.country})["country"], "countries": countries(), "years": shown_holidays(rules, agent, now),
        "own": [{"words": opening(days.said(day, reads(agent), lang)), "name": each.name, "hours": spells_in_words(each.spells) if each.spells is not None else _("usual hours")} for day, each in own[:SOON]],
        "more": max(0, len(own) - SOON), "name": kept(typed, "rename", {"name": here.name})["name"],
    }  # fmt: skip


hours_page = settings_page("hours", FORMS, _facts)
