"""The shapes of answers, for the API's documentation and for whoever reads this code. What the core gives is described beside it (conversations.shapes)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from yavar.conversations.shapes import Copy, Held, Item, Person, Row
from yavar.flow.sla.queries import Promise


@dataclass
class Rows:
    rows: list[Row]
    next: str | None
    cursor: str


@dataclass
class Timeline:
    items: list[Item]
    before: int | None


@dataclass
class IdentityFacts:
    kind: str
    value: str
    verified: bool
    failure: str


@dataclass
class CustomerCard:
    id: str
    name: str
    initials: str
    hue: int
    lang: str
    verified: bool
    identities: list[IdentityFacts]
    first_seen: datetime
    last_seen: datetime
    page: str | None
    time_zone: str
    fields: dict[str, Any]
    copied: list[Person]
    merged: list[Person]
    earlier: list[Row]
    conversations: int


@dataclass
class Drafts:
    reply: str
    note: str


@dataclass
class SeenBy:
    agent: int
    customer: int


@dataclass
class Place:
    agent: str
    state: Literal["viewing", "writing"]


@dataclass
class MergedFacts:
    id: str
    reference: str
    subject: str


@dataclass
class Recipient:
    address: str
    name: str


@dataclass
class Recipients:
    to: list[Recipient]
    cc: list[Recipient]


@dataclass
class HeldReplies:
    held: list[Held]


@dataclass
class BegunOne:
    row: Row
    held: Held


@dataclass
class Begun:
    begun: list[BegunOne]


@dataclass
class Recalled:
    held: Held


@dataclass
class Decided:
    copy: Copy


@dataclass
class Conversation:
    row: Row
    customer: CustomerCard
    timeline: Timeline
    drafts: Drafts
    seen: SeenBy
    people: list[Place]
    fields: dict[str, Any]
    followers: list[str]
    linked: list[Row]
    merged: list[MergedFacts]
    held: list[Held]
    promises: list[Promise]
    recipients: Recipients | None
    cursor: str


@dataclass
class Changed:
    row: Row
    gone: bool = False


@dataclass
class Written:
    item: Item | None
    row: Row
    held: Held | None = None


@dataclass
class Counts:
    mine: int
    unassigned: int
    mentions: int
    following: int
    all: int
    snoozed: int
    drafts: int
    notifications: int


@dataclass
class FileFacts:
    key: str
    name: str
    size: int
    mime: str
    url: str
    width: int | None
    height: int | None


@dataclass
class CustomerFacts:
    id: str
    name: str
    initials: str
    hue: int
    lang: str
    identities: list[IdentityFacts]
    fields: dict[str, Any]
    first_seen: datetime
    last_seen: datetime
    merged_into: str | None


@dataclass
class Customers:
    customers: list[CustomerFacts]
    next: str | None


@dataclass
class MergePreview:
    customer: CustomerFacts
    into: CustomerFacts
    result: CustomerFacts
    conversations: int
    possible: bool
    why: str | None


@dataclass
class BrandFacts:
    id: str
    name: dict[str, str]
    locale: str
    accent: dict[str, float] | None


@dataclass
class InboxFacts:
    id: str
    kind: str
    name: str
    brand: str
    active: bool
    config: dict[str, Any]
    calendar: str | None


@dataclass
class RequestTypeFacts:
    id: str
    brand: str
    name: dict[str, str]


@dataclass
class FieldFacts:
    id: str
    on: str
    key: str
    label: dict[str, str]
    kind: str
    choices: list[str]
    brand: str | None
    request_type: str | None
    filter: bool
    active: bool


@dataclass
class SettingFacts:
    time_zone: str
    reply_minutes: int


@dataclass
class GrantFacts:
    role: str
    scope: str
    scope_id: str | None
    sees: str


@dataclass
class AgentFacts:
    id: str
    name: str
    initials: str
    hue: int
    role: str
    online: bool
    kind: str


@dataclass
class AgentCard(AgentFacts):
    email: str
    active: bool
    lang: str
    grants: list[GrantFacts]


@dataclass
class Notify:
    ways: dict[str, list[str]]
    quiet: dict[str, str] | None
    minutes: int
    preview: bool


@dataclass
class Me(AgentCard):
    permissions: list[str]
    theme: str
    calendar: str
    digits: str
    time_zone: str
    single_keys: bool
    notify: Notify


@dataclass
class TeamFacts:
    id: str
    name: str
    members: list[str]
    calendar: str | None


@dataclass
class RoleFacts:
    id: str
    name: str
    built_in: bool
    permissions: list[str]


@dataclass
class TokenFacts:
    id: str
    name: str
    agent: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass
class NewTokenFacts(TokenFacts):
    token: str


@dataclass
class SessionFacts:
    id: str
    ip: str
    browser: str
    at: datetime
    seen_at: datetime
    current: bool


@dataclass
class TagFacts:
    id: str
    name: str
    hue: int


@dataclass
class ViewFacts:
    id: str
    name: str
    shared: bool
    filter: dict[str, Any]


@dataclass
class EventFacts:
    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


@dataclass
class Events:
    events: list[EventFacts]
    cursor: str
    more: bool


@dataclass
class AuditActor:
    kind: str
    id: str | None
    name: str


@dataclass
class AuditOrigin:
    kind: Literal["session", "token", "command"]
    ip: str
    browser: str
    name: str


@dataclass
class AuditSubject:
    kind: str
    label: str


@dataclass
class AuditEntry:
    id: str
    at: datetime
    what: str
    by: AuditActor
    origin: AuditOrigin
    about: AuditSubject
    data: dict[str, Any]


@dataclass
class Audit:
    entries: list[AuditEntry]
    next: str | None
