"""Claiming what is due and doing it: a short transaction to claim, short transactions to do, a rest after each."""

import logging
import time
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from yavar.base import clock
from yavar.base.db import is_sqlite, replayable, run, run_later, savepoint, sql, transaction
from yavar.base.db.slices import SLICE, rest

from .models import Job
from .queue import outside_names, worker

log = logging.getLogger("yavar.jobs")

BATCH = 200
MOST = 16  # jobs done together; on SQLite a power of two, as every such number there, or the statements for 11 and for 12 of them would be prepared anew all the time
SPARE = SLICE / 4  # seconds of a slice that nothing is begun for any more
WIDE = 6  # times as long is a slice on PostgreSQL, where nobody waits for one lock and each statement is a way there and back
LEASE = timedelta(seconds=60)
TRIES = 8

Effect = Callable[[], None]


def claim(limit: int = BATCH, now: datetime | None = None, *, outside: bool = False) -> list[Job]:
    """Lease due jobs: the head of each lane, and whatever stands in no lane. A lease that ran out is taken over under a new fence.

    `outside`: those that call outside, and else those that do not.
    """
    now, names = now or clock.now(), outside_names()
    if outside and not names:
        return []
    kind = f"AND j.name {'' if outside else 'NOT '}IN ({sql.marks(names)})" if names else ""
    free = f"j.state = 'ready' AND j.due_at <= ? AND (j.lease_until IS NULL OR j.lease_until < ?) {kind}"
    moment = sql.moment(now)
    values = (moment, moment, *names)
    # "NOT (=)" and not "<>": letter by letter as the index says it, or SQLite does not take it
    head = f"""SELECT j.id FROM {sql.table(Job)} j WHERE {free}
        AND (j.lane = '' OR NOT EXISTS (SELECT 1 FROM {sql.table(Job)} e WHERE e.state = 'ready' AND NOT (e.lane = '') AND e.name = j.name AND e.lane = j.lane
            AND e.id < j.id))
        ORDER BY j.due_at, j.id LIMIT ?"""
    # an array is read once: IN may be planned as a loop that asks again for each row, and LIMIT would hold for each turn of it
    these = f"IN ({head})" if is_sqlite() else f"= ANY(ARRAY({head} FOR UPDATE OF j SKIP LOCKED))"
    if not run(sql.text(f"SELECT 1 FROM {sql.table(Job)} j WHERE {free} LIMIT 1"), values).fetchone():
        return []
    with replayable(), transaction():
        found = sql.changed(Job, "lease_until = ?, fence = fence + 1, attempts = attempts + 1", f"id {these}", (sql.moment(now + LEASE), *values, limit))
    return sorted(found, key=lambda job: job.pk)


def renew(jobs: Iterable[Job]) -> None:
    """Whoever holds these is alive: their leases begin anew. One that was taken over meanwhile stays with whoever has it now."""
    until = sql.moment(clock.now() + LEASE)
    with replayable(), transaction():
        for job in sorted(jobs, key=lambda each: each.pk):
            run_later(sql.text(f"UPDATE {sql.table(Job)} SET lease_until = ? WHERE id = ? AND fence = ?"), (until, job.pk, job.fence))


def forget_leases() -> None:
    """Whoever held leases is gone: for the only worker of a desk (on SQLite), when it starts. Their jobs need not wait a minute."""
    with transaction():
        Job.objects.filter(lease_until__isnull=False).update(lease_until=None)


def run_due(limit: int = BATCH) -> int:
    """Claim once and do what was claimed; answers how many jobs were touched. No two of a claim stand in one lane, so any order will do: those that need no fsync
    come first, together, or each message's three jobs would be two transactions."""
    jobs = claim(limit)
    settle((group, None) for group in sorted(_groups(jobs), key=lambda group: is_replayable(group[0]), reverse=True))
    return len(jobs)


