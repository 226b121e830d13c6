"""Reckoning of cases from outside: `{"calendars": {name: {tz, hours, holidays, special, breaks}}, "cases": [...], "pause_cases": [...]}`.

A case names a calendar and an `op`: `add` and `sub` (start, minutes), `between` (start, end), `open` (at). A pause case tells the states a matter
went through. `special` are a date's own hours, `breaks` are taken out of a date's hours, a holiday is closed whatever else is said.
"""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from yavar.people.hours.counting import Hours, NeverOpen
from yavar.people.hours.rules import DAY, DAYS, OwnDay, Rules, Spells, spell

from .stopwatch import Stopwatch

MINUTE = timedelta(minutes=1)
Case = Mapping[str, Any]


def answers(given: Case) -> Iterator[dict[str, Any]]:
    """`{"id", "answer"}` for each case, in their order; one that cannot be reckoned answers null and says why in `error`."""
    made: dict[str, Hours] = {}
    for case in [*given.get("cases", ()), *given.get("pause_cases", ())]:
        name = case.get("calendar", "")
        try:
            if name not in made:
                made[name] = Hours(rules(given["calendars"][name]))
            yield {"id": case["id"], "answer": paused(case, made[name]) if "state_history" in case else reckoned(case, made[name])}
        except (KeyError, ValueError, TypeError, NeverOpen) as error:
            yield {"id": case.get("id"), "answer": None, "error": f"{type(error).__name__}: {error}"}


def rules(given: Case) -> Rules:
    """A calendar of this form as our own. Raises ValueError or KeyError for what is none."""
    week = {day: _spells(given.get("hours", {}).get(day, ())) for day in DAYS}
    special, breaks, closed = given.get("special", {}), given.get("breaks", {}), set(given.get("holidays", ()))
    days = {}
    for each in sorted({*special, *breaks, *closed}):
        usual = _spells(special[each]) if each in special else week[DAYS[date.fromisoformat(each).weekday()]]
        days[each] = OwnDay(spells=() if each in closed else _without(usual, _spells(breaks.get(each, ()))))
    return Rules(given["tz"], week, "", days)


def reckoned(case: Case, hours: Hours) -> Any:
    """The answer of a case without pauses."""
    if case["op"] == "open":
        return hours.is_open(_moment(case["at"]))
    start = _moment(case["start"])
    if case["op"] == "between":
        return _minutes(hours.between(start, _moment(case["end"])))
    amount = case["minutes"] * MINUTE
    return _iso({"add": hours.add, "sub": hours.subtract}[case["op"]](start, amount))


def paused(case: Case, hours: Hours) -> dict[str, Any]:
    """What a matter used of its targets; only the fields it expects, if it says so. A target is due when its last running stretch would have used it up."""
    history = [(state, _moment(at)) for state, at in case["state_history"]]
    still = set(case.get("pausing_states", ()))
    ended = [at for state, at in history if state == "closed"]
    expected = case.get("expect")
    closed = case.get("closed_at") or (expected or {}).get("closed_at")
    end = _moment(closed) if closed else ended[-1] if ended else history[-1][1]
    found: dict[str, Any] = {"closed_at": _iso(end)} if closed or ended else {}
    for name, target in case.get("targets_min", {}).items():
        watch, due = Stopwatch(target * MINUTE).run(_moment(case["created"])), None
        for state, at in history:
            watch = watch.stop(at, hours) if state in still else watch.run(at)
            due = watch.due(hours) or due
        left = _minutes(watch.left_at(end, hours))
        found |= {f"{name}_due": _iso(due) if due else None, f"{name}_used_min": target - left, f"{name}_left_min": left}
    if "window" in case:
        found["working_min"] = _minutes(_worked(case, history, still, hours))
    return found if expected is None else {key: found.get(key) for key in expected}


def _worked(case: Case, history: list[tuple[str, datetime]], still: set[str], hours: Hours) -> timedelta:
    since, until = map(_moment, case["window"])
    total, steps = timedelta(), [("new", _moment(case["created"])), *history, ("", until)]
    for (state, start), (_next, end) in itertools.pairwise(steps):
        a, b = max(start, since), min(end, until)
        if state not in still and a < b:
            total += hours.between(a, b)
    return total


def _spells(given: Any) -> Spells:
    return tuple(spell(start, end) for start, end in given)


def _without(spells: Spells, breaks: Spells) -> Spells:
    """Spells with breaks cut out of them."""
    for start, end in breaks:
        spells = tuple(piece for a, b in spells for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1])
    return tuple((a, min(b, a + DAY)) for a, b in spells)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _minutes(amount: timedelta) -> int | float:
    found = amount / MINUTE
    return int(found) if found.is_integer() else found
