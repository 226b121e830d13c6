"""Custom fields: what a value must be, how it is kept, how it is compared."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from yavar.base.problem import Problem
from yavar.base.search import fold

from .models import FieldDefinition

KINDS = ("text", "number", "yesno", "date", "choice", "url")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
LONGEST = 500


def definitions(on: str, *, brand: int | None = None, request_type: int | None = None) -> list[FieldDefinition]:
    """The active fields of conversations or customers, in their order; with a brand or request type (keys) only those asked there."""
    found = FieldDefinition.objects.filter(on=on, active=True)
    if on == "conversation":
        found = found.filter(Q(brand__isnull=True) | Q(brand=brand), Q(request_type__isnull=True) | Q(request_type=request_type))
    return list(found.order_by("position", "pk"))


def changed(known: list[FieldDefinition], before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`before` with the values of `given` put in; None takes one out. Raises Problem 422 with `field` = `fields.<key>`."""
    by_key = {each.key: each for each in known}
    after = dict(before)
    for key, value in given.items():
        definition = by_key.get(key)
        if definition is None:
            raise Problem(422, "field.unknown", _("There is no field {name} here.").format(name=key), field=f"fields.{key}")
        if value is None or value == "":
            after.pop(key, None)
        else:
            after[key] = _checked(definition, value)
    return after


def _checked(definition: FieldDefinition, value: Any) -> Any:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    good: Any = None
    if definition.kind == "text" and text and len(text) <= LONGEST and "\0" not in text:
        good = value.strip()
    elif (definition.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15) or (
        definition.kind == "yesno" and isinstance(value, bool)
    ):
        good = value
    elif definition.kind == "date" and text:
        good = _date(text)
    elif definition.kind == "choice" and value in definition.choices:
        good = value
    elif definition.kind == "url" and _is_url(text):
        good = text
    if good is None:
        raise Problem(422, "field.invalid", wrong(definition.kind), field=f"fields.{definition.key}")
    return good


def wrong(kind: str) -> str:
    """What is expected of a field of this kind, as a sentence."""
    return {
        "text": _("Write up to 500 characters."), "number": _("This should be a number."), "yesno": _("This is either yes or no."),
        "date": _("This should be a date such as 2026-11-22."), "choice": _("Choose one of the list."), "url": _("This should be an address such as https://shop.example."),
    }[kind]  # fmt: skip


def _date(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _is_url(text: str) -> bool:
    try:
        return len(text) <= LONGEST and urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).hostname)
    except ValueError:
        return False


def folded(definition: FieldDefinition, value: Any) -> str:
    """How a value stands in the filter's index: folded text, numbers in one form."""
    if definition.kind == "number":
        try:
            return f"{float(value):.6f}"
        except (TypeError, ValueError):
            return ""
    if definition.kind == "yesno":
        return "1" if value in (True, 1, "1", "true") else "0"
    return fold(" ".join(str(value).split()))[:120]
