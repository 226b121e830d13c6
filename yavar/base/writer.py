"""Group commit, one item at a time.

Whatever waits is drained into one transaction; an item that fails fails alone; one COMMIT (`synchronous=FULL`) makes
all of them lasting; then, and only then, each gets its answer. If BEGIN or COMMIT fails, nobody is acknowledged.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection

from yavar.base.db import transaction
from yavar.base.problem import Problem

log = logging.getLogger("yavar.writer")

BATCH = 512
Outcome = Any  # what the item answered, or the exception it raised


@dataclass(slots=True)
class Item:
    """One piece of writing, validated and authorised before it came here. `write` runs inside the transaction, perhaps twice."""

    write: Callable[[], Any]
    done: Callable[[Outcome], None]  # called on the writer's thread after the commit, with the answer or the exception
    outcome: Outcome = None


class NotStored(Exception):
    """The commit failed: nothing of this item is in the database. Trying again later is safe."""


class Writer:
    """The writer's thread and its queue."""

    def __init__(self, flushed: Callable[[list[Item]], None] | None = None) -> None:
        self._queue: deque[Item] = deque()
        self._news = threading.Event()
        self._stopping = False
        self._flushed = flushed or _answer_each
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        self._stopping = True
        self._news.set()
        self._thread.join(timeout=10)

    def submit(self, item: Item, *, wake: bool = True) -> None:
        """Queue an item from any thread. Whoever queues several says `wake` with the last."""
        self._queue.append(item)
        if wake:
            self.wake()

    def wake(self) -> None:
        """Begin with what waits."""
        self._news.set()

    def waiting(self) -> int:
        """How many items wait (for health and back-pressure)."""
        return len(self._queue)

    def _work(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                write_batch(batch)
                self._flushed(batch)
            if self._stopping:
                connection.close()
                return


def _answer_each(batch: list[Item]) -> None:
    for item in batch:
        item.done(item.outcome)


def write_batch(batch: list[Item]) -> None:
    """Write a batch in one transaction and put each item's outcome on it.

    Nearly always every item is good, so first they go without savepoints (two statements fewer for each). When anything fails, all of it is
    rolled back and written again, each item in a savepoint of its own: a bad one then fails alone.
    """
    if not _written(batch, lambda item: item.write()) and not _written(batch, write_one):
        for item in batch:
            item.outcome = NotStored("the transaction failed")


def _written(batch: list[Item], write: Callable[[Item], Outcome]) -> bool:
    try:
        with transaction():
            for item in batch:
                item.outcome = write(item)
    except Exception as error:
        log.log(logging.ERROR if write is write_one else logging.DEBUG, "a batch of %s was not stored: %s", len(batch), error)
        if not isinstance(error, Problem):
            connection.close()
        return False
    return True


def write_one(item: Item) -> Outcome:
    """One item in a savepoint of its own; what it raises is its outcome. A lost race for a unique key is tried once more: now the other's row is there."""
    for attempt in (1, 2):
        mark = str(connection.savepoint())
        try:
            answer = item.write()
            connection.savepoint_commit(mark)
            return answer
        except Exception as error:
            # a full disk may end the transaction under us; then this raises too and the whole batch is not stored
            connection.needs_rollback = False  # a verb inside may have asked for it; the savepoint does it
            connection.savepoint_rollback(mark)
            connection.savepoint_commit(mark)
            if attempt == 1 and _is_race(error):
                continue
            if not isinstance(error, Problem):
                log.exception("an item could not be written")
            return error
    raise AssertionError("unreachable")


def _is_race(error: Exception) -> bool:
    return isinstance(error, IntegrityError) or type(error).__name__ in ("IntegrityError", "UniqueViolation")
