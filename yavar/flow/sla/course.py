"""One conversation's promises brought up to a moment: what happened since is read, what was due is done, what is due next is said on its row.

It reads facts by the conversation's own counter, so it does not matter who calls it, how often or how late: a timer that fires and an answer that
stops it are put in their true order, and each moment of a timer is acted on once.
"""

from collections.abc import Sequence
from datetime import datetime

from yavar.base import clock
from yavar.base.db import sql, transaction
from yavar.base.events import SYSTEM, record
from yavar.base.events.models import Event
from yavar.conversations.actions import locked, tell
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


def advance(conversation_id: int, now: datetime | None = None, *, afresh: bool = False) -> None:
    """Bring it up to `now`. `afresh`: policies or calendars may have changed. A conversation that is not there any more has no promises."""
    with transaction():
        try:
            conversation = locked(conversation_id)
        except Conversation.DoesNotExist:
            return
        course = next(iter(sql.pick(Course, "conversation_id = ?", (conversation_id,))), None)
        events = _since(conversation_id, course.seen if course else 0)
        if course is None:
            if not events and not afresh:
                return
            course = Course(conversation=conversation)
        _bring_up(conversation, course, events, now or steadiness.now(), afresh=afresh)


def waive(conversation_id: int, kind: str, cycle: int) -> None:
    """A promise that nobody can be told of binds nobody: its timer is void. Twice is the same as once."""
    with transaction():
        conversation = locked(conversation_id)
        course = next(iter(sql.pick(Course, "conversation_id = ?", (conversation_id,))))
        measured = Measured(course, _timers(conversation_id), choosing.terms(course.policy_id, course.policy_version), choosing.hours_of(course))
        measured.waive(kind, cycle, steadiness.now())
        _keep(conversation, course, measured, seen=course.seen)


def _bring_up(conversation: Conversation, course: Course, events: list[Event], now: datetime, *, afresh: bool) -> None:
    choice = _Choice(conversation) if afresh or course.pk is None or any(event.name in CHOOSING for event in events) else None
    if course.pk is None and choice:
        choice.put_on(course)
    measured = Measured(course, _timers(conversation.pk), choosing.terms(course.policy_id, course.policy_version), choosing.hours_of(course))
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

    def __init__(self, conversation: Conversation) -> None:
        self.policy, calendar = choosing.policy_for(conversation), choosing.calendar_for(conversation)
        self.policy_id, self.policy_version = (self.policy.pk, self.policy.version) if self.policy else (None, 0)
        self.calendar_id, self.calendar_version = (calendar.pk, calendar.version) if calendar else (None, 0)

    FIELDS = ("policy_id", "policy_version", "calendar_id", "calendar_version")

    def stands_on(self, course: Course) -> bool:
        return all(getattr(self, name) == getattr(course, name) for name in self.FIELDS)

    def put_on(self, course: Course) -> None:
        for name in self.FIELDS:
            setattr(course, name, getattr(self, name))


def _since(conversation_id: int, seen: int) -> list[Event]:
    """What was not read yet and means something here, in order."""
    found = sql.pick(Event, "subject_kind = 'conversation' AND subject_id = ? AND seq > ? ORDER BY seq", (conversation_id, seen))
    return [event for event in found if event.name in HEARD]


def _timers(conversation_id: int) -> list[Timer]:
    """The open ones, and the resolution, which is taken up again when the conversation is."""
    return sql.pick(Timer, "conversation_id = ? AND (state = 'open' OR kind = 'resolution') ORDER BY id", (conversation_id,))


def _authors(events: Sequence[Event]) -> dict[int, str]:
    """Who wrote what was copied; of other messages it is who did it."""
    copied = {event.payload["message"]: event.pk for event in events if event.name == "message.copied"}
    return {copied[key]: message.author for key, message in sql.by_key(Message, copied).items()}


def _keep(conversation: Conversation, course: Course, measured: Measured, *, seen: int | None = None) -> None:
    begun = set()
    for timer in measured.changed:
        if timer.pk is None:
            begun.add(sql.create(timer).pk)
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
        sql.create(course)
    else:
        sql.update(course, "seen", "policy_id", "policy_version", "calendar_id", "calendar_version", "answered", "waits", "held")
    # only now: what follows changes the conversation, and is read as anybody's doing is
    for came in measured.came:
        act(conversation.pk, came, measured.terms)
    notices.leave(conversation, measured, begun)
