"""What clients get of this room (docs/develop/client-api.md): typed, frozen, free of inside keys."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Someone's name and avatar."""

    id: str
    name: str
    initials: str
    hue: int


@dataclass(frozen=True, slots=True)
class Author:
    """Who said or did something."""

    kind: str
    name: str
    initials: str
    hue: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """A message as its customer may see it: authors by first name, no inside counters."""

    id: str
    client_id: str
    seq: int
    author: Author
    text: str
    files: list[dict[str, object]]
    at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a message on its way to one recipient (conversations.models.Delivery)."""

    id: str
    to: str  # the recipient's customer
    name: str
    address: str
    role: str
    state: str
    reason: str
    detail: str
    at: datetime | None  # when it is tried again, or when it was sent


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that is written and has not left yet."""

    id: str
    client_id: str
    author: Author
    text: str
    files: list[dict[str, object]]
    envelope: dict[str, list[str]]
    resolving: bool
    scheduled: bool
    state: str
    why: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the team's timeline: a message, a note or an event."""

    version: int
    kind: str
    author: Author
    at: datetime
    id: str | None = None
    client_id: str | None = None
    seq: int | None = None
    text: str = ""
    files: list[dict[str, object]] = field(default_factory=list)
    event: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)  # of a message that leaves the house: who gets one, and how far it has come
    original: str | None = None  # where a mail can be read whole, as it came
    withheld: list[str] = field(default_factory=list)  # names of its files that are not handed on, since they could run as programs
    origin: str | None = None  # the conversation it was said in, when that one was merged into this


@dataclass(frozen=True, slots=True)
class InboxOfRow:
    """The inbox as a row shows it."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in a list."""

    id: str
    reference: str
    customer: Person
    inbox: InboxOfRow
    status: str
    priority: str
    assignee: str | None
    team: str | None
    tags: list[str]
    subject: str
    preview: str
    preview_by: str
    preview_agent: str | None
    last_at: datetime
    waiting_since: datetime | None
    unread: int
    snoozed_until: datetime | None
    lang: str
    draft: bool | None  # None in a stream's frame: the reader's own draft mark stays as it is
    request_type: str | None
    version: int
    merged_into: str | None = None
    due_at: datetime | None = None  # what is promised next, when, and since when that runs
    due_from: datetime | None = None
    due_kind: str = ""
    undelivered: bool = False
    found: dict[str, Any] | None = None
