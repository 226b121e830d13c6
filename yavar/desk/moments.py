"""A moment in words, as letters and notices say it."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from yavar.base import days

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PATTERNS = {"en": "EEE, d MMM y", "ru": "EEE, d MMM y 'г.'"}
_SHORT = {"en": "EEEE d MMMM", "ru": "d MMMM"}  # within a sentence


def said(at: datetime, zone: str, lang: str) -> tuple[str, str]:
    """(day, time of day) of a UTC moment in the IANA `zone`: Jalali with Persian digits for fa, else Gregorian. Raises ZoneInfoNotFoundError."""
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    return _day(local.year, local.month, local.day, lang), clock.translate(_PERSIAN) if lang == "fa" else clock


def until(at: datetime, now: datetime, zone: str, lang: str) -> str:
    """A near moment within a sentence ("by …"): the time of day, and the day when it is another than that of `now`."""
    local, here = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = f"{local:%-H:%M}"
    clock = clock.translate(_PERSIAN) if lang == "fa" else clock
    if local.date() == here.date():
        return clock
    if lang != "fa":
        return f"{format_date(local.date(), _SHORT[lang], locale=lang)}, {clock}"
    return f"{_jalali(local.date(), year=False)}، ساعت {clock}"


@lru_cache(500)
def _day(year: int, month: int, day: int, lang: str) -> str:
    found = date(year, month, day)
    return _jalali(found, year=True) if lang == "fa" else format_date(found, _PATTERNS[lang], locale=lang)


def _jalali(day: date, *, year: bool) -> str:
    return days.said(day, days.JALALI, "fa", year=year).translate(_PERSIAN)
