"""A length of time in words. Hours stay hours: a day of working time is nobody's day."""

from django.utils.translation import gettext as _

from .locales import digits

UNITS = (("h", 3600), ("min", 60), ("s", 1))


def split(seconds: int) -> tuple[int, str]:
    """The number and the unit (s, min, h) that say it exactly."""
    for unit, size in UNITS:
        if seconds % size == 0:
            return seconds // size, unit
    raise AssertionError


def spoken(seconds: float) -> str:
    """`30 s`, `5 min`, `2 h`, `1 h 20 min`, in the active language; what is finer than a hundredth of it is left out."""
    whole = round(seconds)
    if whole < 60:
        return _("{n} s").format(n=digits(whole))
    minutes = whole // 60
    if whole < 600 and whole % 60:
        return f"{_('{n} min').format(n=digits(minutes))} {_('{n} s').format(n=digits(whole % 60))}"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n} min").format(n=digits(minutes))
    if rest and hours < 10:
        return f"{_('{n} h').format(n=digits(hours))} {_('{n} min').format(n=digits(rest))}"
    return _("{n} h").format(n=digits(round(minutes / 60)))
