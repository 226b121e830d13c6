"""The days of a calendar by months: which are usual, holidays, closed or have hours of their own, and what a day is to be."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yavar.base import days
from yavar.base.numbers import digits, numerals
from yavar.base.problem import Problem
from yavar.people.hours.holidays import told
from yavar.people.hours.models import Calendar
from yavar.people.hours.queries import hours_of, rules_of
from yavar.people.hours.rules import OwnDay, Rules
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, settings_page, unexpected
from .hours import calendar_of, change, restore
from .hours_typed import KINDS, as_saved, as_typed, spells_typed
from .hours_words import language, opening, reads, spells_in_words, today
from .words import no_day

LONGEST = 62  # days that one form may say something of
OWN_KINDS: dict[str, Promise] = {"closed": KINDS["closed"], "open": KINDS["open"], "around": KINDS["around"], "usual": gettext_lazy("as in a usual week")}


def _day(text: str, field: str) -> date:
    try:
        return days.typed_day(text)
    except ValueError:
        raise Problem(422, "day.typed", no_day(), field=field) from None


def _set(agent: Agent, typed: Typed) -> Said:
    first = _day(typed["date"], "date")
    last = _day(typed["until"], "until") if typed["until"].strip() else first
    if not 0 <= (last - first).days < LONGEST:
        raise Problem(422, "day.until", _("The last day comes after the first, and not more than two months later."), field="until")
    if typed["kind_day"] not in OWN_KINDS:
        raise unexpected()
    spells = None if typed["kind_day"] == "usual" else spells_typed(typed, "day", "hours")
    name = " ".join(typed["name"].split())[:80]
    here = calendar_of(typed["query"])
    rules = rules_of(here)
    own = {(first + timedelta(days=n)).isoformat(): OwnDay(name, spells) for n in range((last - first).days + 1)}
    done = change(agent, typed, "day", msgspec.structs.replace(rules, days={**rules.days, **own}))
    words = ngettext("{n} day is saved.", "{n} days are saved.", len(own)).format(n=digits(len(own)))
    elsewhere = typed["query"].get("day") != first.isoformat()  # the page shows what was just said
    return replace(
        done, text=words, to="/settings/hours/days" + _link(here, days.month_of(first, reads(agent)), False, first).partition("#")[0] if elsewhere else ""
    )


def _forget(agent: Agent, typed: Typed) -> Said:
    rules = rules_of(calendar_of(typed["query"]))
    if typed["date"] not in rules.days:
        raise unexpected()
    left = {iso: own for iso, own in rules.days.items() if iso != typed["date"]}
    return change(agent, typed, "own", msgspec.structs.replace(rules, days=left))


def _tidy(agent: Agent, typed: Typed) -> Said:
    rules = rules_of(calendar_of(typed["query"]))
    now = today(rules.zone).isoformat()
    return change(agent, typed, "own", msgspec.structs.replace(rules, days={iso: own for iso, own in rules.days.items() if iso >= now}))


FORMS = {
    "day": Form("day", _set, {"version", "date", "until", "name", "kind_day"}, lists={"from_day", "to_day"}),
    "forget": Form("own", _forget, {"version", "date"}),
    "tidy": Form("own", _tidy, {"version"}),
    "restore": Form("month", restore, {"version"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    query, here, lang = request.GET.dict(), calendar_of(request.GET.dict()), language()
    rules, now = rules_of(here), today(rules_of(here).zone)
    try:
        day = date.fromisoformat(query["day"]) if query.get("day") else None
        shown = days.month_typed(query["month"]) if query.get("month") else days.month_of(day or now, reads(agent))
    except ValueError:
        raise Http404 from None
    if day and not days.FIRST <= day <= days.LAST:
        raise Http404
    many = query.get("months") == "12"
    other = days.month_of(shown.days()[14], days.GREGORIAN if shown.calendar == days.JALALI else days.JALALI)
    own = [(date.fromisoformat(each), one) for each, one in rules.days.items()]
    return {
        "here": here, "months": [_month(here, rules, shown.step(n), now, day, many) for n in range(12 if many else 1)], "many": many, "lang_days": [(days.weekday_name(n, lang), days.weekday_name(n, lang, short=True)) for n in days.weekdays(lang)],
        "before": _link(here, shown.step(-12 if many else -1), many), "after": _link(here, shown.step(12 if many else 1), many), "now": _link(here, days.month_of(now, shown.calendar), many),
        "switch": (_link(here, other, many), _("Show Gregorian months") if shown.calendar == days.JALALI else _("Show Jalali months")), "spread": (_link(here, shown, not many), _("One month") if many else _("Twelve months")),
        "day": _form(here, rules, day, agent, typed if typed and typed["do"] == "day" else None), "kinds": list(OWN_KINDS.items()),
        "own": [_own(here, each, one, agent) for each, one in own if each >= now], "past": sum(each < now for each, _one in own), "digits": digits,
    }  # fmt: skip


def _link(here: Calendar, month: days.Month, many: bool, day: date | None = None) -> str:
    more = ({"months": "12"} if many else {}) | ({"day": day.isoformat()} if day else {})
    return "?" + urlencode({"calendar": here.public_id, "month": month.key} | more) + ("#day" if day else "#month")


def _month(here: Calendar, rules: Rules, month: days.Month, now: date, chosen: date | None, many: bool) -> dict[str, Any]:
    """A month for the grid: each day with what it is, in words and as a mark."""
    lang, hours = language(), hours_of(here)
    holidays = {one.day: one for year in {month.first().year, month.days()[-1].year} for one in told(rules.country, year, lang)} if rules.country else {}

    def cell(day: date) -> dict[str, Any]:
        own, holiday, spells = rules.days.get(day.isoformat()), holidays.get(day), hours.spells(day)
        name = own.name if own and own.name else holiday.name if holiday else ""
        words = [
            days.said(day, month.calendar, lang),
            _("holiday") if holiday and not own else _("a day of your own") if own else "",
            isolated(name) if name else "",
            spells_in_words(spells),
        ]
        return {
            "number": numerals(str(days.parts(day, month.calendar)[2])), "href": _link(here, month, many, day), "words": ", ".join(filter(None, words)).replace(", ", "، " if lang == "fa" else ", "),
            "name": name, "hours": spells_in_words(spells), "closed": not spells, "kind": "own" if own else "holiday" if holiday else "", "unsure": bool(holiday and holiday.estimated and not own),
            "today": day == now, "chosen": day == chosen,
        }  # fmt: skip

    return {"title": month.title(lang), "key": month.key, "weeks": [[cell(day) if day else None for day in week] for week in month.weeks(lang)]}


def _form(here: Calendar, rules: Rules, day: date | None, agent: Agent, refused: Typed | None) -> dict[str, Any]:
    """The form of one day: what is saved of it, or what was typed and refused. Without a day it is empty."""
    lang, own = language(), rules.days.get(day.isoformat()) if day else None
    spells = hours_of(here).spells(day) if day else ()
    holiday = next((one for one in told(rules.country, day.year, lang) if one.day == day), None) if day and rules.country else None
    saved: dict[str, Any] = {"date": days.in_field(day, reads(agent), lang) if day else "", "until": "", "name": own.name if own else ""}
    saved |= {"kind": "usual", "rows": []} if own and own.spells is None else as_saved(spells)
    if refused:
        saved |= {name: refused[name] for name in ("date", "until", "name")} | as_typed(refused, "day")
    return saved | {
        "iso": day.isoformat() if day else "", "words": opening(days.said(day, reads(agent), lang)) if day else "", "own": own is not None, "hours": spells_in_words(spells),
        "holiday": isolated(holiday.name) if holiday else "", "unsure": bool(holiday and holiday.estimated),
    }  # fmt: skip


def _own(here: Calendar, day: date, own: OwnDay, agent: Agent) -> dict[str, Any]:
    return {
        "iso": day.isoformat(), "words": opening(days.said(day, reads(agent), language())), "name": own.name, "href": _link(here, days.month_of(day, reads(agent)), False, day),
        "hours": _("as in a usual week") if own.spells is None else spells_in_words(own.spells),
    }  # fmt: skip


hours_days = settings_page("hours_days", FORMS, _facts, within="hours")
