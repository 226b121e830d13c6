"""The job beside a fact: one row for each person it concerns, or one more in the row they have not seen yet."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from yavar.base import clock
from yavar.base.db import run, sql
from yavar.base.events.models import Event
from yavar.base.jobs import job
from yavar.conversations.models import Conversation, ReadMark
from yavar.conversations.policies import who_may_see
from yavar.people.models import Agent
from yavar.people.team.models import with_powers

from . import choices, pushing
from .concerned import DEALT, TAKEN, concerned, dealt_since
from .models import Notification

TELL = "notifications.tell"
SOON = timedelta(seconds=5)  # before a push: whoever has the conversation before them has seen it by then
NEVER = 2**31 - 1  # a version that nobody has read
SELDOM = timedelta(minutes=1)  # between two pushes about the same


@job(TELL, replayable=True)
def tell(event_id: int) -> None:
    """Twice is the same as once. Jobs of one conversation are done in order, but for those of customers' messages, which may come in floods: a flood in a lane would
    be waded through at each claim. Two that meet are kept apart by the constraint, and the second comes again."""
    event = sql.by_key(Event, [event_id])[event_id]
    conversation = sql.by_key(Conversation, [event.subject_id]).get(event.subject_id)
    if conversation is None:  # taken back before anything was said
        return
    unseen = sql.pick(Notification, "conversation_id = ? AND seen_at IS NULL", (conversation.pk,))
    dealt = {each.pk for each in unseen if _is_dealt_with(each, event)}
    if dealt:
        run(sql.text(f"UPDATE {sql.table(Notification)} SET seen_at = ? WHERE id IN ({sql.marks(dealt)})"), (sql.moment(clock.now()), *dealt))
    found = concerned(event, conversation)
    wanted = {key: own for key, own in choices.of(list(found)).items() if set(own.of(found[key])) - {"sound"}} if found else {}
    told = _untold(event, conversation, {key: found[key] for key in wanted})
    if told:
        waiting = {each.agent_id: each for each in unseen if each.kind == told.get(each.agent_id) and each.pk not in dealt}
        _put(event, told, waiting, wanted)


def _is_dealt_with(unseen: Notification, event: Event) -> bool:
    """Whether it is settled by a fact: news that nobody has it when somebody took it up, and all news of who answers or resolves."""
    if unseen.kind == "new" and event.name in TAKEN and not event.actor.startswith("bot:"):
        return True
    return event.name in DEALT and event.actor == f"agent:{unseen.agent_id}" and unseen.event < event.pk


def _untold(event: Event, conversation: Conversation, kinds: Mapping[int, str]) -> dict[int, str]:
    """Of these, by agent the kind of news it is to them, those who may see it and have neither read it, nor dealt with it, nor heard of it before we came to
    tell them. A few statements for any number."""
    left = {agent: kinds[agent] for agent in set(kinds) - dealt_since(event, conversation)} if kinds else {}
    if left:
        heard = f"SELECT agent_id, kind FROM {sql.table(Notification)} WHERE conversation_id = ? AND event >= ?"
        read = f"SELECT agent_id, '' FROM {sql.table(ReadMark)} WHERE conversation_id = ? AND version >= ?"
        values = (conversation.pk, event.pk, conversation.pk, NEVER if event.seq is None else event.seq)
        for agent, kind in run(sql.text(f"{heard} UNION ALL {read}"), values).fetchall():
            if kind in ("", left.get(agent)):
                left.pop(agent, None)
    if not left:
        return {}
    people = sql.pick(Agent, f"id IN ({sql.marks(left)}) AND is_active AND kind = ? ORDER BY id", (*left, Agent.Kind.PERSON))
    return {agent.pk: left[agent.pk] for agent in who_may_see(with_powers(people), conversation)}


def _put(event: Event, told: Mapping[int, str], waiting: Mapping[int, Notification], wanted: Mapping[int, choices.Choices]) -> None:
    """`told`: the kind of news by agent; `waiting`: what they have not seen of that kind. Each of them gets a row, or one more in that one."""
    for agent in told.keys() & waiting.keys():
        row = waiting[agent]
        row.event, row.actor, row.count, row.at = event.pk, event.actor, row.count + 1, event.at
        sql.update(row, "event", "actor", "count", "at")
    sql.create_all([_row(agent, kind, event, wanted[agent]) for agent, kind in told.items() if agent not in waiting])
    pushed = [agent for agent, kind in told.items() if wanted[agent].wants(kind, "push")]
    if pushed and clock.now() - event.at < pushing.STALE:
        _push(sql.pick(Notification, f"event = ? AND agent_id IN ({sql.marks(pushed)}) ORDER BY id", (event.pk, *pushed)))


def _row(agent: int, kind: str, event: Event, own: choices.Choices) -> Notification:
    return Notification(
        agent_id=agent, kind=kind, conversation_id=event.subject_id, event=event.pk, actor=event.actor, listed=own.wants(kind, "app"),
        mails=own.wants(kind, "mail"), since=event.at, at=event.at,
    )  # fmt: skip


def _push(found: Sequence[Notification]) -> None:
    """Leave a push of each, unless one still waits: that will tell of this, too."""
    now = clock.now()
    due = {
        each: max(now + SOON, each.pushed_at + SELDOM) if each.pushed_at else now + SOON for each in found if each.pushed_at is None or each.pushed_at <= now
    }
    for each in pushing.leave_for(due):
        each.pushed_at = due[each]
        sql.update(each, "pushed_at")
