"""What the customer hears by itself: that we have it and by when we answer; and when that will not be, an honest word with a new time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from yavar.base import clock, jobs
from yavar.conversations.models import Conversation
from yavar.people.hours.counting import Hours

from .measuring import Measured
from .models import Timer

SAY = "sla.say"
ANSWERS = ("first", "next")


def leave(conversation: Conversation, measured: Measured, begun: Sequence[Timer]) -> None:
    """Leave the jobs of what is to be said now, inside the open transaction: for acknowledgements that have just `begun`, and for the
    moments that came at which the policy wants the customer told."""
    due = next((timer.due_at for timer in measured.timers if timer.kind in ANSWERS and timer.state == Timer.State.OPEN), None)
    for timer in measured.timers:
        if timer in begun and timer.kind == "ack" and timer.state == Timer.State.OPEN:
            _leave(conversation, timer, "ack", due, measured.terms.words)
    for came in measured.came:
        if came.timer.state == Timer.State.OPEN and came.moment in measured.terms.tells_customer(came.timer.kind):
            _leave(conversation, came.timer, "late", renewed(came.due, came.moment, came.timer, measured.hours), {}, came.due)


def renewed(due: datetime, moment: int, timer: Timer, hours: Hours) -> datetime:
    """The second promise when the first could not be kept: as long again."""
    return hours.add(due, timedelta(seconds=moment + timer.target))


def _leave(conversation: Conversation, timer: Timer, what: str, due: datetime | None, words: Mapping[Any, str], before: datetime | None = None) -> None:
    args = {
        "conversation": conversation.pk, "kind": timer.kind, "cycle": timer.cycle, "what": what, "words": dict(words),
        "due": clock.iso(due) if due else None, "before": clock.iso(before) if before else None,
    }  # fmt: skip
    leave_word(args)


def leave_word(args: dict[str, Any], *, due: datetime | None = None) -> None:
    """Leave the job of saying it, at once or at `due`. Of one timer each thing is said once."""
    jobs.leave(SAY, args=args, unique_key=":".join([SAY, *(str(args[each]) for each in ("conversation", "kind", "cycle", "what"))]), due=due)
