"""Verbs of the team about a conversation. Each records one fact, in the past tense, and is undone by its opposite."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import is_sqlite, run, run_later, sql, transaction
from yavar.base.events import Actor, Doer, record
from yavar.base.problem import Problem
from yavar.desk.models import RequestType
from yavar.people.models import Agent, Team

from .append import Appended, append
from .events import Assigned, Prioritised, Read, Reopened, Resolved, Seen, Snoozed, Tagged, TeamChanged, Typed, Woken
from .models import Conversation, Draft, Message, ReadMark, Tag

Status = Conversation.Status


class CustomerWrote(Exception):
    """The customer wrote again after what the answering agent had seen (a message seq)."""

    def __init__(self, seen: int) -> None:
        super().__init__(seen)
        self.seen = seen


class Stale(Exception):
    """The conversation has changed since the version (event_seq) that the writer saw."""


T = TypeVar("T")


def at_version(conversation_id: int, version: int | None, act: Callable[[], T]) -> T:
    """Do it only if the conversation's event_seq is still `version` (None: in any case). Raises Stale."""
    if version is None:
        return act()
    with transaction():
        if locked(conversation_id).event_seq != version:
            raise Stale
        return act()


def locked(conversation_id: int) -> Conversation:
    """The row, locked until the transaction ends. On SQLite the transaction holds the only write lock anyway."""
    found = locked_several([conversation_id])
    if not found:
        raise Conversation.DoesNotExist
    return found[0]


def locked_several(keys: Collection[int], *, free: bool = False) -> list[Conversation]:
    """The rows that are there, in the order of their keys, locked until the transaction ends; `free`: only those that nobody else has locked."""
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED" if free else " FOR UPDATE"
    return sql.pick(Conversation, f"id IN (??) ORDER BY id{lock}", [list(keys)]) if keys else []


def standing(conversation_id: int) -> Conversation:
    """The row, locked, of one that stands by itself. Raises Problem 409 when it was merged meanwhile: its status is then that of its survivor."""
    conversation = locked(conversation_id)
    if conversation.status == Status.MERGED:
        raise Problem(409, "merge.merged", _("Somebody changed this meanwhile. Please reload the page."))
    return conversation


def tell(conversation: Conversation, payload: msgspec.Struct, by: Actor, *fields: str) -> Conversation:
    """Save the changed fields and record the fact under the next event_seq. The row must be locked."""
    conversation.event_seq += 1
    sql.update(conversation, *fields, "event_seq")
    record(payload, subject=("conversation", conversation.pk), by=by, seq=conversation.event_seq)
    return conversation


def reply(
    conversation_id: int, *, by: Agent, client_id: str, text: str, files: Sequence[str] = (), seen: int | None = None, resolving: bool = False
) -> Appended:
    """An agent answers. Nobody's conversation becomes theirs; `resolving` resolves it in the same breath; a repeated client id does nothing anew.

    Raises CustomerWrote when `seen` (message seq) is behind what the customer has written.
    """
    with transaction():
        conversation = locked(conversation_id)
        if seen is not None and customer_wrote_since(conversation_id, seen) and not _is_told(conversation_id, client_id):
            raise CustomerWrote(seen)
        if conversation.assignee_id is None and by.takes_over() and not _is_told(conversation_id, client_id):
            assign(conversation_id, by, by=by)
        appended = append(conversation_id, by=by.actor, client_id=client_id, text=text, files=files, at=clock.now())
        if not appended.repeated:
            forget_draft(conversation_id, "reply", text, by=by)
            if resolving:
                resolve(conversation_id, by=by)
    return appended


def _is_told(conversation_id: int, client_id: str) -> bool:
    told = f"SELECT 1 FROM {sql.table(Message)} WHERE conversation_id = ? AND client_id = ?"
    return run(sql.text(told), (conversation_id, client_id)).fetchone() is not None


def customer_wrote_since(conversation_id: int, seen: int) -> bool:
    """Whether there is something of the customer's behind this message seq."""
    return Message.objects.filter(conversation=conversation_id, seq__gt=seen, author__startswith="customer:").exists()


