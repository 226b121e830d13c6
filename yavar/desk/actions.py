"""Verbs about the desk itself."""

import re
import secrets
from collections.abc import Sequence
from types import EllipsisType

import msgspec
from django.utils.translation import gettext as _

from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import unique
from yavar.base.problem import Problem

from .accent import Accent, calmer, readable
from .events import BrandAdded, BrandChanged, FieldChanged, FieldDefined, RequestTypeAdded, RequestTypeChanged, RequestTypeRemoved
from .fields import KEY, KINDS
from .locales import LOCALES, digits
from .models import Brand, FieldDefinition, RequestType

SYSTEM = Actor("system")

LONGEST_NAME = 80


def configure_brand(
    brand: Brand, *, name: dict[str, str] | None = None, locale: str | None = None, accent: Accent | EllipsisType | None = ..., by: Actor = SYSTEM
) -> Brand:
    """Change what a shop is called, its first language, its colour (None: the house's); what is left out stays.

    Raises Problem 422, with `field`, for a name that is missing or too long, an unknown language, or a colour on which text could not be read.
    """
    names = brand.name if name is None else {key: " ".join(text.split()) for key, text in name.items() if text.strip()}
    first = brand.locale if locale is None else locale
    if first not in LOCALES or not set(names) <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="locale")
    if name is not None or locale is not None:
        _not_too_long(names)
        if not names.get(first):
            raise Problem(422, "name.missing", _("The default language needs a name."), field=f"name_{first}")
    if isinstance(accent, Accent) and not readable(accent):
        calm = digits(round(calmer(accent).c * 100))
        raise Problem(422, "accent.contrast", _("Text on this colour would be hard to read. Up to a strength of {n} it’s fine.").format(n=calm), field="accent")
    brand.name, brand.locale = names, first
    if not isinstance(accent, EllipsisType):
        brand.accent = msgspec.to_builtins(accent)
    with transaction():
        added = brand.pk is None
        changed = _differences(brand)
        brand.save()
        if added or changed:
            record(BrandAdded(brand.pk) if added else BrandChanged(brand.pk, changed), subject=("brand", brand.pk), by=by)
    return brand


def _differences(brand: Brand) -> list[str]:
    stored = Brand.objects.filter(pk=brand.pk).values("name", "locale", "accent").first() if brand.pk else None
    return sorted(key for key, value in stored.items() if value != getattr(brand, key)) if stored else []


def add_brand(name: dict[str, str], locale: str, *, accent: Accent | None = None, by: Actor = SYSTEM) -> Brand:
    """One more shop. Raises Problem 422, as `configure_brand` does."""
    return configure_brand(Brand(), name=name, locale=locale, accent=accent, by=by)


def save_request_type(brand: Brand, name: dict[str, str], *, by: Actor, kind: RequestType | None = None) -> RequestType:
    """Add a request type, or rename one. Raises Problem 422 without a name."""
    names = labels(name)
    with transaction():
        saved = kind or RequestType(brand=brand)
        saved.name = names
        saved.save()
        fact = RequestTypeChanged(saved.pk) if kind else RequestTypeAdded(saved.pk, brand.pk)
        record(fact, subject=("request_type", saved.pk), by=by)
    return saved


def remove_request_type(kind: RequestType, *, by: Actor) -> None:
    """Conversations of this type are of none."""
    with transaction():
        record(RequestTypeRemoved(kind.pk), subject=("request_type", kind.pk), by=by)
        kind.delete()


def save_field(
    *, by: Actor, label: dict[str, str], on: str = "conversation", key: str = "", kind: str = "text", choices: Sequence[str] = (), brand: Brand | None = None,
    request_type: RequestType | None = None, filter: bool = False, active: bool = True, definition: FieldDefinition | None = None,
) -> FieldDefinition:  # fmt: skip
    """Define a custom field, or change one; its key, kind and what it is on never change, and filtering is chosen once, since old values are not indexed again.

    Raises Problem 422 or 409.
    """
    names, options = labels(label), [" ".join(choice.split())[:120] for choice in choices if choice.strip()]
    made = definition or FieldDefinition(on=on, key=key or key_of(names), kind=kind, filter=filter, position=FieldDefinition.objects.count())
    if made.kind not in KINDS or made.on not in ("conversation", "customer") or not KEY.match(made.key):
        raise Problem(422, "field.definition", _("A key is made of small Latin letters, digits and _, and begins with a letter."), field="key")
    if made.kind == "choice" and len(set(options)) < 2:
        raise Problem(422, "field.choices", _("Give at least two choices."), field="choices")
    made.label, made.choices, made.brand, made.request_type, made.active = names, list(dict.fromkeys(options)), brand, request_type, active
    with transaction():
        with unique(Problem(409, "key.taken", _("There is a field with this key already."), field="key")):
            made.save()
        fact = FieldChanged(made.pk, ["label", "choices", "active"]) if definition else FieldDefined(made.pk, made.on, made.key, made.kind)
        record(fact, subject=("field", made.pk), by=by)
    return made


def key_of(names: dict[str, str]) -> str:
    """A key made of a label: `order_number` of "Order number". A label without Latin letters gets a random one."""
    latin = "_".join(re.findall(r"[a-z0-9]+", names.get("en", next(iter(names.values()), "")).lower()))[:40].strip("_")
    return latin if KEY.match(latin) else f"field_{secrets.token_hex(3)}"


def labels(name: dict[str, str]) -> dict[str, str]:
    """A short label in its languages, tidied. Raises Problem 422 for none, one too long, or an unknown language."""
    names = {code: " ".join(text.split()) for code, text in name.items() if text.strip()}
    if not names or not set(names) <= set(LOCALES):
        raise Problem(422, "name.missing", _("Please give it a name."), field="name")
    _not_too_long(names)
    return names


def _not_too_long(names: dict[str, str]) -> None:
    for key, text in names.items():
        if len(text) > LONGEST_NAME:
            raise Problem(422, "name.too_long", _("The name is longer than {n} letters.").format(n=digits(LONGEST_NAME)), field=f"name_{key}")
