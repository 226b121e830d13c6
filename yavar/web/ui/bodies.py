"""JSON in and out of Django views, strict on the way in."""

from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse

from yavar.base.edge.wire import decode

T = TypeVar("T")


def body(request: HttpRequest, shape: type[T]) -> T:
    """The body as a Struct. Raises Problem 400."""
    return decode(request.body or b"{}", shape)


def answer(value: Any, status: int = 200) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all bodies: unknown input is refused."""
