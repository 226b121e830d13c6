"""Public holidays by country and year, from the `holidays` library (MIT). Dates of the lunar year are estimates: a calendar may move them.

The library takes a second to load with all its countries: it is loaded when a calendar first asks for one, and a desk that keeps none never waits for it.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from django.utils.translation import override

from yavar.base.numbers import numerals
from yavar.desk.locales import LOCALES

from .holiday_names import NATIVE, translated

_LANGUAGES = {"fa": ("fa_IR", "fa"), "ru": ("ru",), "en": ("en_US", "en_GB", "en")}
_GUESS = re.compile(r",? ?(?:estimated|تخمینی|приблизительная дата)(?=\))")


class Holiday(NamedTuple):
    """A day on which a country does not work. `estimated`: the moon decides, or an authority."""

    day: date
    name: str
    estimated: bool = False


@cache
def countries() -> tuple[str, ...]:
    """Those whose holidays are known, by ISO 3166."""
    from holidays.registry import COUNTRIES

    return tuple(sorted(names[1] for names in COUNTRIES.values()))


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int, lang: str = "") -> Mapping[date, str]:
    """The holidays of a year and their names: in `lang` (fa, ru, en) where the library has it, else in English, else in the country's own. {} for a country it does not know."""
    if country not in countries():
        return {}
    import holidays

    spoken = holidays.country_holidays(country, years=year)
    for wanted in (*_LANGUAGES.get(lang, ()), *(_LANGUAGES["en"] if lang in LOCALES else ())):
        if wanted in spoken.supported_languages:
            spoken = holidays.country_holidays(country, years=year, language=wanted)
            break
    return dict(sorted((day, name) for day, name in spoken.items() if day.year == year))


def estimated(country: str, year: int) -> frozenset[date]:
    """Those of them whose date is only reckoned ahead: the moon decides, or an authority."""
    return frozenset(day for day, name in holidays_of(country, year, "en").items() if "estimated)" in name)


def told(country: str, year: int, lang: str) -> tuple[Holiday, ...]:
    """The holidays of a Gregorian year as a reader of `lang` is told them, in the digits of the active language."""
    unsure, spoken = estimated(country, year), holidays_of(country, year, lang)
    if lang in ("fa", "ru") and country in NATIVE and NATIVE[country] != lang:  # the library has them in English alone
        with override(lang):
            spoken = {day: "; ".join(map(translated, name.split("; "))) for day, name in spoken.items()}
    return tuple(Holiday(day, numerals(_GUESS.sub("", name).replace(" ()", "")), day in unsure) for day, name in spoken.items())
