"""Calendars: rows and facts of each verb, versions, what is refused; holidays and what one makes of them; times as they are typed."""

import re
from datetime import UTC, date, datetime

import msgspec
import pytest

from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk import settings as desk
from yavar.people.hours import holidays, moving
from yavar.people.hours.actions import add_calendar, change_calendar, main_calendar, remove_calendar
from yavar.people.hours.counting import Hours
from yavar.people.hours.models import Calendar, CalendarVersion
from yavar.people.hours.queries import hours, hours_of, rules_of
from yavar.people.hours.rules import ALWAYS, AROUND, OwnDay, Rules, minutes, spell
from yavar.people.hours.usual import NAMES, OFFERED, WEEKS, rules_for
from yavar.people.models import Team
from yavar.people.team.actions import add_team, change_team

SYSTEM = Actor("system")
NINE_TO_FIVE = ((540, 1020),)


def facts(kind="calendar."):
    return [(each.name, each.payload) for each in Event.objects.filter(name__startswith=kind).order_by("pk")]


@pytest.mark.django_db
def test_the_desks_own_is_made_once_and_always_there():
    desk.change(time_zone="Asia/Tehran")
    main = main_calendar()
    assert main_calendar() == main and Calendar.objects.count() == 1
    assert rules_of(main) == msgspec.structs.replace(ALWAYS, zone="Asia/Tehran")
    with pytest.raises(Problem) as refused:
        remove_calendar(main, by=SYSTEM)
    assert refused.value.status == 409 and Calendar.objects.exists() and facts() == []


@pytest.mark.django_db
def test_a_calendar_is_made_changed_and_removed():
    made = add_calendar(" Night  shift ", Rules("Europe/Moscow", {"mon": ((600, 700), (540, 620)), "tue": ()}), by=SYSTEM)
    assert (made.name, made.version, rules_of(made)) == ("Night shift", 1, Rules("Europe/Moscow", {"mon": ((540, 700),)}))
    before = rules_of(made)
    changed = change_calendar(made, by=SYSTEM, rules=rules_for("fa", "Asia/Tehran"), version=1)
    assert (changed.version, rules_of(changed).country, hours(made.pk, 1).rules) == (2, "IR", before)
    assert change_calendar(changed, by=SYSTEM, rules=rules_for("fa", "Asia/Tehran")).version == 2, "the same is no new version"
    assert (change_calendar(changed, by=SYSTEM, name="Late").version, Calendar.objects.get().name) == (2, "Late")
    remove_calendar(changed, by=SYSTEM)
    assert not Calendar.objects.exists() and not CalendarVersion.objects.exists()
    key = made.pk
    told = [
        ("made", {"calendar": key}),
        ("changed", {"calendar": key, "version": 2}),
        ("changed", {"calendar": key, "version": 2}),
        ("removed", {"calendar": key}),
    ]
    assert facts() == [(f"calendar.{name}", payload) for name, payload in told]


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_leaves_no_trace():
    made = add_calendar("Night", Rules(), by=SYSTEM)
    add_calendar("Day", Rules(), by=SYSTEM)
    count = Event.objects.count()
    for status, wrong in (
        (409, {"version": 2, "rules": ALWAYS}), (409, {"name": "Day"}), (422, {"name": " "}), (422, {"rules": Rules("Mars/Olympus")}), (422, {"rules": Rules(country="XX")}), (422, {"rules": Rules(week={"someday": AROUND})}),
        (422, {"rules": Rules(week={"mon": ((600, 500),)})}), (422, {"rules": Rules(week={"mon": ((0, 3000),)})}), (422, {"rules": Rules(days={"2026-13-01": OwnDay()})}),
        (422, {"rules": Rules(week={"mon": tuple((n * 60, n * 60 + 30) for n in range(9))})}), (422, {"rules": Rules(days={f"{y}-{m:02}-{d:02}": OwnDay() for y in (2026, 2027) for m in range(1, 13) for d in range(1, 29)})}),
    ):  # fmt: skip
        with pytest.raises(Problem) as refused:
            change_calendar(made, by=SYSTEM, **wrong)
        assert refused.value.status == status, wrong
    with pytest.raises(Problem, match="name"):
        add_calendar("Night", Rules(), by=SYSTEM)
    made.refresh_from_db()
    assert (made.name, made.version, Event.objects.count(), CalendarVersion.objects.count()) == ("Night", 1, count, 2)


@pytest.mark.django_db
def test_inboxes_and_teams_follow_one(shop):
    night = add_calendar("Night", Rules(), by=SYSTEM)
    inbox, team = Inbox.objects.get(), add_team("Returns", [shop.amir], by=SYSTEM)
    configure_inbox(inbox, calendar=night, by=SYSTEM)
    configure_inbox(inbox, calendar=night, name=inbox.name, by=SYSTEM)
    change_team(team, calendar=night, by=SYSTEM)
    change_team(Team.objects.get(), name="Refunds", by=SYSTEM)
    assert (Inbox.objects.get().calendar, Team.objects.get().calendar, list(team.members.all())) == (night, night, [shop.amir])
    assert [payload["fields"] for _name, payload in facts("inbox.changed")] == [["calendar"]]
    assert [payload["renamed"] for _name, payload in facts("team.changed")] == [False, True]
    remove_calendar(night, by=SYSTEM)
    assert Inbox.objects.get().calendar is None and Team.objects.get().calendar is None
    configure_inbox(Inbox.objects.get(), calendar=None, by=SYSTEM)
    change_team(Team.objects.get(), calendar=None, by=SYSTEM)
    assert len(facts("inbox.changed")) == 1


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_usual_weeks(lang):
    rules = rules_for(lang, "UTC")
    assert set(OFFERED[lang]) <= set(WEEKS) == set(NAMES)
    assert rules.country == {"fa": "IR", "ru": "RU", "en": ""}[lang]
    assert rules.week.get("fri", ()) == {"fa": (), "ru": ((540, 1080),), "en": NINE_TO_FIVE}[lang]
    assert rules.week.get("sat", ()) == (NINE_TO_FIVE if lang == "fa" else ())


