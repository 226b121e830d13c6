"""Jobs that wait for a stranger: an HTTP receiver, a mail server, a provider's API.

Such a job is a generator. What stands before its one `yield` reads; what it yields is called in a thread of its own, with no transaction
open and no database (or, for the few that need one, a connection that the call closes itself); what stands behind runs with the answer (or with what the call raised) in the transaction that removes the job,
under its fence:

    @job("webhooks.deliver", outside=True)
    def deliver(endpoint: int) -> Steps:
        post = next_post(endpoint)
        try:
            answer = yield post.send
        except HttpError as error:
            ...

A call that hangs holds its thread and its lane, nobody else; how long it may take is its own business, since leases are renewed while a call is under
way. If the process dies the lease runs out and the job begins again, so the other side must be able to tell a repeat by an id, or the job must be able
to tell that a call of its own was cut short. Lanes are as for every job: one at a time, in order; who wants several at once leaves several
jobs. A room keeps its backlog in rows of its own and leaves no more jobs than it has lanes: the claim must not wade through thousands.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from yavar.base import clock
from yavar.base.wake import Waiter

from .models import Job
from .runner import BATCH, LEASE, call, claim, renew, settle

log = logging.getLogger("yavar.jobs")

THREADS = 64  # calls under way at once: they sleep in the kernel and hold no database connection
RENEWED = LEASE / 3
REST = 0.03  # seconds after news while no call is out: one look for what came in the same moment
GRACE = 3.0  # seconds that calls under way are waited for at the end

Steps = Generator[Callable[[], Any], Any, None]


@dataclass(slots=True)
class Back:
    """A call that is over: its job, the rest of its steps (None when they ended before the call), what it answered or raised."""

    job: Job
    steps: Steps | None
    answer: Any = None
    error: Exception | None = None


class Outside:
    """The thread that hands calls out and settles what comes back. All of its database work is done by whoever calls `turn`."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads, self._jobs, self._renewed = threads, dict[int, Job](), clock.now()
        self._back: queue.SimpleQueue[Back] = queue.SimpleQueue()
        self._ring: Callable[[], None] = lambda: None

    @property
    def under_way(self) -> int:
        """How many calls are out."""
        return len(self._jobs)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        waiter = Waiter()
        self._ring = waiter.ring
        while not stop.is_set():
            try:
                busy = self.turn()
            except Exception:  # the database is away for a moment: look again
                log.exception("jobs could not be claimed")
                connection.close()
                busy = 0
            if not busy:
                waiter.wait(1.0)
                if not self.under_way:
                    stop.wait(REST)
        self.wait(GRACE)

    def turn(self) -> int:
        """Settle what came back, hand out what is due. Answers how many jobs were touched."""
        if self._jobs and clock.now() - self._renewed > RENEWED:
            renew(self._jobs.values())
            self._renewed = clock.now()
        return self._settle() + self._hand_out()

    def wait(self, seconds: float) -> None:
        """Settle what comes back within some seconds; what does not is done again by whoever comes after us."""
        until = time.monotonic() + seconds
        while self.under_way and time.monotonic() < until:
            if not self._settle():
                time.sleep(0.01)

    def _settle(self) -> int:
        came: list[Back] = []
        while len(came) < BATCH:
            try:
                came.append(self._back.get_nowait())
            except queue.Empty:
                break
        for back in came:
            self._jobs.pop(back.job.pk, None)
        settle(([back.job], partial(_end, back)) for back in came)
        return len(came)

    def _hand_out(self) -> int:
        free = self._threads - self.under_way
        jobs = claim(min(free, BATCH), outside=True) if free else []
        for job in jobs:
            self._jobs[job.pk] = job
            self._begin(job)
        return len(jobs)

    def _begin(self, job: Job) -> None:
        try:
            steps: Steps = call(job)
            out = next(steps)
        except StopIteration:
            self._back.put(Back(job, None))
        except Exception as error:
            self._back.put(Back(job, None, error=error))
        else:
            threading.Thread(target=self._call, args=(Back(job, steps), out), name=job.name, daemon=True).start()

    def _call(self, back: Back, out: Callable[[], Any]) -> None:
        try:
            back.answer = out()
        except Exception as error:
            back.error = error
        self._back.put(back)
        self._ring()


def _end(back: Back) -> None:
    """The rest of a job, inside its transaction. Raises what the job raises."""
    if back.steps is None:
        if back.error is not None:
            raise back.error
        return
    try:
        if back.error is not None:
            back.steps.throw(back.error)
        else:
            back.steps.send(back.answer)
    except StopIteration:
        return
    back.steps.close()
    raise RuntimeError(f"{back.job.name} calls outside more than once")
