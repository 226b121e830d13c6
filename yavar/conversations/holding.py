"""Answers that are written and have not left: held for the seconds of undo or until a time, taken back, stopped, or taken out to be said now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import sql, transaction
from yavar.base.events.facts import SYSTEM
from yavar.base.files.models import File
from yavar.base.problem import Problem
from yavar.people.models import Agent

from .actions import CustomerWrote, customer_wrote_since, forget_draft, keep_draft, locked, tell
from .append import own_files
from .events import Discarded, ReplyHeld, ReplyRecalled, ReplyStopped
from .models import Conversation, Draft, HeldReply, Link
from .ties import unlink


def hold(
    conversation_id: int, *, by: Agent, client_id: str, text: str, files: Sequence[str] = (), seen: int | None = None, resolving: bool = False,
    envelope: Mapping[str, Any] | None = None, due_at: datetime, scheduled: bool = False,
) -> HeldReply:  # fmt: skip
    """Keep an answer until `due_at` (UTC); a repeated client id answers the one there is. Its files are kept with it.

    Raises CustomerWrote when `seen` (message seq) is behind what the customer has written, Problem 400 for a file that is not theirs to send.
    """
    with transaction():
        conversation = locked(conversation_id)
        if known := HeldReply.objects.filter(conversation=conversation, client_id=client_id).first():
            return known
        if seen is not None and customer_wrote_since(conversation_id, seen):
            raise CustomerWrote(seen)
        _keep_files([file.key for file in own_files(files, by.actor)], kept=True)
        held = HeldReply.objects.create(
            conversation=conversation, agent=by, client_id=client_id, text=text, files=list(files), seen=seen, resolving=resolving,
            envelope=dict(envelope or {}), due_at=due_at, scheduled=scheduled, created_at=clock.now(),
        )  # fmt: skip
        forget_draft(conversation_id, "reply", text, by=by)
        tell(conversation, ReplyHeld(held.pk, scheduled), by.actor)
    return held


def recall(held: HeldReply, *, by: Agent) -> HeldReply:
    """Take it back: it will never leave, and its words are its author's draft again, before what they have begun since. A conversation that was begun with
    it, and in which nobody has said anything, was never there. Answers it as it was.

    Raises Problem 409 when it has left.
    """
    with transaction():
        conversation = locked(held.conversation_id)
        found = _standing(held)
        _keep_files(found.files, kept=False)
        HeldReply.objects.filter(pk=found.pk).delete()
        if conversation.seq == 0 and not HeldReply.objects.filter(conversation=conversation).exists():
            _discard(conversation, by)
            return found
        begun = Draft.objects.filter(conversation=conversation, agent=found.agent_id, kind="reply").values_list("text", flat=True).first()
        keep_draft(conversation.pk, "reply", f"{found.text}\n{begun}" if begun else found.text, by=found.agent)
        tell(conversation, ReplyRecalled(found.pk), by.actor)
    return found


def _discard(conversation: Conversation, by: Agent) -> None:
    """Linked ones are told, everybody's lists let it go; the diary keeps that it was begun."""
    for link in Link.objects.filter(Q(one=conversation) | Q(other=conversation)):
        unlink(link.one_id, link.other_id, by=by)
    tell(locked(conversation.pk), Discarded(conversation.public_id), by.actor)
    conversation.delete()


def put_off(held: HeldReply, due_at: datetime, *, by: Agent) -> HeldReply:
    """Let it leave at another time (UTC), also one that was stopped: what the customer wrote meanwhile has been seen. Raises Problem 409 when it has left."""
    with transaction():
        conversation = locked(held.conversation_id)
        found = _standing(held)
        found.due_at, found.state, found.why, found.seen = due_at, HeldReply.State.HELD, "", conversation.seq
        found.save(update_fields=["due_at", "state", "why", "seen"])
        tell(conversation, ReplyHeld(found.pk, found.scheduled), by.actor)
    return found


def _standing(held: HeldReply) -> HeldReply:
    found = HeldReply.objects.filter(pk=held.pk).select_related("agent").first()
    if found is None:
        raise Problem(409, "reply.left", _("It has left already."))
    return found


def due(limit: int = 50) -> list[int]:
    """The keys of answers whose time has come, oldest first."""
    found = HeldReply.objects.filter(state=HeldReply.State.HELD, due_at__lte=clock.now()).order_by("due_at")
    return list(found.values_list("pk", flat=True)[:limit])


def leaving(conversation_id: int) -> HeldReply | None:
    """An answer that leaves by itself within moments, if nobody takes it back: not one that waits for a time its author chose."""
    found = sql.pick(HeldReply, "conversation_id = ? AND state = 'held' AND NOT scheduled ORDER BY due_at LIMIT 1", (conversation_id,))
    return found[0] if found else None


def take(key: int) -> HeldReply | None:
    """Take one that is due out of the hold, inside the open transaction of whoever says it now. None for one that was taken back or put off meanwhile.

    Raises CustomerWrote when its author chose a time and the customer has written since: that needs another look.
    """
    place = HeldReply.objects.filter(pk=key).values_list("conversation", flat=True).first()
    if place is None:
        return None
    locked(place)
    held = HeldReply.objects.filter(pk=key, state=HeldReply.State.HELD, due_at__lte=clock.now()).select_related("agent").first()
    if held is None:
        return None
    if held.scheduled and held.seen is not None and customer_wrote_since(place, held.seen):
        raise CustomerWrote(held.seen)
    _keep_files(held.files, kept=False)
    HeldReply.objects.filter(pk=held.pk).delete()
    return held


def stop(key: int, why: str) -> None:
    """It was due and must not leave; it waits for a person."""
    with transaction():
        held = HeldReply.objects.filter(pk=key).first()
        if held is None or held.state == HeldReply.State.STOPPED:
            return
        conversation = locked(held.conversation_id)
        HeldReply.objects.filter(pk=key).update(state=HeldReply.State.STOPPED, why=why[:40])
        tell(conversation, ReplyStopped(key, why[:40]), SYSTEM)


def stop_all(why: str) -> None:
    """Nothing that waits may leave by itself (the desk was restored: it may have left already)."""
    for key in list(HeldReply.objects.filter(state=HeldReply.State.HELD).order_by("pk").values_list("pk", flat=True)):
        stop(key, why)


def _keep_files(keys: Sequence[str], *, kept: bool) -> None:
    """Whether files that are part of nothing yet are safe from the sweep, which else comes in a day."""
    if keys:
        File.objects.filter(key__in=keys).update(attached=kept, created_at=clock.now())
