"""What concerns everybody: one row for the whole team. Whether somebody wants to hear of it, may see it and has seen it is asked when they look, not when it happens."""

from collections.abc import Collection, Iterable

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yavar.base.db import run, run_later, sql, transaction
from yavar.base.events.models import Event
from yavar.conversations.models import ReadMark
from yavar.conversations.policies import READ, visible_to
from yavar.people.models import Agent

from . import choices
from .models import Device, Glance, Notification, NotifyChoice


def wanted(agent: Agent) -> tuple[str, ...]:
    """The kinds of news that somebody wants behind the bell."""
    own = choices.read(agent)
    return tuple(kind for kind in choices.KINDS if own.wants(kind, "app"))


def told_to(agent: Agent, kinds: Collection[str]) -> QuerySet[Notification]:
    """What everybody was told since they came, of these kinds and as far as they may see it."""
    found = Notification.objects.filter(agent__isnull=True, kind__in=kinds, at__gte=agent.created_at)
    return found if agent.powers.all_of(READ) else found.filter(conversation__in=visible_to(agent).values("pk"))


def unseen_by(agent: Agent) -> Q:
    """Of everybody's notifications: those that nobody has taken up yet and somebody has not seen. The many that they have seen at once are not looked at one by one."""
    at_all = Glance.objects.filter(agent=agent, notification__isnull=True).values("event")
    this = Glance.objects.filter(agent=agent, notification=OuterRef("pk"), event__gte=OuterRef("event"))
    return Q(~Exists(this), agent__isnull=True, seen_at__isnull=True, event__gt=Coalesce(Subquery(at_all), 0))


def glanced(agent: Agent, found: Collection[Notification]) -> set[int]:
    """Of these, the keys of those that they have seen."""
    if not found:
        return set()
    mine = Glance.objects.filter(agent=agent).values_list("notification", "event")
    glances = mine.filter(notification__in=found).union(mine.filter(notification__isnull=True), all=True)  # with OR all that they ever saw would be read
    how_far = {key or 0: event for key, event in glances}
    return {each.pk for each in found if max(how_far.get(each.pk, 0), how_far.get(0, 0)) >= each.event}


def glance(agent: Agent, which: Q) -> int:
    """They have seen these of what nobody has taken up yet. Answers how many they had not seen before."""
    found = list(Notification.objects.filter(which, agent__isnull=True, seen_at__isnull=True)[:1000])
    known = glanced(agent, found)
    fresh = [each for each in found if each.pk not in known]
    if fresh:
        rows = [Glance(agent=agent, notification=each, event=each.event) for each in fresh]
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
        run_later(
            sql.text(f"INSERT INTO {sql.table(Glance)} (agent_id, notification_id, event) {readers} {again}"), (event.pk, event.pk, readers_of, event.seq)
        )


def particular() -> Iterable[int]:
    """The people who may want such news in a way of their own: mailed, or pushed to a device. The rest are told by the one row."""
    return [key for (key,) in run(sql.text(f"SELECT agent_id FROM {sql.table(NotifyChoice)} UNION SELECT agent_id FROM {sql.table(Device)}"), ()).fetchall()]
