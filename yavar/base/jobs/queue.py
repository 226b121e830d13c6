"""Leaving work and naming who does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from yavar.base import clock, wake
from yavar.base.db import after_commit, is_sqlite, run, run_later, sql, transaction

from .models import Job


@dataclass(frozen=True, slots=True)
class Worker:
    """A registered function: called as `call(**args)`, as `call(event_id)` when the job was left by an event, and as `call(event_ids)` when it does several together."""

    name: str
    call: Callable[..., Any]
    replayable: bool = False
    outside: bool = False
    together: bool = False


_workers: dict[str, Worker] = {}


def job(
    name: str, *, replayable: bool = False, outside: bool = False, together: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
    """Register a function as the one that does jobs called `name`. It runs inside a transaction, together with the job's removal.

    `replayable`: the transaction need not survive a power cut, since the job survives then (see `base.db.replayable`).
    `outside`: it has to wait for a stranger. Then it is a generator that yields one call, which is made with no transaction open
    (see `base.jobs.outside`).
    `together`: it is left by events only, and gets the ids of several of them at once, so that it need not read for each what is the same for all. If it
    raises, each of them is done by itself.
    """

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        _workers[name] = Worker(name, call, replayable, outside, together)
        return call

    return register


def outside_names() -> list[str]:
    """The names of jobs that call outside."""
    return [name for name, found in _workers.items() if found.outside]


def worker(name: str) -> Worker | None:
    """Who does jobs of this name."""
    return _workers.get(name)


def leave(
    name: str, *, args: dict[str, Any] | None = None, event: int | None = None, lane: str = "", unique_key: str | None = None, at: Any = None,
    due: datetime | None = None,
) -> None:  # fmt: skip
    """Leave a job inside the open transaction, due at once or at `due`. One with the same `unique_key` is left once; of two times the earlier counts.

    `at` is the present moment in the driver's form when the caller has it already.
    """
    moment = at if at is not None else sql.moment(clock.now())
    statement = sql.insert(Job, "name", "args", "event", "lane", "unique_key", "state", "attempts", "due_at", "fence", "error", "created_at", returning=False)
    if unique_key is not None:
        earlier = "MIN" if is_sqlite() else "LEAST"
        statement += (
            " ON CONFLICT DO NOTHING"
            if due is None
            else f" ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO UPDATE SET due_at = {earlier}({sql.table(Job)}.due_at, excluded.due_at)"
        )
    run_later(
        statement, (name, msgspec.json.encode(args or {}).decode(), event, lane, unique_key, "ready", 0, sql.moment(due) if due else moment, 0, "", moment)
    )
    after_commit(wake.announce)


def leave_for(event: sql.Key, listeners: Sequence[tuple[str, str]], at: Any) -> None:
    """Leave a job for each listener of the event that was just written, (name, lane) each, due at once, inside the open transaction and in one statement. `at` is the present
    moment in the driver's form."""
    values = [part for name, lane in listeners for part in (name, "{}", *event.values, lane, None, "ready", 0, at, 0, "", at)]
    run_later(_several(len(listeners), event.mark), values)
    after_commit(wake.announce)


@cache
def _several(number: int, event: str) -> str:
    names = ("name", "args", "event", "lane", "unique_key", "state", "attempts", "due_at", "fence", "error", "created_at")
    head, _values, row = sql.insert(Job, *names, returning=False).partition(" VALUES ")
    marks = row.strip("()").split(", ")
    marks[names.index("event")] = event
    return f"{head} VALUES " + ", ".join([f"({', '.join(marks)})"] * number)


def behind(many: int = 1000) -> bool:
    """Whether so much is due that whoever brings more by themselves should let that be done first: a heap that comes in must not hold up what people do meanwhile."""
    due = f"SELECT 1 FROM {sql.table(Job)} WHERE state = 'ready' AND due_at <= ? LIMIT {many}"
    return bool(run(sql.text(f"SELECT COUNT(*) FROM ({due}) AS due"), (sql.moment(clock.now()),)).fetchone()[0] >= many)


def hasten(unique_keys: Sequence[str]) -> None:
    """What these jobs waited for has come: they are due now."""
    with transaction():
        Job.objects.filter(unique_key__in=unique_keys, state=Job.State.READY, lease_until=None).update(due_at=clock.now())
        after_commit(wake.announce)


def retry(job_id: int) -> bool:
    """A person gives a dead job a new start. False when it is not there or not dead."""
    with transaction():
        changed = Job.objects.filter(pk=job_id, state=Job.State.DEAD).update(state=Job.State.READY, attempts=0, due_at=clock.now(), lease_until=None)
        after_commit(wake.announce)
    return bool(changed)
