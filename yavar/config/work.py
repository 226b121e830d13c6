"""The worker: one thread does jobs, one hands out those that call outside, one keeps the timetable, and the channels' keepers wait for what comes in."""

import logging
import os
import threading
import time

from django.db import connection

from yavar.base.db import is_sqlite
from yavar.base.jobs import BATCH, Outside, forget_leases, run_due
from yavar.base.wake import Waiter, ring
from yavar.flow.sla import firing

from . import wiring
from .serve import freeze

log = logging.getLogger("yavar.work")

GATHER = 0.1  # seconds after news: what comes in the same moment is claimed and written together, a third of the work for each


def work(stop: threading.Event) -> None:
    """Until `stop` is set."""
    os.nice(10)  # whoever waits for an answer comes first
    wiring.wire()
    freeze()
    if is_sqlite():
        forget_leases()
    clock = threading.Thread(target=_keep_timetable, args=(stop,), name="timetable", daemon=True)
    clock.start()
    outside = threading.Thread(target=Outside().run, args=(stop,), name="outside", daemon=True)
    outside.start()
    keepers = [threading.Thread(target=keep, args=(stop,), name="keeper", daemon=True) for keep in wiring.KEEPERS]
    for keeper in keepers:
        keeper.start()
    threading.Thread(target=_end_waiting, args=(stop,), name="end", daemon=True).start()
    waiter = Waiter()
    while not stop.is_set():
        while firing.is_busy() and not stop.wait(0.02):  # whom a second was promised comes before whoever hears of it
            pass
        try:
            busy = run_due()
        except Exception:  # the database is away for a moment: look again
            log.exception("jobs could not be claimed")
            connection.close()
            busy = 0
        if busy < BATCH and (busy or waiter.wait(1.0)):
            stop.wait(GATHER)
    for keeper in keepers:
        keeper.join(timeout=2)
    outside.join(timeout=4)
    clock.join(timeout=1)


def _end_waiting(stop: threading.Event) -> None:
    stop.wait()
    ring()


def _keep_timetable(stop: threading.Event) -> None:
    due = [time.monotonic()] * len(wiring.TIMETABLE)
    while not stop.wait(max(0.05, min(due) - time.monotonic())):
        for index, (every, call) in enumerate(wiring.TIMETABLE):
            if due[index] > time.monotonic():
                continue
            due[index] = time.monotonic() + every.total_seconds()
            try:
                call()
            except Exception:
                log.exception("%s failed; it comes again in %s", getattr(call, "__name__", call), every)
                connection.close()
