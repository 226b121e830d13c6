"""Due times against one who counts minutes, and the command for outsiders."""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from yavar.config.cli import main
from yavar.flow.sla.cases import answers
from yavar.flow.sla.stopwatch import Stopwatch
from yavar.people.hours.counting import Hours, NeverOpen
from yavar.people.hours.rules import Rules

from .oracle import MINUTE, NUMBER, Minutes, calendar

CALENDARS, EACH = 250, 40
MOMENT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.timeout(300)
def test_ten_thousand_reckonings_are_those_of_one_who_counts_minutes():
    chance, tried = random.Random(7), 0
    for _calendar in range(CALENDARS):
        rules, first = calendar(chance)
        minutes, hours = Minutes(rules, first), Hours(rules)
        for _case in range(EACH):
            tried += 1
            [_added, _taken, _between, _open, _paused][tried % 5](chance, minutes, hours, rules)
    assert tried == 10_000


def _added(chance, minutes, hours, rules):
    n, amount = chance.randrange(3 * 1440), chance.choice([0, 1, 30, chance.randint(1, 2000)])
    expected = minutes.after(n, amount)
    if expected is not None:
        assert hours.add(minutes.moment(n), amount * MINUTE) == minutes.moment(expected), (rules, minutes.moment(n), amount)


def _taken(chance, minutes, hours, rules):
    n, amount = chance.randrange((NUMBER - 3) * 1440, NUMBER * 1440), chance.choice([0, 1, 30, chance.randint(1, 2000)])
    expected = minutes.before(n, amount)
    if expected is not None:
        assert hours.subtract(minutes.moment(n), amount * MINUTE) == minutes.moment(expected), (rules, minutes.moment(n), amount)


def _between(chance, minutes, hours, rules):
    a, b = sorted(chance.randrange(NUMBER * 1440) for _each in "ab")
    assert hours.between(minutes.moment(a), minutes.moment(b)) == sum(minutes.open[a:b]) * MINUTE, (rules, minutes.moment(a), minutes.moment(b))
    assert hours.between(minutes.moment(b), minutes.moment(a)) == -hours.between(minutes.moment(a), minutes.moment(b))


def _open(chance, minutes, hours, rules):
    n = chance.randrange(NUMBER * 1440)
    assert hours.is_open(minutes.moment(n) + timedelta(seconds=chance.randrange(60))) == minutes.open[n], (rules, minutes.moment(n))


def _paused(chance, minutes, hours, rules):
    """A stopwatch that is stopped and goes on some times."""
    turns = sorted(chance.sample(range(6 * 1440), 5))
    target = chance.choice([30, 120, chance.randint(1, 1500)])
    watch, left = Stopwatch(target * MINUTE), target
    for index, (a, b) in enumerate(itertools.pairwise(turns)):
        if index % 2:
            watch = watch.stop(minutes.moment(a), hours)
            assert watch.due(hours) is None
            continue
        watch = watch.run(minutes.moment(a))
        expected = minutes.after(a, left) if left > 0 else a
        if expected is not None:
            assert watch.due(hours) == minutes.moment(expected), (rules, turns, target)
        left -= sum(minutes.open[a:b])
        assert watch.left_at(minutes.moment(b), hours) == left * MINUTE


def test_the_oracle_is_independent():
    """It would notice: an hour more or less a day, or a clock that does not change, is a mismatch."""
    chance = random.Random(3)
    rules = Rules("Europe/Berlin", dict.fromkeys(("sat", "sun", "mon"), ((540, 1020),)))
    minutes = Minutes(rules, datetime(2026, 3, 26, tzinfo=UTC))
    for wrong in (Rules("Europe/Moscow", rules.week), Rules("Etc/GMT-1", rules.week), Rules(rules.zone, {**rules.week, "mon": ((540, 1021),)})):
        with pytest.raises(AssertionError):
            for _each in range(200):
                _between(chance, minutes, Hours(wrong), wrong)


def test_a_calendar_without_hours_is_never_open():
    hours = Hours(Rules("UTC", {}))
    for ask in (lambda: hours.add(MOMENT, MINUTE), lambda: hours.subtract(MOMENT, MINUTE), lambda: hours.next_open(MOMENT)):
        with pytest.raises(NeverOpen):
            ask()
    assert hours.between(MOMENT, MOMENT + timedelta(days=400)) == timedelta()


CASES = {
    "calendars": {
        "b": {
            "tz": "UTC",
            "hours": {"wed": [["09:00", "17:00"]], "tue": [["22:00", "06:00"]]},
            "holidays": ["2006-01-11"],
            "special": {"2006-01-04": [["09:00", "11:00"]], "2006-01-11": [["09:00", "11:00"]]},
            "breaks": {"2006-01-04": [["10:00", "10:30"]]},
        }
    },
    "cases": [
        {"id": "own hours less a break", "op": "between", "calendar": "b", "start": "2006-01-04T08:00:00Z", "end": "2006-01-05T00:00:00Z"},
        {"id": "a holiday is closed", "op": "open", "calendar": "b", "at": "2006-01-11T09:30:00Z"},
        {"id": "through the night", "op": "add", "calendar": "b", "start": "2006-01-17T23:00:00Z", "minutes": 120},
        {"id": "back", "op": "sub", "calendar": "b", "start": "2006-01-18T03:00:00Z", "minutes": 300},
        {"id": "unknown", "op": "add", "calendar": "none", "start": "2006-01-17T23:00:00Z", "minutes": 120},
    ],
    "pause_cases": [
        {
            "id": "paused", "calendar": "b", "created": "2006-01-18T09:00:00Z", "targets_min": {"solution": 120, "reply": 10}, "pausing_states": ["pending", "closed"],
            "state_history": [["new", "2006-01-18T09:00:00Z"], ["pending", "2006-01-18T09:30:00Z"], ["open", "2006-01-18T10:30:00Z"], ["closed", "2006-01-18T11:00:00Z"]],
            "window": ["2006-01-18T09:15:00Z", "2006-01-18T10:45:00Z"],
        }
    ],
}  # fmt: skip


def test_cases_from_outside():
    found = {line["id"]: line for line in answers(CASES)}
    assert [found[case["id"]]["answer"] for case in CASES["cases"]] == [90, False, "2006-01-18T01:00:00Z", "2006-01-17T22:00:00Z", None]
    assert "none" in found["unknown"]["error"]
    assert found["paused"]["answer"] == {
        "closed_at": "2006-01-18T11:00:00Z", "solution_due": "2006-01-18T12:00:00Z", "solution_used_min": 60, "solution_left_min": 60,
        "reply_due": "2006-01-18T10:30:00Z", "reply_used_min": 60, "reply_left_min": -50, "working_min": 30,
    }  # fmt: skip


def test_the_command_prints_a_line_for_each_case(tmp_path, capfdbinary):
    expecting = {**CASES["pause_cases"][0], "expect": {"solution_left_min": 60}}
    (tmp_path / "cases.json").write_text(json.dumps({**CASES, "pause_cases": [expecting]}))
    with pytest.raises(SystemExit) as ended:
        main(["sla", "due", str(tmp_path / "cases.json"), str(tmp_path / "none.json")])
    said = capfdbinary.readouterr()
    assert ended.value.code == 1 and b"none.json" in said.err
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert len(lines) == 6 and lines[-1] == {"id": "paused", "answer": {"solution_left_min": 60}}
