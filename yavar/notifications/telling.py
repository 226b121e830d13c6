"""The job beside facts: one row for each person whom one concerns (and one for all, when that is everybody), or one more in the row they have not seen yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from yavar.base import clock, ids
from yavar.base.db import sql
from yavar.base.events.models import Event
from yavar.base.jobs import job
from yavar.conversations.models import Conversation, ReadMark
from yavar.conversations.policies import who_may_see
from yavar.people.team.crew import crew

from . import choices, pushing, shared
from .concerned import DEALT, EVERYBODY, TAKEN, concerned, dealt_since, followers
from .models import Notification

TELL = "notifications.tell"
SOON = timedelta(seconds=5)  # before a push: whoever has the conversation before them has seen it by then
SELDOM = timedelta(minutes=1)  # between two pushes about the same
NAMES = ("public_id", "agent_id", "kind", "conversation_id", "event", "actor", "count", "listed", "mails", "since", "at")


class Audience:
    """People who may have to be told of several facts: who they are and how they wish to be told, read once for all of them."""

    def __init__(self, agents: Collection[int]) -> None:
        wanted = {*agents, *(shared.particular() if EVERYBODY in agents else ())}
        self.people = {key: agent for key, agent in crew().items() if key in wanted} if wanted else {}
        self.choices = choices.of(list(self.people))
        self.reachable = pushing.reachable(list(self.people))

    def wish(self, agent: int, kind: str) -> bool:
        """Whether somebody wishes to be told of news of a kind in a way that we have to do something for."""
        return agent == EVERYBODY or (agent in self.people and bool(set(self.choices[agent].of(kind)) - {"sound"}))

    def apart(self, kind: str) -> list[int]:
        """Who is to be told by mail or push of what everybody is told: they need a row of their own for that."""
        return [
            agent for agent in self.people if self.choices[agent].wants(kind, "mail") or (agent in self.reachable and self.choices[agent].wants(kind, "push"))
        ]


@job(TELL, replayable=True, together=True)
def tell(event_ids: Sequence[int]) -> None:
    """Twice is the same as once. Jobs of one conversation are done in order, but for those of customers' messages, which may come in floods: a flood in a lane would
    be waded through at each claim. Two that meet are kept apart by the constraint, and the second comes again."""
    events = sorted(sql.by_key(Event, event_ids).values(), key=lambda event: event.pk)
    conversations = sql.by_key(Conversation, [event.subject_id for event in events])
    events = [event for event in events if event.subject_id in conversations]  # the others were taken back before anything was said
    if not events:
        return
    following = followers(conversations)
    found = {event.pk: concerned(event, conversations[event.subject_id], following[event.subject_id]) for event in events}
    audience = Audience(set().union(*found.values()))
    unseen, heard = _unseen(conversations), _heard(events)
    for event in events:
        here = unseen.pop(event.subject_id, None)  # of the next fact of the same conversation they are other ones
        here = _unseen([event.subject_id])[event.subject_id] if here is None else here
        _tell(event, conversations[event.subject_id], found[event.pk], audience, here, heard[event.subject_id])


def _unseen(conversations: Collection[int]) -> dict[int, list[Notification]]:
    """By conversation: what somebody has not seen yet."""
    found: dict[int, list[Notification]] = {key: [] for key in conversations}
    for each in sql.pick(Notification, "conversation_id IN (??) AND seen_at IS NULL", [found]):
        found[each.conversation_id].append(each)
    return found


class Heard(NamedTuple):
    """Somebody has been told of a fact: of news of a kind, up to an event; or, without a kind, has read the conversation up to a version."""

    agent: int
    kind: str
    until: int


def _heard(events: Sequence[Event]) -> dict[int, list[Heard]]:
    """By conversation, who heard of these facts before we came to tell them."""
    told = f"SELECT conversation_id, agent_id, kind, event FROM {sql.table(Notification)} WHERE conversation_id IN (??) AND event >= ?"
    read = f"SELECT conversation_id, agent_id, '', version FROM {sql.table(ReadMark)} WHERE conversation_id IN (??)"
    found, keys = defaultdict(list), list({event.subject_id for event in events})
    for conversation, agent, kind, until in sql.ask(f"{told} UNION ALL {read}", (keys, events[0].pk, keys)).fetchall():
        found[conversation].append(Heard(agent or EVERYBODY, kind, until))
    return found


def _tell(
    event: Event, conversation: Conversation, found: Mapping[int, str], audience: Audience, unseen: Sequence[Notification], heard: Sequence[Heard]
) -> None:
    dealt = {each.pk for each in unseen if _is_dealt_with(each, event)}
    if dealt:
        sql.ask(f"UPDATE {sql.table(Notification)} SET seen_at = ? WHERE id IN (??)", (sql.moment(clock.now()), dealt))
    wished = {agent: kind for agent, kind in found.items() if audience.wish(agent, kind)}
    if EVERYBODY in wished:
        wished = dict.fromkeys(audience.apart(wished[EVERYBODY]), wished[EVERYBODY]) | wished
    left = _untold(event, conversation, wished, heard)
    seeing = who_may_see((audience.people[agent] for agent in sorted(left) if agent != EVERYBODY), conversation) if left else []
    if told := {key: left[key] for key in (EVERYBODY, *(agent.pk for agent in seeing)) if key in left}:
        waiting = {each.agent_id or EVERYBODY: each for each in unseen if each.kind == told.get(each.agent_id or EVERYBODY) and each.pk not in dealt}
        _put(event, told, waiting, audience, apart=EVERYBODY in found)


def _is_dealt_with(unseen: Notification, event: Event) -> bool:
    """Whether it is settled by a fact: what everybody was told, and news that nobody has it, when somebody took it up, and all news of who answers or resolves."""
    if (unseen.kind == "new" or unseen.agent_id is None) and event.name in TAKEN and not event.actor.startswith("bot:"):
        return True
    return event.name in DEALT and event.actor == f"agent:{unseen.agent_id}" and unseen.event < event.pk


def _untold(event: Event, conversation: Conversation, kinds: Mapping[int, str], heard: Sequence[Heard]) -> dict[int, str]:
    """Of these, by agent the kind of news it is to them, those who have neither read it, nor dealt with it, nor heard of it before we came to tell them."""
    left = {agent: kinds[agent] for agent in set(kinds) - dealt_since(event, conversation)} if kinds else {}
    for each in heard:
        if (each.kind == left.get(each.agent) and each.until >= event.pk) or (not each.kind and event.seq is not None and each.until >= event.seq):
            left.pop(each.agent, None)
    return left


def _put(event: Event, told: Mapping[int, str], waiting: Mapping[int, Notification], audience: Audience, *, apart: bool) -> None:
    """`told`: the kind of news by agent; `waiting`: what they have not seen of that kind. Each of them gets a row, or one more in that one. `apart`: everybody is told,
    so whoever has a row of their own as well needs it behind no bell."""
    for agent in told.keys() & waiting.keys():
        row = waiting[agent]
        row.event, row.actor, row.count, row.at = event.pk, event.actor, row.count + 1, event.at
        sql.update(row, "event", "actor", "count", "at")
    new = [_row(agent, kind, event, audience, apart=apart) for agent, kind in told.items() if agent not in waiting]
    sql.create_all(Notification, NAMES, new)
    if EVERYBODY in told:
        shared.glanced_already(event, event.subject_id)
    pushed = [agent for agent, kind in told.items() if agent in audience.reachable and audience.choices[agent].wants(kind, "push")]
    if pushed and clock.now() - event.at < pushing.STALE:
        _push(sql.pick(Notification, "event = ? AND agent_id IN (??) ORDER BY id", (event.pk, list(pushed))))


def _row(agent: int, kind: str, event: Event, audience: Audience, *, apart: bool) -> tuple[object, ...]:
    """The values of NAMES."""
    listed, mails = True, False
    if agent != EVERYBODY:
        own = audience.choices[agent]
        listed, mails = own.wants(kind, "app") and not apart, own.wants(kind, "mail")
    return (ids.public_id(), agent or None, kind, event.subject_id, event.pk, event.actor, 1, listed, mails, event.at, event.at)


def _push(found: Sequence[Notification]) -> None:
    """Leave a push of each, unless one still waits: that will tell of this, too."""
    now = clock.now()
    due = {
        each: max(now + SOON, each.pushed_at + SELDOM) if each.pushed_at else now + SOON for each in found if each.pushed_at is None or each.pushed_at <= now
    }
    for each in pushing.leave_for(due):
        each.pushed_at = due[each]
        sql.update(each, "pushed_at")
