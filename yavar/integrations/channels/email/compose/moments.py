"""A moment as a letter says it."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from persiantools.jdatetime import JalaliDate

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PATTERNS = {"en": "EEE, d MMM y", "ru": "EEE, d MMM y 'г.'"}


def said(at: datetime, zone: str, lang: str) -> tuple[str, str]:
    """(day, time of day) of a UTC moment in the IANA `zone`: Jalali with Persian digits for fa, else Gregorian. Raises ZoneInfoNotFoundError."""
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    return _day(local.year, local.month, local.day, lang), clock.translate(_PERSIAN) if lang == "fa" else clock


@lru_cache(500)
def _day(year: int, month: int, day: int, lang: str) -> str:
    date = datetime(year, month, day).date()  # noqa: DTZ001 (a day of some calendar on a wall)
    if lang != "fa":
        return format_date(date, _PATTERNS[lang], locale=lang)
    jalali = JalaliDate(date)  # type: ignore[no-untyped-call]
    return f"{jalali.strftime('%A', locale='fa')} {jalali.day} {jalali.strftime('%B', locale='fa')} {jalali.year}".translate(_PERSIAN)