def assign(conversation_id: int, agent: Agent | None, *, by: Doer) -> Conversation:
    """Give it to someone, or to nobody."""
    with transaction():
        conversation = locked(conversation_id)
        before, after = conversation.assignee_id, agent.pk if agent else None
        if before == after:
            return conversation
        conversation.assignee = agent
        return tell(conversation, Assigned(before, after), by.actor, "assignee")


def give_to_team(conversation_id: int, team: Team | None, *, by: Doer) -> Conversation:
    """Give it to a team, or to none."""
    with transaction():
        conversation = locked(conversation_id)
        before, after = conversation.team_id, team.pk if team else None
        if before == after:
            return conversation
        conversation.team = team
        return tell(conversation, TeamChanged(before, after), by.actor, "team")


def tag(conversation_id: int, *, add: Sequence[Tag] = (), remove: Sequence[Tag] = (), by: Doer) -> Conversation:
    """Put tags on and take tags off; what is so already is not told."""
    with transaction():
        conversation = locked(conversation_id)
        present = set(conversation.tags.values_list("pk", flat=True))
        added = [t.pk for t in add if t.pk not in present]
        removed = [t.pk for t in remove if t.pk in present]
        if not added and not removed:
            return conversation
        conversation.tags.add(*added)
        conversation.tags.remove(*removed)
        return tell(conversation, Tagged(added, removed), by.actor)


def prioritise(conversation_id: int, priority: str, *, by: Doer) -> Conversation:
    """Set the priority."""
    with transaction():
        conversation = locked(conversation_id)
        before, conversation.priority = conversation.priority, Conversation.Priority(priority)
        return conversation if before == priority else tell(conversation, Prioritised(before, priority), by.actor, "priority")


def set_request_type(conversation_id: int, kind: RequestType | None, *, by: Agent) -> Conversation:
    """Say what it is about, by one of the owner's request types."""
    with transaction():
        conversation = locked(conversation_id)
        before, after = conversation.request_type_id, kind.pk if kind else None
        if before == after:
            return conversation
        conversation.request_type = kind
        return tell(conversation, Typed(before, after), by.actor, "request_type")


def snooze(conversation_id: int, until: datetime | None, *, by: Agent) -> Conversation:
    """Put it away until a time (UTC), or with None until the customer writes."""
    with transaction():
        conversation = standing(conversation_id)
        if conversation.status == Status.SNOOZED and conversation.snoozed_until == until:
            return conversation
        before, conversation.status, conversation.snoozed_until = conversation.status, Status.SNOOZED, until
        return tell(conversation, Snoozed(before, clock.iso(until) if until else None), by.actor, "status", "snoozed_until")


def wake(conversation_id: int) -> Conversation:
    """Its time has come: it stands in the open list again. Twice is the same as once."""
    with transaction():
        conversation = locked(conversation_id)
        if conversation.status != Status.SNOOZED or conversation.snoozed_until is None or conversation.snoozed_until > clock.now():
            return conversation
        conversation.status, conversation.snoozed_until, conversation.last_at = Status.OPEN, None, clock.now()
        return tell(conversation, Woken("time"), Actor("system"), "status", "snoozed_until", "last_at")


def resolve(conversation_id: int, *, by: Agent) -> Conversation:
    """The matter is settled."""
    with transaction():
        conversation = standing(conversation_id)
        if conversation.status == Status.RESOLVED:
            return conversation
        before, conversation.status, conversation.snoozed_until = conversation.status, Status.RESOLVED, None
        conversation.unread, conversation.waiting_since = 0, None
        return tell(conversation, Resolved(before), by.actor, "status", "snoozed_until", "unread", "waiting_since")


