"""Kinds of facts: each name has a schema per version, frozen once it has been released."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

PUBLIC, STAFF = "public", "staff"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `agent`, `customer`, `bot` or `system`, with the key of the row (0 for the system).

    `via` says from where, for the audit: `s:7` a signed-in session (SignIn row), `t:3` an API token, `cli` a command on the desk's own machine.
    """

    kind: str
    id: int = 0
    via: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def actor(self) -> "Actor":
        """Itself: a doer without a row of its own, such as the system."""
        return self

    @classmethod
    def parse(cls, text: str) -> "Actor":
        """The inverse of `str()`."""
        kind, _, key = text.partition(":")
        return cls(kind, int(key or 0))


SYSTEM = Actor("system")


class Doer(Protocol):
    """Somebody who can be named as the one who did it: an agent, or the system."""

    @property
    def actor(self) -> Actor: ...


class UnknownFact(LookupError):
    """An event's name and version that no room has registered."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The registration of one kind of event."""

    name: str
    version: int
    audience: str
    payload: type[msgspec.Struct]


_BY_TYPE: dict[type, Fact] = {}
_BY_NAME: dict[tuple[str, int], Fact] = {}
S = TypeVar("S", bound=type[msgspec.Struct])


def fact(name: str, *, version: int = 1, audience: str) -> Callable[[S], S]:
    """Register a payload (a frozen msgspec Struct of ids and small facts) as an event. `audience` says who may ever hear of it."""

    def register(payload: S) -> S:
        kind = Fact(name, version, audience, payload)
        if (name, version) in _BY_NAME:
            raise ValueError(f"{name} version {version} is registered twice")
        _BY_NAME[name, version] = _BY_TYPE[payload] = kind
        return payload

    return register


def kind_of(payload: msgspec.Struct) -> Fact:
    """The registration of this payload's type. Raises UnknownFact."""
    try:
        return _BY_TYPE[type(payload)]
    except KeyError:
        raise UnknownFact(type(payload).__name__) from None


def schema() -> dict[str, Any]:
    """Every registered fact as `name@version` -> its audience and fields: what the freezing test compares."""
    return {
        f"{kind.name}@{kind.version}": {"audience": kind.audience, "fields": {f.name: str(f.type) for f in msgspec.structs.fields(kind.payload)}}
        for kind in sorted(_BY_NAME.values(), key=lambda k: (k.name, k.version))
    }


def described() -> dict[str, tuple[str, str, dict[str, str]]]:
    """Every registered fact as name -> (audience, what happened, {field: type}), for the documentation. Older versions are `name@1`."""
    newest = {kind.name: kind for kind in sorted(_BY_NAME.values(), key=lambda k: k.version)}
    found = {}
    for kind in sorted(_BY_NAME.values(), key=lambda k: (k.name, k.version)):
        name = kind.name if newest[kind.name] is kind else f"{kind.name}@{kind.version}"
        fields = {
            f.name: getattr(f.type, "__name__", str(f.type)) if isinstance(f.type, type) and not hasattr(f.type, "__args__") else str(f.type)
            for f in msgspec.structs.fields(kind.payload)
        }
        found[name] = (kind.audience, " ".join((kind.payload.__doc__ or "").split()), fields)
    return found
