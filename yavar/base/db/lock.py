"""The write lock of an SQLite desk: first come, first served inside the process, then `flock` between processes, then BEGIN.

SQLite's own busy handler polls with growing pauses, so under a busy worker an agent's write can wait for seconds. A fair queue makes
everybody wait for their turn and no longer.
"""

import fcntl
import os
import threading
from collections import deque
from functools import cache


class WriteLock:
    """Fair lock on one database file. Not re-entrant: one holder is one open transaction."""

    def __init__(self, path: str) -> None:
        self._path = path + ".lock"
        self._gate = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False
        self._file: int | None = None
        self._pid = 0

    def acquire(self) -> None:
        """Wait for the turn of this thread in this process, then for this process among all."""
        turn: threading.Lock | None = None
        with self._gate:
            if self._held:
                turn = threading.Lock()
                turn.acquire()
                self._queue.append(turn)
            self._held = True
        if turn is not None:
            turn.acquire()
        try:
            fcntl.flock(self._descriptor(), fcntl.LOCK_EX)
        except BaseException:
            self._pass_on()
            raise

    def release(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._descriptor(), fcntl.LOCK_UN)
        self._pass_on()

    def _pass_on(self) -> None:
        with self._gate:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False

    def _descriptor(self) -> int:
        # a forked child must not share its parent's open file: flock belongs to the open file, not to the process
        if self._file is None or self._pid != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._file


@cache
def write_lock(path: str) -> WriteLock:
    """The lock of the database at `path`; one object per process."""
    return WriteLock(path)
