"""JSON in and out of Django views, strict on the way in."""

from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base.edge.wire import decode
from yavar.base.problem import Problem

T = TypeVar("T")


def body(request: HttpRequest, shape: type[T]) -> T:
    """The body as a Struct. Raises Problem 400."""
    return decode(request.body or b"{}", shape)


def answer(value: Any, status: int = 200) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A query's field as a number from 0 on; None when it is not there. Raises Problem 400."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Problem(400, f"{name}.invalid", _("The request isn’t in the expected form."), field=name)
    return int(text)


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all bodies: unknown input is refused."""
