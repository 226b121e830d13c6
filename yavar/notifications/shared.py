"""What concerns everybody: one row for the whole team. Whether somebody wants to hear of it, may see it and has seen it is asked when they look, not when it happens."""

from collections.abc import Iterable

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from yavar.base.db import run, sql, transaction
from yavar.base.events.models import Event
from yavar.conversations.models import ReadMark
from yavar.conversations.policies import READ, visible_to
from yavar.people.models import Agent

from . import choices
from .models import Device, Glance, Notification, NotifyChoice


def told_to(agent: Agent) -> QuerySet[Notification]:
    """What everybody was told since they came, as far as they want it behind the bell and may see it."""
    own = choices.read(agent)
    wanted = [kind for kind in choices.KINDS if own.wants(kind, "app")]
    found = Notification.objects.filter(agent__isnull=True, kind__in=wanted, at__gte=agent.created_at)
    return found if agent.powers.all_of(READ) else found.filter(conversation__in=visible_to(agent).values("pk"))


def glanced(agent: Agent) -> Exists:
    """Of everybody's notifications: those that somebody has seen."""
    return Exists(Glance.objects.filter(Q(notification=OuterRef("pk")) | Q(notification__isnull=True), agent=agent, event__gte=OuterRef("event")))


def glance(agent: Agent, which: Q) -> int:
    """They have seen these of what nobody has taken up yet. Answers how many they had not seen before."""
    fresh = list(Notification.objects.filter(which, ~glanced(agent), agent__isnull=True, seen_at__isnull=True).values_list("pk", "event")[:1000])
    if fresh:
        rows = [Glance(agent=agent, notification_id=key, event=event) for key, event in fresh]
        Glance.objects.bulk_create(rows, update_conflicts=True, unique_fields=["agent", "notification"], update_fields=["event"])
    return len(fresh)


def glance_at_all(agent: Agent) -> None:
    """They have seen everything up to now."""
    newest = Notification.objects.filter(agent__isnull=True).aggregate(newest=Max("event"))["newest"]
    if newest is not None:
        with transaction():
            Glance.objects.filter(agent=agent, event__lte=newest).delete()
            Glance.objects.create(agent=agent, notification=None, event=newest)


def glanced_already(event: Event, readers_of: int) -> None:
    """Whoever has read the conversation `readers_of` as far as a fact, before everybody was told of it, has seen that."""
    if event.seq is not None:
        told = f"SELECT id FROM {sql.table(Notification)} WHERE event = ? AND agent_id IS NULL"
        readers = f"SELECT agent_id, ({told}), CAST(? AS bigint) FROM {sql.table(ReadMark)} WHERE conversation_id = ? AND version >= ?"
        again = "ON CONFLICT (agent_id, notification_id) DO UPDATE SET event = excluded.event"
        run(sql.text(f"INSERT INTO {sql.table(Glance)} (agent_id, notification_id, event) {readers} {again}"), (event.pk, event.pk, readers_of, event.seq))


def particular() -> Iterable[int]:
    """The people who may want such news in a way of their own: mailed, or pushed to a device. The rest are told by the one row."""
    return [key for (key,) in run(sql.text(f"SELECT agent_id FROM {sql.table(NotifyChoice)} UNION SELECT agent_id FROM {sql.table(Device)}"), ()).fetchall()]
