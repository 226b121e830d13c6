"""Days in two calendars: as people type them, as they stand in a field, in words; months and their weeks."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from yavar.base import days
from yavar.base.numbers import latin, numerals, written

DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "typed",
    ["1405/9/5", "۱۴۰۵/۰۹/۰۵", "١٤٠٥-٩-٥", "2026-11-26", "26.11.2026", " 2026.11.26 ", "26/11/2026", "5/9/1405", "\u200e1405/09/05\u200f", "2026 11 26"],
)
def test_a_day_as_people_type_it(typed):
    assert days.typed_day(typed) == DAY


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "1404/12/30",
        "2027-02-29",
        "26.11.26",
        "2026-11",
        "0000-01-01",
        "1/1/1",
        "1234",
        "202-01-01",
        "9999-01-01",
        "1700/1/1",
        "2026-11-26T00:00",
        "۱۴۰۵/۱۳/۱",
    ],
)
def test_what_is_no_day(typed):
    with pytest.raises(ValueError):
        days.typed_day(typed)


@pytest.mark.parametrize("calendar", [days.JALALI, days.GREGORIAN])
@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_what_stands_in_a_field_is_read_again(calendar, lang):
    with override(lang):
        for n in range(0, 20_000, 37):
            day = date(1990, 1, 1) + timedelta(days=n)
            assert days.typed_day(days.in_field(day, calendar, lang)) == day
            month = days.month_of(day, calendar)
            assert day in month.days() and days.month_typed(month.key) == month


def test_a_day_in_words():
    with override("fa"):
        assert days.said(DAY, days.JALALI, "fa") == "پنجشنبه ۵ آذر ۱۴۰۵"
        assert days.in_field(DAY, days.JALALI, "fa") == "۱۴۰۵/۰۹/۰۵"
        with written("latin"):
            assert days.said(DAY, days.GREGORIAN, "fa", year=False) == "پنجشنبه 26 نوامبر"
    with override("ru"):
        assert days.said(DAY, days.GREGORIAN, "ru") == "четверг, 26 ноября 2026"
        assert days.in_field(DAY, days.GREGORIAN, "ru") == "26.11.2026"
    with override("en"):
        assert days.said(DAY, days.GREGORIAN, "en", weekday=False) == "26 November 2026"
        assert days.said(DAY, days.JALALI, "en") == "Thursday, 5 Azar 1405"


def test_months_go_over_the_year_and_leap_years_are_known():
    azar = days.month_typed("1405-09")
    assert (azar.first(), azar.step(4).key, azar.step(-9).key, len(azar.days())) == (date(2026, 11, 22), "1406-01", "1404-12", 30)
    assert [len(days.Month(days.JALALI, year, 12).days()) for year in (1403, 1404, 1408)] == [30, 29, 30]
    with override("en"):
        assert (azar.title("en"), days.month_typed("2026-11").title("en")) == ("Azar 1405", "November 2026")
    with override("ru"):
        assert days.month_typed("2026-11").title("ru") == "Ноябрь 2026"


@pytest.mark.parametrize("key", ["1405", "1405-13", "2026-00", "0001-01", "9999-01", "x", "۱۴۰۵-۰۹", "2026-11-01"])
def test_what_is_no_month(key):
    with pytest.raises(ValueError):
        days.month_typed(key)


@pytest.mark.parametrize(("lang", "weekday"), [("fa", 5), ("ru", 0), ("en", 0)])
def test_weeks_begin_as_the_language_has_it(lang, weekday):
    weeks = list(days.month_typed("1405-09").weeks(lang))
    assert all(len(week) == 7 for week in weeks) and [day for week in weeks for day in week if day] == days.month_typed("1405-09").days()
    assert weeks[1][0].weekday() == weekday == days.weekdays(lang)[0]


def test_digits_of_any_script():
    assert latin("۱۲٣ a") == "123 a"
    with override("fa"):
        assert numerals("9:30") == "۹:۳۰"
    with override("en"), written("persian"):
        assert numerals("9:30") == "۹:۳۰"
