"""The job beside a fact: one row for each person it concerns, or one more in the row they have not seen yet."""

from datetime import timedelta

from yavar.base import clock
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.jobs import job
from yavar.conversations.models import Conversation, ReadMark
from yavar.conversations.policies import may_see
from yavar.people.models import Agent

from . import choices, pushing
from .concerned import DEALT, TAKEN, concerned, dealt_since
from .models import Notification

TELL = "notifications.tell"
SOON = timedelta(seconds=5)  # before a push: whoever has the conversation before them has seen it by then
SELDOM = timedelta(minutes=1)  # between two pushes about the same


@job(TELL, replayable=True)
def tell(event_id: int) -> None:
    """Twice is the same as once. Jobs of one conversation are done in order, but for those of customers' messages, which may come in floods: a flood in a lane would
    be waded through at each claim. Two that meet are kept apart by the constraint, and the second comes again."""
    event = sql.by_key(Event, [event_id])[event_id]
    conversation = sql.by_key(Conversation, [event.subject_id]).get(event.subject_id)
    if conversation is None:  # taken back before anything was said
        return
    if event.name in TAKEN and not event.actor.startswith("bot:"):
        _forget_new(conversation.pk)
    if event.name in DEALT and (doer := Actor.parse(event.actor)).kind == "agent":
        Notification.objects.filter(agent=doer.id, conversation=conversation.pk, seen_at__isnull=True, event__lt=event.pk).update(seen_at=clock.now())
    found = concerned(event, conversation)
    if not found:
        return
    wanted = {key: own for key, own in choices.of(list(found)).items() if set(own.of(found[key])) - {"sound"}}
    people = Agent.objects.filter(pk__in=wanted, is_active=True, kind=Agent.Kind.PERSON).prefetch_related("grants").order_by("pk")
    for agent in people if wanted else ():
        if may_see(agent, conversation.pk) and not dealt_since(event, conversation, agent.pk):
            _put(agent, found[agent.pk], event, wanted[agent.pk])


def _forget_new(conversation: int) -> None:
    unseen = sql.pick(Notification, "conversation_id = ? AND kind = 'new' AND seen_at IS NULL", (conversation,))
    if unseen:
        Notification.objects.filter(pk__in=[each.pk for each in unseen]).update(seen_at=clock.now())


def _put(agent: Agent, kind: str, event: Event, own: choices.Choices) -> None:
    same = Notification.objects.filter(agent=agent, conversation=event.subject_id, kind=kind)
    if same.filter(event__gte=event.pk).exists() or _has_read(agent, event):
        return
    known = same.filter(seen_at__isnull=True).first()
    if known is None:
        known = Notification.objects.create(
            agent=agent, kind=kind, conversation_id=event.subject_id, event=event.pk, actor=event.actor, listed=own.wants(kind, "app"),
            mails=own.wants(kind, "mail"), since=event.at, at=event.at,
        )  # fmt: skip
    else:
        known.event, known.actor, known.count, known.at = event.pk, event.actor, known.count + 1, event.at
        known.save(update_fields=["event", "actor", "count", "at"])
    if own.wants(kind, "push") and clock.now() - event.at < pushing.STALE:
        _push(known)


def _push(found: Notification) -> None:
    """Leave a push, unless one still waits: that will tell of this, too."""
    now, last = clock.now(), found.pushed_at
    if last is not None and last > now:
        return
    due = max(now + SOON, last + SELDOM) if last else now + SOON
    if pushing.leave_for(found, due):
        found.pushed_at = due
        found.save(update_fields=["pushed_at"])


def _has_read(agent: Agent, event: Event) -> bool:
    """Whether they read so far before we came to tell them."""
    return event.seq is not None and ReadMark.objects.filter(agent=agent, conversation=event.subject_id, version__gte=event.seq).exists()
