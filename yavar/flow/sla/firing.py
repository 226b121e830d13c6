"""The clock of promises: a thread of the worker that looks several times a second for timers whose moment has come.

Several workers may look at once: who locks the conversation first brings it up, whoever comes after finds nothing left to do.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection

from yavar.base.db import is_sqlite, run, savepoint, sql, transaction

from . import steadiness
from .course import Known, bring_up, known
from .models import Timer

log = logging.getLogger("yavar.sla")

PAUSE = 0.2  # seconds between two looks
PORTION = 50  # conversations in one transaction
READ = 10  # read together on SQLite: what its time is over for was read for nothing
SLICE = (
    0.012  # seconds after which it ends in any case on SQLite, so that whoever writes beside it need not wait long; on PostgreSQL nobody waits but for these
)
AGAIN = timedelta(minutes=1)  # until one that failed is tried again


def keep(stop: threading.Event) -> None:
    """Until `stop` is set."""
    steadiness.watch()
    while not stop.wait(PAUSE):
        try:
            while not stop.is_set() and fire_due(steadiness.now()):
                pass
        except Exception:  # the database is away for a moment: look again
            log.exception("promises could not be looked at")
            connection.close()


def fire_due(now: datetime) -> int:
    """Do some of what was due by `now`, in one short transaction; answers how many conversations were brought up. One that fails is left for later
    and holds up no other."""
    started, done = time.monotonic(), 0
    if not _found(now):
        return 0
    with transaction():
        for each in _read(_found(now)):
            try:
                with savepoint():
                    bring_up(each, now)
            except Exception:
                log.exception("the promises of conversation %s could not be brought up", each.conversation.pk)
                Timer.objects.filter(conversation=each.conversation, next_at__lte=now).update(next_at=now + AGAIN)
            done += 1
            if is_sqlite() and time.monotonic() - started > SLICE:
                break
    if is_sqlite():
        time.sleep((time.monotonic() - started) / 2)  # whoever writes beside it gets a turn; jobs rest four times as long, but nobody was promised those
    return done


def _found(now: datetime) -> list[int]:
    due = f"SELECT conversation_id FROM {sql.table(Timer)} WHERE next_at <= ? ORDER BY next_at, id LIMIT {PORTION}"
    return list(dict.fromkeys(row[0] for row in run(sql.text(due), (sql.moment(now),)).fetchall()))


def _read(keys: Sequence[int]) -> Iterator[Known]:
    """Those that nobody else is at work on. On SQLite the transaction holds the only lock."""
    together = READ if is_sqlite() else PORTION
    for start in range(0, len(keys), together):
        yield from known(keys[start : start + together], free=True)
