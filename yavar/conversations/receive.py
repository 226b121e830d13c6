"""A message from outside reaches its conversation, or begins one."""

from datetime import datetime
from functools import cache

import msgspec

from yavar.base import ids
from yavar.base.db import run, sql
from yavar.base.events import Actor, record

from .append import Appended, append
from .events import Opened
from .models import Conversation


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


def receive(inbound: Inbound) -> Appended:
    """Store one message inside the open transaction. Without a conversation it goes on with the open one or begins a new one; the same
    client id twice is one message, also when it was the first."""
    by = Actor("customer", inbound.customer_id)
    conversation_id = inbound.conversation_id or _current(inbound) or _start(inbound, by)
    return append(conversation_id, by=by, client_id=inbound.client_id, text=inbound.text, files=inbound.files, at=inbound.at)


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
        sql.text(f"SELECT id FROM {table} WHERE customer_id = ? AND inbox_id = ? AND status <> 'resolved' ORDER BY last_at DESC LIMIT 1"),
    )


def _start(inbound: Inbound, by: Actor) -> int:
    conversation = Conversation.objects.create(
        public_id=ids.public_id(), reference=ids.reference(), inbox_id=inbound.inbox_id, customer_id=inbound.customer_id,
        start_key=_start_key(inbound), lang=inbound.lang, last_at=inbound.at, created_at=inbound.at, event_seq=1,
    )  # fmt: skip
    record(Opened(inbound.inbox_id, inbound.customer_id), subject=("conversation", conversation.pk), by=by, seq=1, at=inbound.at)
    return conversation.pk
