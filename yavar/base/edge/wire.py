"""What passes through a hot door: a request, and one of four kinds of reply."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem

if TYPE_CHECKING:
    from .feed import Feed

LANGUAGES = ("fa", "ru", "en")
T = TypeVar("T")
_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


@dataclass(slots=True)
class Request:
    """One HTTP request, read whole. `headers` have lower-case names."""

    method: str
    path: str
    query_string: bytes
    headers: dict[bytes, bytes]
    client: str
    scheme: str
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's text, or ''."""
        return self.headers.get(name.encode(), b"").decode("latin-1")

    def query(self) -> dict[str, str]:
        """The query's fields; the last of a repeated one."""
        return dict(parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True))

    def cookie(self, name: str) -> str:
        """A cookie's value, or ''."""
        for part in self.header("cookie").split(";"):
            key, _eq, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    def bearer(self) -> str:
        """The token of `Authorization: Bearer`, or ''."""
        value = self.header("authorization")
        return value[7:].strip() if value[:7].lower() == "bearer " else ""

    def own_origin(self) -> str:
        """This desk's origin as the reader's browser sees it."""
        return f"{self.scheme}://{self.header('host')}"

    def language(self) -> str:
        """The reader's language: X-Lang, else the first of Accept-Language that we speak, else English."""
        for wish in (self.header("x-lang"), *self.header("accept-language").split(",")):
            code = wish.strip()[:2].lower()
            if code in LANGUAGES:
                return code
        return "en"

    def json(self, shape: type[T]) -> T:
        """The body as `shape` (a msgspec Struct with forbid_unknown_fields). Raises Problem 400."""
        return decode(self.body, shape)


def decode(body: bytes, shape: type[T]) -> T:
    """JSON bytes as `shape`; Problem 400 names the field that is wrong."""
    decoder = _decoders.get(shape)
    if decoder is None:
        decoder = _decoders[shape] = msgspec.json.Decoder(shape)
    try:
        return cast(T, decoder.decode(body))
    except msgspec.ValidationError as error:
        where = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else None
        raise Problem(400, "body.invalid", _("The request isn’t in the expected form."), field=where, extra={"detail": str(error)}) from None
    except msgspec.DecodeError:
        raise Problem(400, "body.not_json", _("The request isn’t in the expected form.")) from None


@dataclass(slots=True)
class Answer:
    """A whole response."""

    status: int
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Writing:
    """`write` goes to the group-committing writer; after the commit `finish` makes the answer from what it answered. A raised Problem is told to the client."""

    write: Callable[[], Any]
    finish: Callable[[Any], Answer]


@dataclass(slots=True)
class Later:
    """This needs the database or time: `call` runs on a thread and answers with a reply of any kind."""

    call: Callable[[], "Reply"]


@dataclass(slots=True)
class Stream:
    """An event stream. `open(feed)` runs on a thread: it subscribes the feed, loads what was missed, calls `feed.release(missed)` and answers
    what ends the subscription. `check` (on a thread, every minute) says whether the reader may still hear."""

    open: Callable[["Feed"], Callable[[], None]]
    check: Callable[[], bool]


Reply = Answer | Writing | Later | Stream


@dataclass(frozen=True, slots=True)
class Door:
    """A method and an exact path, and the plain function behind it. It runs on the event loop: under a millisecond, no database."""

    method: str
    path: str
    handler: Callable[[Request], Reply]
    max_body: int = 64 * 1024


def json_answer(body: Any, status: int = 200) -> Answer:
    """A JSON response; `body` is anything msgspec encodes, or ready bytes."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Answer(status, data, [(b"content-type", b"application/json"), (b"cache-control", b"no-store")])


def no_content() -> Answer:
    """204."""
    return Answer(204)
