"""An answer of the team, by whatever channel its conversation has: said at once where the customer reads it there, else held for a moment and then sent."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import is_away, sql, transaction
from yavar.base.problem import Problem
from yavar.conversations import actions, holding
from yavar.conversations.actions import CustomerWrote
from yavar.conversations.append import Appended
from yavar.conversations.merging import survivor_of
from yavar.conversations.models import Conversation, HeldReply, Inbox, Message
from yavar.people.models import Agent

from . import delivery, envelope, onward

log = logging.getLogger("yavar.channels")
FARTHEST = timedelta(days=365)


def answer(
    conversation: Conversation, *, by: Agent, client_id: str, text: str, files: Sequence[str] = (), seen: int | None = None, resolving: bool = False,
    given: Mapping[str, Iterable[str]] | None = None, at: datetime | None = None,
) -> Appended | HeldReply:  # fmt: skip
    """An agent answers: the message, or what is held until it leaves. `given` names recipients (Envelope), `at` (UTC) when it leaves. A repeated client id
    changes nothing. Raises CustomerWrote, Problem 409 when the inbox cannot send, 422 for recipients or a time that make no sense."""
    inbox = sql.by_key(Inbox, [conversation.inbox_id])[conversation.inbox_id]
    offered, out = delivery.way(inbox)
    check_time(at)
    if not offered.way:
        if given:
            raise Problem(422, "recipient.none", _("In this channel nobody can be copied in."), field="to")
        if at is None:
            with transaction():
                said = actions.reply(conversation.pk, by=by, client_id=client_id, text=text, files=files, seen=seen, resolving=resolving)
                onward.expect(conversation, inbox)
            return said
    elif given is None and not envelope.usual(conversation, offered.way).to:
        raise Problem(422, "recipient.missing", _("Nobody knows the customer’s address. Add it, then send."), field="to")
    with transaction():
        if known := Message.objects.filter(conversation=conversation, client_id=client_id).first():
            return actions.reply(conversation.pk, by=by, client_id=client_id, text=known.text)
        to = msgspec.to_builtins(envelope.checked(given, offered)) if given is not None else {}
        seconds = offered.hold(offered.changed(out.config, {}))
        return holding.hold(
            conversation.pk, by=by, client_id=client_id, text=text, files=files, seen=seen if seen is not None or at is None else conversation.seq, resolving=resolving,
            envelope=to, due_at=at or clock.now() + timedelta(seconds=seconds), scheduled=at is not None,
        )  # fmt: skip


def check_time(at: datetime | None) -> None:
    """When something may leave that waits for a time. Raises Problem 422."""
    if at is not None and not clock.now() < at < clock.now() + FARTHEST:
        raise Problem(422, "at.invalid", _("Choose a time that is still to come, within a year."), field="at")


def release_due() -> None:
    """Each second: what was held until now leaves, each in a transaction of its own; for half a second at most, since others wait for the clock, too."""
    until = time.monotonic() + 0.5
    while time.monotonic() < until and (keys := holding.due()):
        for key in keys:
            _release(key)


def _release(key: int) -> None:
    """What cannot leave stops, and its author is asked."""
    try:
        release(key)
    except CustomerWrote:
        holding.stop(key, "customer.wrote")
    except Problem as problem:
        holding.stop(key, problem.code)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("held reply %s could not leave", key)
        holding.stop(key, "failed")


def release(key: int) -> Appended | None:
    """Say what was held, and hand its copies to the door out: one transaction. None for one that was taken back."""
    with transaction():
        held = holding.take(key)
        if held is None:
            return None
        conversation = survivor_of(Conversation.objects.get(pk=held.conversation_id))
        inbox = sql.by_key(Inbox, [conversation.inbox_id])[conversation.inbox_id]
        offered, out = delivery.way(inbox)
        said = actions.reply(conversation.pk, by=held.agent, client_id=held.client_id, text=held.text, files=held.files, resolving=held.resolving)
        if offered.way:
            to = msgspec.convert(held.envelope, envelope.Envelope) if held.envelope else envelope.usual(conversation, offered.way)
            people = envelope.recipients(conversation, to, offered, by=held.agent.actor)
            delivery.hand_out(Message.objects.get(pk=said.message_id), people, out)
        else:
            onward.expect(conversation, inbox)
    return said
