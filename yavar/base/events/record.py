"""Writing a fact together with the jobs of those who listen to it, inside the transaction that made it true."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

import msgspec

from yavar.base import clock, wake
from yavar.base.db import after_commit, sql
from yavar.base.jobs.queue import leave_for

from .facts import Actor, kind_of
from .models import Event

NAMES = ("name", "version", "subject_kind", "subject_id", "seq", "actor", "via", "audience", "payload", "cause", "depth", "at")
MAX_DEPTH = 8  # rules that answer rules stop here

_listeners: dict[str, dict[str, bool]] = defaultdict(dict)  # event -> job -> whether order matters
_followers: dict[str, Callable[[str], bool]] = {}  # job -> whether it wants events of a name just now


class TooDeep(RuntimeError):
    """A chain of causes grew over MAX_DEPTH: two rules answer each other."""


def listen(event: str, job: str, *, ordered: bool = True) -> None:
    """From now on each `event` leaves a job named `job`; `ordered` jobs stand in the lane of their subject and are done one after another.
    Called by the wiring at start."""
    _listeners[event][job] = ordered


def follow(job: str, wants: Callable[[str], bool]) -> None:
    """From now on each event whose name `wants` says yes to leaves a job named `job`, in no lane. It is asked for every fact, also on the hot path:
    it must answer from memory. Called by the wiring at start."""
    _followers[job] = wants


def record(
    payload: msgspec.Struct, *, subject: tuple[str, int], by: Actor, seq: int | None = None, cause: tuple[int, int] | None = None, at: datetime | None = None
) -> None:
    """Write the fact, leave the listeners' jobs, and wake those who wait after the commit.

    `subject` is (kind, key); `seq` the subject's counter given under its lock; `cause` (event id, depth) of the fact that led here.
    Raises UnknownFact for an unregistered payload, TooDeep for a loop of rules. Needs an open transaction.
    """
    kind = kind_of(payload)
    depth = cause[1] + 1 if cause else 0
    if depth > MAX_DEPTH:
        raise TooDeep(f"{kind.name} would be step {depth} of one chain")
    moment = sql.moment(at or clock.now())
    values = (
        kind.name,
        kind.version,
        subject[0],
        subject[1],
        seq,
        str(by),
        by.via,
        kind.audience,
        msgspec.json.encode(payload).decode(),
        cause[0] if cause else None,
        depth,
        moment,
    )
    event = sql.insert_later(Event, NAMES, values)
    jobs = [(name, f"{subject[0]}:{subject[1]}" if ordered else "") for name, ordered in _listeners.get(kind.name, {}).items()]
    jobs += [(name, "") for name, wants in _followers.items() if wants(kind.name)]
    if jobs:
        leave_for(event, jobs, moment)
    after_commit(wake.announce)
