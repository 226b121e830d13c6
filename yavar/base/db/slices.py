"""Long work on a desk that is open: in small transactions, with rests in which everybody else gets the write lock."""

import time
from collections.abc import Callable, Iterator

from . import is_sqlite, replayable, transaction

SLICE = 0.005  # seconds of writing, after which somebody may be waiting


def in_slices(step: Callable[[], bool]) -> Iterator[None]:
    """Do `step` until it answers False. After each slice this yields, so the caller can say how far it is. A step must be short, and leave in the
    database what the next one needs: the work may be killed at any moment and goes on from there. Slices are not fsynced.
    """
    more = True
    while more:
        with replayable(), transaction():
            started = time.monotonic()
            more = step()
            while more and time.monotonic() - started < SLICE:
                more = step()
            took = time.monotonic() - started
        yield
        rest(took)


def rest(took: float) -> None:
    """After `took` seconds of background writing on SQLite, counted from when the lock was had: whoever waits for it gets it, and a core is free for them (measured: a rest
    half as long as the work doubles what is done behind, and people's p99 with it)."""
    if is_sqlite():
        time.sleep(2 * took)