def reopen(conversation_id: int, *, by: Agent) -> Conversation:
    """Take it up again, from resolved or snoozed. If the customer's last word has no answer, they wait again; what nobody has read is unread again."""
    with transaction():
        conversation = standing(conversation_id)
        if conversation.status == Status.OPEN:
            return conversation
        conversation.status, conversation.snoozed_until = Status.OPEN, None
        if conversation.waiting_since is None:
            conversation.waiting_since = unanswered_since(conversation)
        if not conversation.unread:
            conversation.unread = Message.objects.filter(conversation=conversation, seq__gt=conversation.agent_seen, author__startswith="customer:").count()
        return tell(conversation, Reopened("agent"), by.actor, "status", "snoozed_until", "unread", "waiting_since")


def unanswered_since(conversation: Conversation) -> datetime | None:
    """Since when its customer has no answer: their first message after the last one of ours."""
    messages = Message.objects.filter(conversation=conversation)
    answered = messages.filter(author__startswith="agent:").order_by("-seq").values_list("seq", flat=True).first() or 0
    first = messages.filter(seq__gt=answered, author__startswith="customer:").order_by("seq").first()
    return first.created_at if first else None


def mark_read(conversation_id: int, version: int, *, by: Agent) -> Conversation:
    """An agent has seen the thread up to `version` (event_seq); the customer learns how far their messages were seen."""
    with transaction():
        conversation = locked(conversation_id)
        version = min(version, conversation.event_seq)
        mark, made = ReadMark.objects.get_or_create(conversation=conversation, agent=by, defaults={"version": version})
        if not made and mark.version < version:
            mark.version = version
            mark.save(update_fields=["version"])
        seq = Message.objects.filter(conversation=conversation, version__lte=version).order_by("-seq").values_list("seq", flat=True).first() or 0
        unread = Message.objects.filter(conversation=conversation, version__gt=version, author__startswith="customer:").count()
        if seq > conversation.agent_seen:
            conversation.agent_seen = seq
            conversation.save(update_fields=["agent_seen"])
            record(Seen(seq, by_customer=False), subject=("conversation", conversation.pk), by=by.actor)
        if unread < conversation.unread:
            conversation.unread = unread
            conversation.save(update_fields=["unread"])
            record(Read(seq, unread), subject=("conversation", conversation.pk), by=by.actor)
    return conversation


def mark_unread(conversation_id: int, *, by: Agent) -> Conversation:
    """Put it back as not yet read."""
    with transaction():
        conversation = locked(conversation_id)
        ReadMark.objects.filter(conversation=conversation, agent=by).delete()
        conversation.unread = max(1, conversation.unread)
        conversation.save(update_fields=["unread"])
        record(Read(conversation.agent_seen, conversation.unread), subject=("conversation", conversation.pk), by=by.actor)
    return conversation


def seen_by_customer(conversation_id: int, seq: int) -> None:
    """The customer has seen public messages up to `seq`. Never goes back."""
    with transaction():
        conversation = locked(conversation_id)
        seq = min(seq, conversation.seq)
        if seq > conversation.customer_seen:
            conversation.customer_seen = seq
            conversation.save(update_fields=["customer_seen"])
            record(Seen(seq, by_customer=True), subject=("conversation", conversation_id), by=Actor("customer", conversation.customer_id))


def forget_draft(conversation_id: int, kind: str, text: str, *, by: Agent) -> None:
    """What was sent is no draft any more. Another text is: after an outage a newer draft may arrive before the older message."""
    forget = f"DELETE FROM {sql.table(Draft)} WHERE conversation_id = ? AND agent_id = ? AND kind = ? AND text IN (?, ?)"
    run_later(sql.text(forget), (conversation_id, by.pk, kind, text, text.strip()))


def keep_draft(conversation_id: int, kind: str, text: str, *, by: Agent) -> None:
    """Keep what an agent has typed so far; empty text forgets it. A draft is nobody's fact."""
    with transaction():
        if text.strip():
            Draft.objects.update_or_create(conversation_id=conversation_id, agent=by, kind=kind, defaults={"text": text, "updated_at": clock.now()})
        else:
            Draft.objects.filter(conversation_id=conversation_id, agent=by, kind=kind).delete()
