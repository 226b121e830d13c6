"""A second matter in one conversation gets a conversation of its own. Splitting copies; the first conversation stays as it was said."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from yavar.base import clock, ids
from yavar.base.db import transaction
from yavar.base.events import record
from yavar.base.problem import Problem
from yavar.people.models import Agent

from .actions import locked, tell
from .events import MessageCopied, Opened, Split
from .models import Attachment, Conversation, Link, Message

MOST = 200


def split(conversation_id: int, seqs: Sequence[int], *, by: Agent, client_id: str, subject: str = "") -> Conversation:
    """Copy the public messages with these seqs into a new conversation of the same customer and inbox, linked with the first; answers the new one.

    The same client id again answers the conversation it made. Raises Problem 422 for messages that are not there, or more than MOST.
    """
    with transaction():
        source = locked(conversation_id)
        start_key = f"split:{source.pk}:{client_id}"
        known = Conversation.objects.filter(start_key=start_key).first()
        if known is not None:
            return known
        messages = list(Message.objects.filter(conversation=source, seq__in=list(seqs)[: MOST + 1]).order_by("seq"))
        if not messages or len(messages) != len(set(seqs)) or len(messages) > MOST:
            raise Problem(422, "split.messages", _("Choose the messages that are to stand in the new conversation."), field="messages")
        now = clock.now()
        made = Conversation.objects.create(
            public_id=ids.public_id(), reference=ids.reference(), inbox_id=source.inbox_id, customer_id=source.customer_id, start_key=start_key,
            subject=" ".join(subject.split())[:200], priority=source.priority, assignee_id=source.assignee_id, team_id=source.team_id,
            request_type_id=source.request_type_id, lang=source.lang, last_at=now, created_at=now, event_seq=1,
        )  # fmt: skip
        record(Opened(made.inbox_id, made.customer_id), subject=("conversation", made.pk), by=by.actor, seq=1)
        for message in messages:
            _copy(message, made, by)
        _settle(made, messages, source.customer_seen)
        made.save()
        Link.objects.get_or_create(one=source, other=made)
        tell(source, Split(into=made.pk), by.actor)
        return tell(made, Split(out_of=source.pk), by.actor)


def _copy(message: Message, into: Conversation, by: Agent) -> None:
    into.seq, into.event_seq = into.seq + 1, into.event_seq + 1
    copy = Message.objects.create(
        conversation=into, public_id=ids.public_id(), client_id=message.client_id, seq=into.seq, version=into.event_seq, author=message.author,
        text=message.text, created_at=message.created_at, attached=message.attached, copied_from=message,
    )  # fmt: skip
    if message.attached:
        Attachment.objects.bulk_create([Attachment(message=copy, file_id=key) for key in message.files.order_by("attachment__id").values_list("pk", flat=True)])
    record(MessageCopied(copy.pk, copy.seq), subject=("conversation", into.pk), by=by.actor, seq=into.event_seq)


def _settle(made: Conversation, messages: list[Message], seen: int) -> None:
    """The row of the new conversation as its copies make it."""
    last = messages[-1]
    made.preview, made.preview_by = " ".join(last.text.split())[:160], last.author
    answered = max((m.seq for m in messages if not m.author.startswith("customer:")), default=0)
    waiting = [m for m in messages if m.seq > answered]
    made.waiting_since = waiting[0].created_at if waiting else None
    made.customer_seen, made.agent_seen = sum(m.seq <= seen for m in messages), made.seq