def _groups(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Those that can be done together; each other one by itself."""
    together = defaultdict(list)
    for job in jobs:
        found = worker(job.name)
        if found is not None and found.together:
            together[job.name].append(job)
        else:
            yield [job]
    yield from together.values()


Work = tuple[list[Job], Effect | None]


def settle(work: Iterable[Work]) -> None:
    """The effect of each group of jobs together with their removal, in slices of some milliseconds. Without an effect they are called, as many at once as
    the slice has time for. When a COMMIT fails, nothing of its slice and of what follows has happened: the leases run out and all of it is done again. Those
    of what has to wait for long are renewed."""
    left, length, leased = deque(work), SLICE if is_sqlite() else WIDE * SLICE, clock.now()
    while left:
        soft = is_replayable(left[0][0][0])
        try:
            with replayable() if soft else nullcontext(), transaction():
                now = started = time.monotonic()
                while left and is_replayable(left[0][0][0]) == soft and now - started <= length - SPARE:
                    jobs, effect = _portion(left, length - (now - started))
                    do(jobs, effect)
                    before, now = now, time.monotonic()
                    _cost[jobs[0].name] = (now - before) / len(jobs)
        except Exception:
            log.exception("a slice of jobs could not be committed")
            connection.close()
            return
        rest(time.monotonic() - started)
        if left and clock.now() - leased > LEASE / 2:
            leased = clock.now()
            renew(job for jobs, _effect in left for job in jobs)


_cost: dict[str, float] = {}  # seconds that each job of a name took, as it was the last time


def _portion(left: deque[Work], seconds: float) -> Work:
    """The next group, or as much of it as can be done in that time."""
    jobs, effect = left.popleft()
    if effect is not None or len(jobs) == 1:
        return jobs, effect
    fitting = int(seconds / _cost.get(jobs[0].name, seconds))
    size = max(1, min(MOST, len(jobs), fitting))
    if is_sqlite():
        size = 1 << size.bit_length() - 1
    if size < len(jobs):
        left.appendleft((jobs[size:], None))
    return jobs[:size], None


def is_replayable(job: Job) -> bool:
    """Whether the job's transaction may be soft."""
    found = worker(job.name)
    return found is not None and found.replayable


def call(job: Job, *others: Job) -> Any:
    """Call who does it; `others` of the same name are done together with it. Raises LookupError when nobody does."""
    found = worker(job.name)
    if found is None:
        raise LookupError(f"nobody does jobs called {job.name}")
    if found.together:
        return found.call([each.event for each in (job, *others)])
    return found.call(job.event) if job.event is not None else found.call(**job.args)


def do(jobs: Sequence[Job], effect: Effect | None = None) -> None:
    """A job (or several, together) in its savepoint: its effect and its removal together, or its failure on the row."""
    try:
        with savepoint():
            # the fence first: who lost the lease must not have an effect
            held, values = sql.pairs("id", "fence", [(job.pk, job.fence) for job in jobs])
            ours = run(sql.text(f"DELETE FROM {sql.table(Job)} WHERE state = 'ready' AND {held}"), values).rowcount
            if ours == len(jobs):
                (effect or partial(call, *jobs))()
            elif ours:
                raise LookupError("somebody else has some of them now")
    except Exception as error:
        if len(jobs) > 1:  # what hinders one must not hinder the others
            for each in jobs:
                do([each])
            return
        (job,) = jobs
        log.warning("job %s (%s) failed, try %s of %s: %s", job.pk, job.name, job.attempts, TRIES, error)
        fail(job, "".join(traceback.format_exception(error))[-4000:])


def fail(job: Job, error: str) -> None:
    """Put the failure on the row: again later (1 s, 4 s, 16 s … 10 min), or dead after the last try, which frees its lane."""
    pause = min(600.0, 4.0 ** (job.attempts - 1))
    changes = {"error": error, "lease_until": None, "due_at": clock.now() + timedelta(seconds=pause)}
    if job.attempts >= TRIES:
        changes["state"] = Job.State.DEAD
    Job.objects.filter(pk=job.pk, fence=job.fence).update(**changes)
