"""The holidays of our first readers' countries, each in the others' language: the library's English names are the keys."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NATIVE = {"IR": "fa", "RU": "ru"}
KNOWN = [
    _("15 Khordad Uprising"), _("Arbaeen"), _("Ashura"), _("Birthday of Imam Ali"), _("Birthday of Mahdi"), _("Birthday of Muhammad and Imam Ja'far al-Sadiq"), _("Death of Imam Khomeini"),
    _("Death of Prophet Muhammad and Martyrdom of Hasan ibn Ali"), _("Eid al-Adha"), _("Eid al-Fitr"), _("Eid al-Fitr Holiday"), _("Eid al-Ghadir"), _("Iranian Oil Industry Nationalization Day"),
    _("Islamic Republic Day"), _("Islamic Revolution Day"), _("Isra' and Mi'raj"), _("Last Day of Year"), _("Martyrdom of Ali al-Rida"), _("Martyrdom of Fatima"), _("Martyrdom of Hasan al-Askari"),
    _("Martyrdom of Imam Ali"), _("Martyrdom of Imam Ja'far al-Sadiq"), _("Nature's Day"), _("Nowruz"), _("Nowruz Holiday"), _("Public Holiday"), _("Tasua"),
    _("Christmas Day"), _("Day off"), _("Defender of the Fatherland Day"), _("Holiday of Spring and Labor"), _("International Women's Day"), _("New Year Holidays"), _("Russia Day"), _("Unity Day"), _("Victory Day"),
]  # fmt: skip
_ASIDE = re.compile(r" \((?:observed|estimated|observed, estimated|substituted from [\d/]+)\)$")


def translated(name: str) -> str:
    """The library's English name of one holiday in the active language; one that nobody has translated yet stays."""
    return gettext(_ASIDE.sub("", name))