def test_nowruz_of_1405_and_the_estimates_of_1406():
    found = {each.day: each for each in (*holidays.told("IR", 2026, "fa"), *holidays.told("IR", 2027, "fa"))}
    for day in range(21, 25):
        assert "نوروز" in found[date(2026, 3, day)].name and not found[date(2026, 3, day)].estimated
    fitr = found[date(2027, 3, 10)]
    assert fitr == holidays.Holiday(date(2027, 3, 10), "عید سعید فطر", True), "the estimate is said apart, not in the name"
    assert not found[date(2027, 3, 21)].estimated
    assert holidays.told("XX", 2026, "en") == ()
    assert any(each.estimated and "estimated" not in each.name for each in holidays.told("AL", 2027, "en")), "also those that are observed on another day"


def closed(rules, *days):
    return [not Hours(rules).spells(date.fromisoformat(each)) for each in days]


def test_a_holiday_is_moved_worked_on_and_put_back():
    rules, fitr = Rules("Asia/Tehran", WEEKS["always"], "IR"), date(2027, 5, 17)
    near = ("2027-05-16", "2027-05-17", "2027-05-18")
    assert closed(rules, *near) == [False, True, False]
    later = moving.moved(rules, fitr, 1, "Eid")
    assert closed(later, *near) == [False, False, True]
    earlier = moving.moved(later, fitr, -1, "Eid")
    assert closed(earlier, *near) == [True, False, False] and moving.moved(earlier, fitr, -1, "Eid") == earlier
    assert closed(moving.worked(earlier, fitr, "Eid"), *near) == [False, False, False]
    assert moving.as_reckoned(earlier, fitr) == rules
    fair = msgspec.structs.replace(rules, days={"2027-05-18": OwnDay("Fair", NINE_TO_FIVE)})
    assert moving.moved(fair, fitr, 1, "Eid").days["2027-05-18"] == OwnDay("Fair", NINE_TO_FIVE), "what a shop said of the day itself stays"
    assert moving.as_reckoned(moving.moved(fair, fitr, 1, "Eid"), fitr) == fair
    trip = msgspec.structs.replace(rules, days={"2027-05-18": OwnDay("Trip", ())})
    assert moving.as_reckoned(moving.worked(trip, fitr, "Eid"), fitr) == trip, "another closed day beside it is not the holiday's"


def test_a_certain_holiday_on_the_same_day_stays(monkeypatch):
    day = date(2027, 5, 17)
    monkeypatch.setattr(moving, "holidays_of", lambda *_: {day: "Eid (estimated); Day of the Bell"})
    moved = moving.moved(Rules("UTC", WEEKS["always"], "IR"), day, 1, "Eid")
    assert closed(moved, "2027-05-17", "2027-05-18") == [True, True]


@pytest.mark.parametrize(
    ("typed", "told"), [("9", 540), ("9:30", 570), ("09.05", 545), ("۹:۳۰", 570), ("٢٣٫٥٩", 1439), ("930", 570), (" 24 ", 1440), ("۰۰:۰۰", 0)]
)
def test_times_in_any_digits(typed, told):
    assert minutes(typed) == told


@pytest.mark.parametrize("typed", ["", "25", "9:60", "24:01", "nine", "9:3", "-1", "9:30:00"])
def test_what_is_no_time(typed):
    with pytest.raises(ValueError):
        minutes(typed)


def test_an_end_that_is_not_later_is_of_the_next_morning():
    assert (spell("22", "2"), spell("9", "9"), spell("0", "24")) == ((1320, 1560), (540, 1980), (0, 1440))


@pytest.mark.django_db
def test_two_spells_and_the_night():
    made = add_calendar("Night", Rules("Asia/Tehran", {"sat": (spell("9", "13"), spell("22", "2"))}), by=SYSTEM)
    at = lambda text: hours_of(made).is_open(datetime.fromisoformat(text).astimezone(UTC))  # noqa: E731
    assert [at(f"2026-11-2{each}+03:30") for each in ("8T10:00", "8T14:00", "8T23:00", "9T01:59", "9T02:00")] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("country", "lang", "letters"), [("IR", "ru", "[а-яё]"), ("RU", "fa", "[\u0600-\u06ff]"), ("IR", "fa", "[\u0600-\u06ff]"), ("RU", "ru", "[а-яё]")]
)
def test_our_first_readers_read_each_others_holidays(country, lang, letters):
    for year in range(2025, 2031):
        for each in holidays.told(country, year, lang):
            assert re.search(letters, each.name) and not re.search("[A-Za-z]", each.name), each
