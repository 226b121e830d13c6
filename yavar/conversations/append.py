"""The hot path: one public message joins its conversation. SQL built once from the models' meta; everything else about conversations uses the ORM.

Nearly always the write is new and changes no status: then the statement that gives the counters is also the lock and the look, and the
message and its fact follow. Else the row is locked first and looked at: a repeat answers the stored message and changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import ids
from yavar.base.db import is_sqlite, run, run_insert, sql
from yavar.base.events import Actor, record
from yavar.base.files.models import File
from yavar.base.problem import Problem

from .events import MessageReceived, MessageSent, Reopened, Woken
from .models import Attachment, Conversation, Message

MAX_TEXT = 10_000
MAX_FILES = 10


class Appended(msgspec.Struct, frozen=True):
    """A stored public message, and where it stands. `repeated` when it had been stored before; `begun` is the conversation that began with it, as it is now."""

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
    begun: Conversation | None = None


@cache
def _look() -> str:
    c, m = sql.table(Conversation), sql.table(Message)
    lock = "" if is_sqlite() else " FOR UPDATE OF c"
    return sql.text(
        f"SELECT c.public_id, c.reference, c.status, c.merged_into_id, m.id, m.public_id, m.seq, m.version, m.author, m.text FROM {c} c"
        f" LEFT JOIN {m} m ON m.conversation_id = c.id AND m.client_id = ? WHERE c.id = ?{lock}"
    )


@cache
def _count(kind: str, usual: bool) -> str:
    """Give the counters. What says itself (a bot, the desk) answers nobody: whoever waits still waits, and the list shows what people said. `usual`: only if nothing but the message has to be told (a customer's opens what is not open, a merged one's goes elsewhere) and the write is new, so that one statement is enough."""
    said = ", preview = ?, preview_by = ?, last_at = ?, undelivered = FALSE"
    changes = {
        "customer": f"{said}, unread = unread + 1, waiting_since = COALESCE(waiting_since, ?), status = 'open', snoozed_until = NULL",
        "agent": f"{said}, unread = 0, waiting_since = NULL, agent_seen = seq",
    }.get(kind, "")
    c, m = sql.table(Conversation), sql.table(Message)
    plain = "status = 'open'" if kind == "customer" else "status <> 'merged'"
    only = f" AND {plain} AND NOT EXISTS (SELECT 1 FROM {m} WHERE conversation_id = ? AND client_id = ?)" if usual else ""
    return sql.text(f"UPDATE {c} SET seq = seq + 1, event_seq = event_seq + ?{changes} WHERE id = ?{only} RETURNING seq, event_seq, public_id, reference")


def append(conversation_id: int, *, by: Actor, client_id: str, text: str, files: Sequence[str] = (), at: datetime) -> Appended:
    """Add a public message inside the open transaction. The customer's message opens the conversation again; a merged one's goes to its survivor.

    Raises Conversation.DoesNotExist, and Problem 400 for a file that is not theirs to send.
    """
    moment, author, by_customer = sql.moment(at), str(by), by.kind == "customer"
    attached: list[File] = []
    row = None

    def counted(step: int, preview: str) -> list[Any]:
        said = (preview, author, moment) if by.kind in ("customer", "agent") else ()
        return [step, *said, *((moment,) if by_customer else ()), conversation_id]

    if not files:
        row = run(_count(by.kind, True), [*counted(1, preview_of(text)), conversation_id, client_id]).fetchone()
    if row is None:
        known, status, merged_into = _known(conversation_id, client_id)
        if known is not None:
            return known
        if merged_into is not None:
            return append(merged_into, by=by, client_id=client_id, text=text, files=files, at=at)
        attached = own_files(files, by)
        back = _coming_back(status) if by_customer else None
        row = run(_count(by.kind, False), counted(2 if back else 1, preview_of(text, attached))).fetchone()
        if back is not None:
            record(back, subject=("conversation", conversation_id), by=by, seq=row[1] - 1, at=at)
    return _write(conversation_id, row, by=by, client_id=client_id, text=text, attached=attached, at=at)


def append_first(conversation: Conversation, *, by: Actor, client_id: str, text: str, attached: Sequence[File] = (), at: datetime) -> Appended:
    """Add the message that a conversation begins with, inside the transaction that began it. Its row was written as one in which this was said."""
    place = (conversation.seq, conversation.event_seq, conversation.public_id, conversation.reference)
    return _write(conversation.pk, place, by=by, client_id=client_id, text=text, attached=attached, at=at, begun=conversation)


def _write(
    key: int,
    place: tuple[int, int, str, str],
    *,
    by: Actor,
    client_id: str,
    text: str,
    attached: Sequence[File],
    at: datetime,
    begun: Conversation | None = None,
) -> Appended:
    """The message and its fact. `place` is what `_count` answers."""
    seq, version, public, reference = place
    message, author = ids.public_id(), str(by)
    statement = sql.insert(Message, "conversation_id", "public_id", "client_id", "seq", "version", "author", "text", "created_at", "attached")
    message_id = run_insert(statement, (key, message, client_id, seq, version, author, text, sql.moment(at), len(attached)))
    attach(message_id, attached)
    fact = MessageReceived(message_id, seq) if by.kind == "customer" else MessageSent(message_id, seq)
    record(fact, subject=("conversation", key), by=by, seq=version, at=at)
    return Appended(key, public, reference, message_id, message, client_id, seq, version, author, text, at, False, begun)


def preview_of(text: str, attached: Sequence[File] = ()) -> str:
    """What a list shows of a message."""
    return " ".join(text.split())[:160] or (attached[0].name if attached else "")


def _known(conversation_id: int, client_id: str) -> tuple[Appended | None, str, int | None]:
    """Lock the conversation: the message if this write is stored already, the conversation's status, where it was merged into. Raises Conversation.DoesNotExist."""
    row = run(_look(), (client_id, conversation_id)).fetchone()
    if row is None:
        raise Conversation.DoesNotExist
    public, reference, status, merged_into, known, message, seq, version, author, text = row
    if known is None:
        return None, status, merged_into
    stored = Message.objects.get(pk=known)
    return Appended(conversation_id, public, reference, known, message, client_id, seq, version, author, text, stored.created_at, True), status, None


def _coming_back(status: str) -> msgspec.Struct | None:
    """The fact that a customer's message opens a conversation which is not open."""
    return None if status == "open" else Reopened("customer") if status == "resolved" else Woken("customer")


def own_files(keys: Sequence[str], by: Actor) -> list[File]:
    """The uploaded files behind keys, in order. Raises Problem 400 for one that is unknown, somebody else's, or sent already."""
    if not keys:
        return []
    found = {file.key: file for file in File.objects.filter(key__in=keys, owner=str(by), attached=False)}
    if len(set(keys)) != len(keys) or len(found) != len(keys):
        raise Problem(400, "file.unknown", _("One of the files is no longer here. Please attach it again."), field="files")
    return [found[key] for key in keys]


def attach(message_id: int, files: Sequence[File]) -> None:
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
