"""Hours as typed: a day is closed, open around the clock, as usual, or has spells, each from a time to a time."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import days
from yavar.base.numbers import numerals
from yavar.base.problem import Problem
from yavar.people.hours.rules import AROUND, DAYS, Spells, clock_time, minutes, spell
from yavar.people.hours.usual import WEEKS

from .frame import Typed, unexpected
from .hours_words import language, opening

KINDS: dict[str, Promise] = {"open": gettext_lazy("open"), "closed": gettext_lazy("closed"), "around": gettext_lazy("around the clock")}
LISTS = {f"{name}_{day}" for name in ("from", "to") for day in DAYS}
FIELDS = {f"kind_{day}" for day in DAYS}


def spells_typed(typed: Typed, day: str, field: str) -> Spells:
    """What is typed for a day: the fields `kind_<day>`, `from_<day>`, `to_<day>`. Raises Problem 422 for `field`."""
    kind, starts, ends = typed[f"kind_{day}"], typed[f"from_{day}"], typed[f"to_{day}"]
    if kind not in KINDS or len(starts) != len(ends):
        raise unexpected()
    if kind != "open":
        return AROUND if kind == "around" else ()
    found = []
    for start, end in zip(starts, ends, strict=True):
        if start.strip() or end.strip():
            try:
                found.append(spell(start, end))
            except ValueError:
                raise Problem(422, "hours.time", _("Type times such as 9:00 or 17:30."), field=field) from None
    if not found:
        raise Problem(422, "hours.none", _("Type from when until when, or choose “closed”."), field=field)
    return tuple(found)


def week_typed(typed: Typed) -> dict[str, Spells]:
    """The week of a form. `quick` takes one of those that many keep in its place; `copy` names a day whose hours all open days get."""
    if typed.get("quick"):
        if typed["quick"] not in WEEKS:
            raise unexpected()
        return WEEKS[typed["quick"]]
    week = {day: spells_typed(typed, day, f"week.{day}") for day in DAYS}
    if copy := typed.get("copy"):
        if copy not in DAYS:
            raise unexpected()
        week = {day: week[copy] if spells else spells for day, spells in week.items()}
    return week


def week_shown(week: Any, typed: Typed | None) -> list[dict[str, Any]]:
    """The rows of the form, in the order of the reader's week: what is saved, or what was typed and refused."""
    found = []
    for number in days.weekdays(language()):
        day = DAYS[number]
        shown = as_typed(typed, day) if typed else as_saved(week.get(day, ()))
        found.append({"key": day, "label": opening(days.weekday_name(number, language())), **shown})
    return found


def as_saved(spells: Spells) -> dict[str, Any]:
    """A day's hours for the form."""
    kind = "around" if spells == AROUND else "open" if spells else "closed"
    return {"kind": kind, "rows": [_row(numerals(clock_time(a)), numerals(clock_time(b))) for a, b in spells if kind == "open"]}


def as_typed(typed: Typed, day: str) -> dict[str, Any]:
    """The same, as it was typed."""
    return {"kind": typed[f"kind_{day}"], "rows": _filled(typed[f"from_{day}"], typed[f"to_{day}"])}


def _filled(starts: Sequence[str], ends: Sequence[str]) -> list[dict[str, Any]]:
    return [_row(start, end) for start, end in zip(starts, ends, strict=False) if start.strip() or end.strip()]


def _row(start: str, end: str) -> dict[str, Any]:
    return {
        "from": start,
        "to": end,
        "bad_from": not _is_time(start),
        "bad_to": not _is_time(end),
        "night": _is_time(start) and _is_time(end) and minutes(end) <= minutes(start),
    }


def _is_time(text: str) -> bool:
    try:
        minutes(text)
    except ValueError:
        return False
    return True
