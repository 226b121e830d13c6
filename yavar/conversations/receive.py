"""A message from outside reaches its conversation, or begins one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from yavar.base import clock, ids
from yavar.base.db import run, sql, transaction
from yavar.base.events import Actor, record
from yavar.base.files.models import File
from yavar.desk.models import FieldDefinition, RequestType
from yavar.people.models import Agent

from .append import Appended, append, append_first, own_files, preview_of
from .describing import index
from .events import Opened
from .models import Conversation, Message

BOT = Actor("bot")
GREETING = "hello"  # the client id of a greeting, one in a conversation: shorter than any that a client may give


class Inbound(msgspec.Struct, frozen=True):
    """A message that was checked: from whom, into which inbox, and into which conversation when the sender named one of theirs."""

    inbox_id: int
    customer_id: int
    conversation_id: int | None
    client_id: str
    text: str
    files: tuple[str, ...]
    lang: str
    at: datetime
    greeting: str = ""  # what was said first; it stands above the message that begins a conversation
    greeter: Actor = BOT


def receive(inbound: Inbound) -> Appended:
    """Store one message inside the open transaction. Without a conversation it goes on with the open one or begins a new one; the same
    client id twice is one message, also when it was the first."""
    by = Actor("customer", inbound.customer_id)
    conversation_id = inbound.conversation_id or _current(inbound)
    if conversation_id:
        return append(conversation_id, by=by, client_id=inbound.client_id, text=inbound.text, files=inbound.files, at=inbound.at)
    return _start(inbound, by, _start_key(inbound))


class About(msgspec.Struct, frozen=True):
    """What is known of a conversation when it begins. `fields` are values as `desk.fields.changed` answers them, `definitions` the fields they belong to;
    `reference` is the one it was promised, if that is still free."""

    subject: str = ""
    request_type: RequestType | None = None
    fields: Mapping[str, Any] = {}
    definitions: Sequence[FieldDefinition] = ()
    reference: str = ""


NOTHING = About()


def begin(start_key: str, inbound: Callable[[], Inbound], *, about: About = NOTHING) -> Appended:
    """A program brings in what a customer wrote elsewhere: always a new conversation, except that the same `start_key` is the same one.

    `inbound` is asked only for a new one, so that a repeat makes no second customer.
    """
    with transaction():
        known = next(iter(sql.pick(Conversation, "start_key = ?", (start_key,))), None)
        if known is not None:
            first = Message.objects.filter(conversation=known).order_by("seq")[0]
            return append(known.pk, by=Actor("customer", known.customer_id), client_id=first.client_id, text=first.text, at=first.created_at)
        given = inbound()
        by = Actor("customer", given.customer_id)
        return _start(given, by, start_key, about)


def open_for(inbox_id: int, customer_id: int, *, start_key: str, subject: str, lang: str, by: Agent) -> Conversation:
    """The team begins a conversation: nothing is said in it yet, and it is whose who begins it. The same `start_key` is the same one."""
    with transaction():
        known = next(iter(sql.pick(Conversation, "start_key = ?", (start_key,))), None)
        if known is not None:
            return known
        at = clock.now()
        conversation = sql.create(Conversation(
            public_id=ids.public_id(), reference=ids.reference(), inbox_id=inbox_id, customer_id=customer_id, start_key=start_key, subject=subject, lang=lang,
            assignee=by if by.takes_over() else None, preview_by=str(by.actor), last_at=at, created_at=at, event_seq=1,
        ))  # fmt: skip
        record(Opened(inbox_id, customer_id), subject=("conversation", conversation.pk), by=by.actor, seq=1, at=at)
    return conversation


def _start_key(inbound: Inbound) -> str:
    return f"{inbound.customer_id}:{inbound.client_id}"


def _current(inbound: Inbound) -> int | None:
    begun, running = _find()
    row = run(begun, (_start_key(inbound),)).fetchone() or run(running, (inbound.customer_id, inbound.inbox_id)).fetchone()
    return int(row[0]) if row else None


@cache
def _find() -> tuple[str, str]:
    table = sql.table(Conversation)
    return (
        sql.text(f"SELECT id FROM {table} WHERE start_key = ?"),
        sql.text(f"SELECT id FROM {table} WHERE customer_id = ? AND inbox_id = ? AND status IN ('open', 'snoozed') ORDER BY last_at DESC LIMIT 1"),
    )


def _start(inbound: Inbound, by: Actor, start_key: str, about: About = NOTHING) -> Appended:
    """A new conversation with its first message. Its row is written as that leaves it, unless a greeting stands above it: then each is added to it."""
    files = own_files(inbound.files, by)
    taken = not about.reference or Conversation.objects.filter(reference=about.reference).exists()
    conversation = sql.create(Conversation(
        public_id=ids.public_id(), reference=ids.reference() if taken else about.reference, inbox_id=inbound.inbox_id, customer_id=inbound.customer_id,
        start_key=start_key, subject=about.subject, request_type_id=about.request_type.pk if about.request_type else None, fields=dict(about.fields), lang=inbound.lang,
        last_at=inbound.at, created_at=inbound.at, **_greeted() if inbound.greeting else _asked(inbound, by, files),
    ))  # fmt: skip
    index(conversation.pk, about.definitions, about.fields)
    record(Opened(inbound.inbox_id, inbound.customer_id), subject=("conversation", conversation.pk), by=by, seq=1, at=inbound.at)
    if not inbound.greeting:
        return append_first(conversation, by=by, client_id=inbound.client_id, text=inbound.text, attached=files, at=inbound.at)
    append(conversation.pk, by=inbound.greeter, client_id=GREETING, text=inbound.greeting, at=inbound.at)
    return append(conversation.pk, by=by, client_id=inbound.client_id, text=inbound.text, files=inbound.files, at=inbound.at)


def _greeted() -> dict[str, Any]:
    return {"event_seq": 1, "customer_seen": 1}  # who answers it has read it


def _asked(inbound: Inbound, by: Actor, files: Sequence[File]) -> dict[str, Any]:
    return {"seq": 1, "event_seq": 2, "unread": 1, "preview": preview_of(inbound.text, files), "preview_by": str(by), "waiting_since": inbound.at}
