"""Wake-up calls after a commit. A lost call costs latency, never a message: everyone who waits also looks again by themselves.

Inside the process a bell rings. Between processes SQLite's `PRAGMA data_version` is looked at every 50 ms (2 µs a look), PostgreSQL
carries NOTIFY on a connection of its own.
"""

import threading
import time
import weakref
from functools import cache

from django.db import connection, connections

from yavar.base.db import is_sqlite, run

CHANNEL = "yavar"
LOOK = 0.05  # seconds between two looks at data_version
REST = 0.01  # seconds between two calls of NOTIFY: on a busy desk several commits share one

_bells: "weakref.WeakSet[Waiter]" = weakref.WeakSet()


def announce() -> None:
    """Something was committed: ring every bell of this process and, on PostgreSQL, tell the others."""
    ring()
    if not is_sqlite():
        _shouter().shout()


def ring() -> None:
    """Ring every bell of this process: there is news, or it is time to end."""
    for waiter in list(_bells):
        waiter.ring()


class Waiter:
    """One thread's place to wait for news. Make it in the thread that waits."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._seen = self._version()
        _bells.add(self)

    def ring(self) -> None:
        """Wake it from any thread of this process."""
        self._rung.set()

    def wait(self, seconds: float) -> bool:
        """Until news or `seconds` have passed. True for news."""
        return self._wait_sqlite(seconds) if is_sqlite() else self._wait_postgresql(seconds)

    def _version(self) -> int:
        if not is_sqlite():
            return 0
        with connection.cursor() as cursor:
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])

    def _wait_sqlite(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._rung.wait(min(LOOK, left)):
                self._rung.clear()
                self._seen = self._version()
                return True
            if (version := self._version()) != self._seen:
                self._seen = version
                return True
        return False

    def _wait_postgresql(self, seconds: float) -> bool:
        _ear()  # hears NOTIFY for the whole process and rings the bells
        heard = self._rung.wait(seconds)
        self._rung.clear()
        return heard


class _Shouter(threading.Thread):
    """Sends NOTIFY outside of anyone's transaction; calls that come together become one."""

    def __init__(self) -> None:
        super().__init__(name="notify", daemon=True)
        self._wanted = threading.Event()
        self.line = 0  # the server's number of our connection
        self.start()

    def shout(self) -> None:
        self._wanted.set()

    def run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                run(f"NOTIFY {CHANNEL}")
                self.line = connection.connection.info.backend_pid
                time.sleep(REST)
            except Exception:  # the line to the database fell: the sleepers look by themselves within a second, the next call opens it anew
                connection.close()


class _Ear(threading.Thread):
    """LISTENs on a connection of its own and rings the bells of this process."""

    def __init__(self) -> None:
        super().__init__(name="listen", daemon=True)
        self.start()

    def run(self) -> None:
        while True:
            try:
                db = connections["default"]
                db.ensure_connection()
                db.connection.execute(f"LISTEN {CHANNEL}")
                while True:
                    for note in db.connection.notifies(timeout=30):
                        if note.pid != _shouter().line:  # who announced rang here already
                            ring()
            except Exception:  # as above: polling is the net, try the line again
                connections["default"].close()
                time.sleep(1)


@cache
def _shouter() -> _Shouter:
    return _Shouter()  # two threads that ask at once may make two: the spare one only sleeps


@cache
def _ear() -> _Ear:
    return _Ear()
