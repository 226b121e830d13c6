"""The hot path: one public message joins its conversation. SQL built once from the models' meta; everything else about conversations uses the ORM.

The order is always the same: lock the conversation's row and look whether this write is known, give the counters, insert the message, record
the fact. A repeat finds the stored message and changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import ids
from yavar.base.db import is_sqlite, run, sql
from yavar.base.events import Actor, record
from yavar.base.files.models import File
from yavar.base.problem import Problem

from .events import MessageReceived, MessageSent, Reopened, Woken
from .models import Attachment, Conversation, Message

MAX_TEXT = 10_000
MAX_FILES = 10


class Appended(msgspec.Struct, frozen=True):
    """A stored public message, and where it stands. `repeated` when it had been stored before."""

    conversation_id: int
    conversation: str
    reference: str
    message_id: int
    message: str
    client_id: str
    seq: int
    version: int
    author: str
    text: str
    at: datetime
    repeated: bool


@cache
def _look() -> str:
    c, m = sql.table(Conversation), sql.table(Message)
    lock = "" if is_sqlite() else " FOR UPDATE OF c"
    return sql.text(
        f"SELECT c.public_id, c.reference, c.status, m.id, m.public_id, m.seq, m.version, m.author, m.text FROM {c} c"
        f" LEFT JOIN {m} m ON m.conversation_id = c.id AND m.client_id = ? WHERE c.id = ?{lock}"
    )


@cache
def _count(by_customer: bool) -> str:
    changes = (
        "unread = unread + 1, waiting_since = COALESCE(waiting_since, ?), status = 'open', snoozed_until = NULL"
        if by_customer
        else "unread = 0, waiting_since = NULL, agent_seen = seq"
    )
    return sql.text(
        f"UPDATE {sql.table(Conversation)} SET seq = seq + 1, event_seq = event_seq + ?, preview = ?, preview_by = ?, last_at = ?, {changes}"
        " WHERE id = ? RETURNING seq, event_seq"
    )


def append(
    conversation_id: int, *, by: Actor, client_id: str, text: str, files: Sequence[str] = (), at: datetime, cause: tuple[int, int] | None = None
) -> Appended:
    """Add a public message inside the open transaction. The customer's message opens the conversation again.

    Raises Conversation.DoesNotExist, and Problem 400 for a file that is not theirs to send.
    """
    row = run(_look(), (client_id, conversation_id)).fetchone()
    if row is None:
        raise Conversation.DoesNotExist
    public, reference, status, known = row[:4]
    if known is not None:
        stored = Message.objects.get(pk=known)
        return Appended(conversation_id, public, reference, known, row[4], client_id, row[5], row[6], row[7], row[8], stored.created_at, True)
    moment, by_customer = sql.moment(at), by.kind == "customer"
    found = own_files(files, by)
    comes_back = by_customer and status != "open"
    preview = " ".join(text.split())[:160] or (found[0].name if found else "")
    values: tuple[Any, ...] = (2 if comes_back else 1, preview, by.kind, moment)
    if by_customer:
        values += (moment,)
    seq, version = run(_count(by_customer), (*values, conversation_id)).fetchone()
    subject = ("conversation", conversation_id)
    if comes_back:
        back: msgspec.Struct = Reopened("customer") if status == "resolved" else Woken("customer")
        record(back, subject=subject, by=by, seq=version - 1, at=at)
    message = ids.public_id()
    statement = sql.insert(Message, "conversation_id", "public_id", "client_id", "seq", "version", "author", "text", "created_at")
    message_id = run(statement, (conversation_id, message, client_id, seq, version, str(by), text, moment)).fetchone()[0]
    attach(message_id, found)
    fact = MessageReceived(message_id, seq) if by_customer else MessageSent(message_id, seq)
    record(fact, subject=subject, by=by, seq=version, at=at, cause=cause)
    return Appended(conversation_id, public, reference, message_id, message, client_id, seq, version, str(by), text, at, False)


def own_files(keys: Sequence[str], by: Actor) -> list[File]:
    """The uploaded files behind keys, in order. Raises Problem 400 for one that is unknown, somebody else's, or sent already."""
    if not keys:
        return []
    found = {file.key: file for file in File.objects.filter(key__in=keys, owner=str(by), attached=False)}
    if len(set(keys)) != len(keys) or len(found) != len(keys):
        raise Problem(400, "file.unknown", _("One of the files is no longer here. Please attach it again."), field="files")
    return [found[key] for key in keys]


def attach(message_id: int, files: list[File]) -> None:
    """Make files part of a message."""
    if files:
        Attachment.objects.bulk_create([Attachment(message_id=message_id, file=file) for file in files])
        File.objects.filter(pk__in=[file.pk for file in files]).update(attached=True)


def check_body(client_id: str, text: str, files: Sequence[str]) -> None:
    """The rules of what may be said, before anything is queued. Raises Problem 400."""
    if not ids.is_client_id(client_id):
        raise Problem(400, "client_id.invalid", _("The request isn’t in the expected form."), field="client_id")
    if not text.strip() and not files:
        raise Problem(400, "text.empty", _("Please write a message or attach a file."), field="text")
    if len(text) > MAX_TEXT:
        raise Problem(400, "text.too_long", _("The message is longer than 10,000 characters. Please send it in parts."), field="text")
    if "\0" in text:
        raise Problem(400, "text.invalid", _("The message contains characters that can’t be stored."), field="text")
    if len(files) > MAX_FILES:
        raise Problem(400, "files.too_many", _("Up to 10 files fit into one message."), field="files")
