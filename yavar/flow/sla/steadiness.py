"""A clock that jumped is not believed at once: two days ahead by mistake would break every promise in one second.

The wall clock is held against the machine's own count of seconds, which runs on through sleep and which nobody sets. After a jump the time before it
goes on to count; when the new time has stood for a while it was no mistake. Being down is no jump.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from yavar.base import clock

JUMP = timedelta(seconds=30)  # what is set right by less is no jump
BELIEVED = timedelta(minutes=10)


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Steadiness:
    """`count` answers seconds that nobody sets, for tests."""

    def __init__(self, count: Callable[[], float] = _since_boot) -> None:
        self._count = count
        self._base: tuple[datetime, float] | None = None  # a moment we believe, and the count just then
        self._doubt: tuple[datetime, float] | None = None  # the moment that the clock shows since a jump, and the count just then

    def trusted(self, shown: datetime) -> datetime:
        """The time that may be acted on, given what the clock shows."""
        count = self._count()
        if self._base is None or abs(shown - self._expected(self._base, count)) < JUMP:
            self._doubt = None
            self._base = (shown, count) if self._base is None else (max(shown, self._base[0]), count)
            return self._base[0]
        if self._doubt is None or abs(shown - self._expected(self._doubt, count)) >= JUMP:
            self._doubt = (shown, count)  # it jumped, or jumped again
        if count - self._doubt[1] >= BELIEVED.total_seconds():
            self._base, self._doubt = (shown, count), None
            return shown
        return self._expected(self._base, count)

    @staticmethod
    def _expected(base: tuple[datetime, float], count: float) -> datetime:
        return base[0] + timedelta(seconds=count - base[1])


_watched: Steadiness | None = None
_one_at_a_time = threading.Lock()  # threads that fire and jobs ask for it at once


def watch() -> None:
    """From now on this process holds its clock to be suspect. Called by whoever fires timers, at start."""
    global _watched
    _watched = _watched or Steadiness()


def forget() -> None:
    """Believe the clock again: for tests, which stop and move it."""
    global _watched
    _watched = None


def now() -> datetime:
    """The time that promises are measured by."""
    with _one_at_a_time:
        return _watched.trusted(clock.now()) if _watched else clock.now()
