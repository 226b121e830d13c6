"""Days in the two calendars people live by. Rows hold Gregorian dates; Jalali (the solar calendar of Iran) is for showing and for typing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_date
from persiantools.jdatetime import JalaliDate

from .numbers import latin, numerals

JALALI, GREGORIAN = "jalali", "gregorian"
FIRST, LAST = date(1800, 1, 1), date(2200, 12, 31)
WEEK_BEGINS = {"fa": 5, "ru": 0, "en": 0}  # as date.weekday() counts
_TYPED = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"))
_MONTHS = {
    "fa": "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
    "ru": "фарвардин ордибехешт хордад тир мордад шахривар мехр абан азар дей бахман эсфанд",
    "en": "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand",
}
_ALONE = {"fa": tuple("دسچپجشی"), "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def calendar_of(chosen: str, lang: str) -> str:
    """The calendar somebody reads: what they chose ('' nothing), else their language's."""
    return chosen or (JALALI if lang == "fa" else GREGORIAN)


def typed_day(text: str) -> date:
    """A day as people type it: 1405/9/5, ۱۴۰۵/۰۹/۰۵, 2026-11-26, 26.11.2026, in digits of any script; a year before 1700 is of the Jalali calendar.
    Raises ValueError for what is no day from 1800 to 2200."""
    found = _TYPED.fullmatch(latin(text.translate(_MARKS)).strip())
    if not found:
        raise ValueError(text)
    first, month, last = found.groups()
    if (len(first) == 4) == (len(last) == 4) or len(first) == 3 or len(last) == 3:
        raise ValueError(text)
    year, day = (int(first), int(last)) if len(first) == 4 else (int(last), int(first))
    told = _gregorian(year, int(month), day) if year < 1700 else date(year, int(month), day)
    if not FIRST <= told <= LAST:
        raise ValueError(text)
    return told


def in_field(day: date, calendar: str, lang: str) -> str:
    """A day as it stands in a field, so that `typed_day` reads it again: ۱۴۰۵/۰۹/۰۵, 26.11.2026, 2026-11-26."""
    year, month, of_month = parts(day, calendar)
    if calendar == JALALI:
        return numerals(f"{year}/{month:02}/{of_month:02}")
    return numerals(f"{of_month:02}.{month:02}.{year}" if lang == "ru" else day.isoformat())


def parts(day: date, calendar: str) -> tuple[int, int, int]:
    """(year, month, day) as a calendar counts them."""
    if calendar == GREGORIAN:
        return day.year, day.month, day.day
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]
    return jalali.year, jalali.month, jalali.day


def said(day: date, calendar: str, lang: str, *, weekday: bool = True, year: bool = True) -> str:
    """A day in words: پنجشنبه ۵ آذر ۱۴۰۵; четверг, 26 ноября 2026; Thursday, 26 November 2026."""
    counted, month, of_month = parts(day, calendar)
    named = month_name(month, lang) if calendar == JALALI else format_date(day, "MMMM", locale=lang)
    words = f"{of_month} {named}" + (f" {counted}" if year else "")
    return numerals(f"{weekday_name(day.weekday(), lang)}{' ' if lang == 'fa' else ', '}{words}" if weekday else words)


def month_name(month: int, lang: str) -> str:
    """A month of the Jalali calendar."""
    return _MONTHS[lang].split()[month - 1]


@lru_cache(64)
def weekday_name(weekday: int, lang: str, short: bool = False) -> str:
    """0 is Monday, as date.weekday() counts."""
    return _ALONE[lang][weekday] if short else str(format_date(date(2024, 1, 1 + weekday), "cccc", locale=lang))


def weekdays(lang: str) -> list[int]:
    """The days of a week in the order in which a language begins it."""
    return [(WEEK_BEGINS[lang] + n) % 7 for n in range(7)]


@dataclass(frozen=True)
class Month:
    """A month of one of the calendars."""

    calendar: str
    year: int
    month: int

    @property
    def key(self) -> str:
        """`1405-09`; `month_typed` reads it."""
        return f"{self.year:04}-{self.month:02}"

    def first(self) -> date:
        """Its first day."""
        return _gregorian(self.year, self.month, 1) if self.calendar == JALALI else date(self.year, self.month, 1)

    def step(self, months: int) -> "Month":
        """So many months on; back for a negative number."""
        count = self.year * 12 + self.month - 1 + months
        return Month(self.calendar, count // 12, count % 12 + 1)

    def days(self) -> list[date]:
        """All of its days."""
        first = self.first()
        return [first + timedelta(days=n) for n in range((self.step(1).first() - first).days)]

    def weeks(self, lang: str) -> Iterator[list[date | None]]:
        """Its days by weeks of seven; None where another month's stand."""
        days = self.days()
        cells: list[date | None] = [*[None] * ((days[0].weekday() - WEEK_BEGINS[lang]) % 7), *days]
        cells += [None] * (-len(cells) % 7)
        return (cells[n : n + 7] for n in range(0, len(cells), 7))

    def title(self, lang: str) -> str:
        """آذر ۱۴۰۵, November 2026."""
        named = month_name(self.month, lang) if self.calendar == JALALI else str(format_date(self.first(), "LLLL", locale=lang))
        return numerals(f"{named[:1].upper()}{named[1:]} {self.year}")


def month_of(day: date, calendar: str) -> Month:
    """The month a day is in."""
    year, month, _day = parts(day, calendar)
    return Month(calendar, year, month)


def month_typed(key: str) -> Month:
    """From `1405-09` or `2026-11`; the year tells the calendar. Raises ValueError for others than 1800 to 2200."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", key, re.ASCII)
    if not found or not 1 <= int(found[2]) <= 12:
        raise ValueError(key)
    month = Month(JALALI if int(found[1]) < 1700 else GREGORIAN, int(found[1]), int(found[2]))
    if not FIRST <= month.first() <= LAST:
        raise ValueError(key)
    return month


def _gregorian(year: int, month: int, day: int) -> date:
    found: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return found
