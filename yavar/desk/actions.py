"""Verbs about the desk itself."""

from types import EllipsisType

import msgspec
from django.utils.translation import gettext as _

from yavar.base.db import transaction
from yavar.base.problem import Problem

from .accent import Accent, calmer, readable
from .locales import LOCALES, digits
from .models import Brand

LONGEST_NAME = 80


def configure_brand(brand: Brand, *, name: dict[str, str] | None = None, locale: str | None = None, accent: Accent | EllipsisType | None = ...) -> Brand:
    """Change what a shop is called, its first language, its colour (None: the house's); what is left out stays.

    Raises Problem 422, with `field`, for a name that is missing or too long, an unknown language, or a colour on which text could not be read.
    """
    names = brand.name if name is None else {key: " ".join(text.split()) for key, text in name.items() if text.strip()}
    first = brand.locale if locale is None else locale
    if first not in LOCALES or not set(names) <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="locale")
    if name is not None or locale is not None:
        for key, text in names.items():
            if len(text) > LONGEST_NAME:
                raise Problem(422, "name.too_long", _("The name is longer than {n} letters.").format(n=digits(LONGEST_NAME)), field=f"name_{key}")
        if not names.get(first):
            raise Problem(422, "name.missing", _("The default language needs a name."), field=f"name_{first}")
    if isinstance(accent, Accent) and not readable(accent):
        calm = digits(round(calmer(accent).c * 100))
        raise Problem(422, "accent.contrast", _("Text on this colour would be hard to read. Up to a strength of {n} it’s fine.").format(n=calm), field="accent")
    brand.name, brand.locale = names, first
    if not isinstance(accent, EllipsisType):
        brand.accent = msgspec.to_builtins(accent)
    with transaction():
        brand.save(update_fields=["name", "locale", "accent"])
    return brand
