"""Weeks that many keep, to begin with."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import ALWAYS, DAYS, Rules, Spells

_NINE = 9 * 60


def _until(hour: int) -> Spells:
    return ((_NINE, hour * 60),)


WEEKS: dict[str, dict[str, Spells]] = {
    "sat-thu": {**dict.fromkeys(("sat", "sun", "mon", "tue", "wed"), _until(17)), "thu": _until(13)},
    "mon-fri-18": dict.fromkeys(DAYS[:5], _until(18)),
    "mon-fri-17": dict.fromkeys(DAYS[:5], _until(17)),
    "always": dict(ALWAYS.week),
}
NAMES: dict[str, Promise] = {
    "sat-thu": _("Sat–Wed 9–17, Thu 9–13"), "mon-fri-18": _("Mon–Fri 9–18"), "mon-fri-17": _("Mon–Fri 9–17"), "always": _("Around the clock, every day"),
}  # fmt: skip
OFFERED = {"fa": ("sat-thu", "mon-fri-17", "always"), "ru": ("mon-fri-18", "sat-thu", "always"), "en": ("mon-fri-17", "mon-fri-18", "always")}
_COUNTRIES = {"fa": "IR", "ru": "RU"}


def rules_for(lang: str, zone: str) -> Rules:
    """What a new shop whose owner speaks `lang` most likely keeps: its week, and its country's holidays where the language tells one. `zone` is IANA."""
    return Rules(zone, WEEKS[OFFERED[lang][0]], _COUNTRIES.get(lang, ""))
