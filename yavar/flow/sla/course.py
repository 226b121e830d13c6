"""One conversation's promises brought up to a moment: what happened since is read, what was due is done, what is due next is said on its row.

It reads facts by the conversation's own counter, so it does not matter who calls it, how often or how late: a timer that fires and an answer that
stops it are put in their true order, and each moment of a timer is acted on once.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from yavar.base import clock
from yavar.base.db import is_sqlite, sql, transaction
from yavar.base.events import SYSTEM, record
from yavar.base.events.models import Event
from yavar.conversations.actions import locked_several, tell
from yavar.conversations.due import Due, set_due
from yavar.conversations.models import Conversation, Message

from . import choosing, notices, steadiness
from .acting import act, fact_of
from .events import PromiseSet
from .measuring import Measured
from .models import Course, Timer

SPEECH = ("message.received", "message.sent", "message.copied")
TURNS = ("conversation.resolved", "conversation.reopened", "conversation.snoozed", "conversation.woken", "conversation.merged", "conversation.merged_away", "conversation.unmerged")  # fmt: skip
CHOOSING = ("conversation.prioritised", "conversation.typed", "conversation.team_changed")  # what may bring another policy or calendar
HEARD = (*SPEECH, *TURNS, *CHOOSING)
TAKEN = (Conversation.Status.RESOLVED, Conversation.Status.MERGED)


class Known(NamedTuple):
    """A conversation, locked, with what its promises stand on: `events` are what was not read yet and means something here, in order; `rules` are common to
    those that were read together."""

    conversation: Conversation
    course: Course | None
    events: list[Event]
    timers: list[Timer]
    rules: choosing.Rules


def advance(conversations: Collection[int], now: datetime | None = None, *, afresh: bool = False) -> None:
    """Bring them up to `now`. `afresh`: policies or calendars may have changed. A conversation that is not there any more has no promises."""
    with transaction():
        found = known(conversations)
        moment = now or steadiness.now()  # not before they are locked: what was written while we waited is not of later
        for each in found:
            bring_up(each, moment, afresh=afresh)


def known(keys: Collection[int], *, free: bool = False) -> list[Known]:
    """Some dozens of conversations by their keys, in that order (two workers must not wait for each other), read in as many statements for many as for one. `free`: only those that
    nobody else is at work on."""
    conversations = locked_several(keys, free=free)
    if not conversations:
        return []
    found = [conversation.pk for conversation in conversations]
    courses = {course.conversation_id: course for course in sql.pick(Course, "conversation_id IN (??)", [found])}
    events = _since({key: courses[key].seen if key in courses else 0 for key in found})
    timers, rules = _timers(found), choosing.Rules()
    return [Known(each, courses.get(each.pk), events[each.pk], timers[each.pk], rules) for each in conversations]


def waive(conversation_id: int, kind: str, cycle: int) -> None:
    """A promise that nobody can be told of binds nobody: its timer is void. Twice is the same as once."""
    with transaction():
        [(conversation, course, _events, timers, _rules)] = known([conversation_id])
        assert course is not None
        measured = Measured(course, timers, choosing.terms(course.policy_id, course.policy_version), choosing.hours_of(course))
        measured.waive(kind, cycle, steadiness.now())
        _keep(conversation, course, measured, seen=course.seen)


def bring_up(it: Known, now: datetime, *, afresh: bool = False) -> None:
    """Bring up one whose row is locked, inside the open transaction."""
    conversation, events = it.conversation, it.events
    if it.course is None and not events and not afresh:
        return
    course = it.course or Course(conversation=conversation)
    choice = _Choice(it.rules, conversation) if afresh or course.pk is None or any(event.name in CHOOSING for event in events) else None
    if course.pk is None and choice:
        choice.put_on(course)
    measured = Measured(course, it.timers, choosing.terms(course.policy_id, course.policy_version), choosing.hours_of(course))
    authors = _authors(events)
    for event in events:
        event.at = min(event.at, now)  # written while the clock was ahead
        measured.apply(event, authors.get(event.pk, event.actor))
    if choice and not choice.stands_on(course):
        other = choice.calendar_id != course.calendar_id
        choice.put_on(course)
        measured.change(choosing.terms_of(choice.policy), choosing.hours_of(course), events[-1].at if events else now, over=other)
    if conversation.status not in TAKEN:
        measured.ensure(conversation.waiting_since, conversation.event_seq)
    measured.fire(now)
    _keep(conversation, course, measured)


class _Choice:
    """Which policy and calendar hold now."""

    def __init__(self, rules: choosing.Rules, conversation: Conversation) -> None:
        self.policy, calendar = rules.policy_for(conversation), rules.calendar_for(conversation)
        self.policy_id: int | None = self.policy.pk if self.policy else None
        self.policy_version = self.policy.version if self.policy else 0
        self.calendar_id: int | None = calendar.pk if calendar else None
        self.calendar_version = calendar.version if calendar else 0

    FIELDS = ("policy_id", "policy_version", "calendar_id", "calendar_version")

    def stands_on(self, course: Course) -> bool:
        return all(getattr(self, name) == getattr(course, name) for name in self.FIELDS)

    def put_on(self, course: Course) -> None:
        for name in self.FIELDS:
            setattr(course, name, getattr(self, name))


def _since(seen: Mapping[int, int]) -> dict[int, list[Event]]:
    """By conversation: what came after the fact of its own that was read last."""
    found: dict[int, list[Event]] = {key: [] for key in seen}
    if is_sqlite():
        later = " OR ".join(["(subject_kind = 'conversation' AND subject_id = ? AND seq > ?)"] * len(seen))
        values: list[Any] = [value for pair in seen.items() for value in pair]
    else:  # one statement for any number of them
        those = "unnest(?::bigint[], ?::bigint[]) AS those (key, seen)"
        later = (
            f"id IN (SELECT e.id FROM {those} JOIN {sql.table(Event)} e ON e.subject_kind = 'conversation' AND e.subject_id = those.key AND e.seq > those.seen)"
        )
        values = [list(seen), list(seen.values())]
    for event in sql.pick(Event, f"{later} ORDER BY subject_id, seq", values):
        if event.name in HEARD:
            found[event.subject_id].append(event)
    return found


def _timers(keys: Sequence[int]) -> dict[int, list[Timer]]:
    """By conversation: the open ones, and those that are taken up again when the conversation is: the resolution, and answers that it ended without."""
    found: dict[int, list[Timer]] = {key: [] for key in keys}
    going = "conversation_id IN (??) AND (state = 'open' OR kind = 'resolution' OR state = 'void' AND kind IN ('first', 'next')) ORDER BY id"
    for timer in sql.pick(Timer, going, [keys]):
        found[timer.conversation_id].append(timer)
    return found


def _authors(events: Sequence[Event]) -> dict[int, str]:
    """Who wrote what was copied; of other messages it is who did it."""
    copied = {event.payload["message"]: event.pk for event in events if event.name == "message.copied"}
    return {copied[key]: message.author for key, message in sql.by_key(Message, copied).items()}


def _keep(conversation: Conversation, course: Course, measured: Measured, *, seen: int | None = None) -> None:
    begun = [timer for timer in measured.changed if timer.pk is None]
    for timer in measured.changed:
        if timer.pk is None:
            sql.add(timer)
        else:
            sql.update(timer, "state", "target", "left", "since", "due_at", "fired", "next_at", "missed_at", "ended_at")
    for came in measured.came:
        tell(conversation, fact_of(came, measured.terms), SYSTEM)
    due = measured.next_due()
    if set_due(conversation, Due(due.due_at, due.since, due.kind) if due and due.due_at and due.since else None):
        record(
            PromiseSet(conversation.due_kind, clock.iso(conversation.due_at) if conversation.due_at else None),
            subject=("conversation", conversation.pk),
            by=SYSTEM,
        )
    course.seen = conversation.event_seq if seen is None else seen
    if course.pk is None:
        sql.add(course)
    else:
        sql.update(course, "seen", "policy_id", "policy_version", "calendar_id", "calendar_version", "answered", "waits", "held")
    # only now: what follows changes the conversation, and is read as anybody's doing is
    for came in measured.came:
        act(conversation.pk, came, measured.terms)
    notices.leave(conversation, measured, begun)
