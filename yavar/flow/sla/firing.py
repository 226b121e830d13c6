"""The clock of promises: a thread of the worker (two on PostgreSQL) that looks ten times a second for timers whose moment has come.

Several workers may look at once: who locks the conversation first brings it up, whoever comes after finds nothing left to do.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection

from yavar.base.db import is_sqlite, run, sql, transaction

from . import steadiness
from .course import Known, bring_up, known
from .models import Timer

log = logging.getLogger("yavar.sla")

PAUSE = 0.1  # seconds between two looks
PORTION = 50  # conversations in one transaction
READ = 10  # read together on SQLite: what its time is over for was read for nothing
SLICE = (
    0.012  # seconds after which it ends in any case on SQLite, so that whoever writes beside it need not wait long; on PostgreSQL nobody waits but for these
)
ALL = (0, 1)
TWO = 2  # threads on PostgreSQL: while its server is at work for one, the other thinks
PATIENCE = 3.0  # seconds that the jobs of this worker let a storm have its way
AGAIN = timedelta(minutes=1)  # until one that failed is tried again

_busy: dict[tuple[int, int], float] = {}  # by part, since when


def keep(stop: threading.Event) -> None:
    """Until `stop` is set."""
    steadiness.watch()
    several = 1 if is_sqlite() else TWO
    threads = [threading.Thread(target=_keep, args=(stop, (each, several)), name="keeper", daemon=True) for each in range(several)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def is_busy() -> bool:
    """Whether what was due just now is still being done: what follows from it may wait until that is over, but not for ever."""
    return any(time.monotonic() - since < PATIENCE for since in list(_busy.values()))


def _keep(stop: threading.Event, part: tuple[int, int]) -> None:
    while not stop.wait(PAUSE):
        try:
            while not stop.is_set() and fire_due(steadiness.now(), part):
                _busy.setdefault(part, time.monotonic())
        except Exception:  # the database is away for a moment: look again
            log.exception("promises could not be looked at")
            connection.close()
        _busy.pop(part, None)


def fire_due(now: datetime, part: tuple[int, int] = ALL) -> int:
    """Do some of what was due by `now`, in one short transaction; answers how many conversations were brought up. One that fails is left for later
    and holds up no other. `part` (which, of how many): only every so manieth conversation."""
    keys = _found(now, part)
    try:
        return _fire(keys, now) if keys else 0
    except Exception:
        log.exception("a portion of promises could not be brought up; now each by itself")
        return sum(_fire_alone(key, now) for key in keys)


def _fire(keys: Sequence[int], now: datetime) -> int:
    started, done = time.monotonic(), 0
    with transaction():
        for each in _read(keys):
            bring_up(each, now)
            done += 1
            if is_sqlite() and time.monotonic() - started > SLICE:
                break
    if is_sqlite():
        time.sleep(time.monotonic() - started)  # whoever writes beside it gets a turn; jobs rest twice as long, but nobody was promised those
    return done


def _fire_alone(key: int, now: datetime) -> int:
    try:
        return _fire([key], now)
    except Exception:
        log.exception("the promises of conversation %s could not be brought up", key)
        with transaction():
            Timer.objects.filter(conversation=key, next_at__lte=now).update(next_at=now + AGAIN)
        return 1


def _found(now: datetime, part: tuple[int, int]) -> list[int]:
    mine = "" if part == ALL else " AND MOD(conversation_id, ?) = ?"
    due = f"SELECT conversation_id FROM {sql.table(Timer)} WHERE next_at <= ?{mine} ORDER BY next_at, id LIMIT {PORTION}"
    values = (sql.moment(now), *(() if part == ALL else (part[1], part[0])))
    return list(dict.fromkeys(row[0] for row in run(sql.text(due), values).fetchall()))


def _read(keys: Sequence[int]) -> Iterator[Known]:
    """Those that nobody else is at work on. On SQLite the transaction holds the only lock."""
    together = READ if is_sqlite() else PORTION
    for start in range(0, len(keys), together):
        yield from known(keys[start : start + together], free=True)
