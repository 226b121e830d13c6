"""Public holidays by country and year, from the `holidays` library (MIT). Dates of the lunar year are estimates: a calendar may move them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from yavar.desk.locales import LOCALES

COUNTRIES = tuple(sorted(holidays.list_supported_countries(include_aliases=False)))
_LANGUAGES = {"fa": ("fa_IR", "fa"), "ru": ("ru",), "en": ("en_US", "en_GB", "en")}


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int, lang: str = "") -> Mapping[date, str]:
    """The holidays of a year and their names: in `lang` (fa, ru, en) where the library has it, else in English, else in the country's own. {} for a country it does not know."""
    if country not in COUNTRIES:
        return {}
    spoken = holidays.country_holidays(country, years=year)
    for wanted in (*_LANGUAGES.get(lang, ()), *(_LANGUAGES["en"] if lang in LOCALES else ())):
        if wanted in spoken.supported_languages:
            spoken = holidays.country_holidays(country, years=year, language=wanted)
            break
    return dict(sorted((day, name) for day, name in spoken.items() if day.year == year))


def estimated(country: str, year: int) -> frozenset[date]:
    """Those of them whose date is only reckoned ahead: the moon decides, or an authority."""
    return frozenset(day for day, name in holidays_of(country, year, "en").items() if "(estimated" in name)
