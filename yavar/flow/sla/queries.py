"""Reads of promises for whoever shows them."""

from dataclasses import dataclass
from datetime import datetime

from yavar.base import clock
from yavar.base.db import sql

from .models import Timer

SHOWN = 50  # of a conversation's timers, the newest


@dataclass(frozen=True, slots=True)
class Promise:
    """One target of a conversation. `state`: open (it runs), paused, met, missed (open or done, but late). `target`: seconds of working time;
    `late`: by how many seconds it was kept too late, or is by now."""

    kind: str
    state: str
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    target: int
    late: int


def promises_of(conversation_id: int) -> list[Promise]:
    """What was promised in a conversation, the oldest first, without what nobody waits for any more."""
    found = sql.pick(Timer, f"conversation_id = ? AND state <> 'void' ORDER BY id DESC LIMIT {SHOWN}", (conversation_id,))
    return [_told(timer) for timer in reversed(found)]


def _told(timer: Timer) -> Promise:
    late = 0 if timer.missed_at is None else max(1, round(_late(timer, timer.missed_at)))
    state = "missed" if late else "met" if timer.state == Timer.State.MET else "open" if timer.since else "paused"
    return Promise(timer.kind, state, timer.due_at or timer.missed_at, timer.started_at, timer.ended_at, timer.target, late)


def _late(timer: Timer, missed: datetime) -> float:
    """In seconds; while it stands still it gets no later."""
    if timer.state != Timer.State.OPEN:
        return ((timer.ended_at or clock.now()) - missed).total_seconds()
    return (clock.now() - timer.due_at).total_seconds() if timer.due_at else -timer.left
