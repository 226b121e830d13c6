"""For tests: a worker in the test's own thread."""

import time
from collections.abc import Callable
from datetime import timedelta

from yavar.base import clock
from yavar.base.jobs import Outside, run_due

from .jobs import wake_due


class Work:
    """Does what a running desk's worker does, one turn after another, until something is so."""

    def __init__(self) -> None:
        self.outside = Outside()

    def until(self, so: Callable[[], object], seconds: float = 3) -> None:
        """Raises AssertionError when it does not come to that."""
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "it did not come to that"
            self.turn()
            time.sleep(0.002)

    def turn(self) -> None:
        """What is due now."""
        run_due()
        self.outside.turn()

    def all(self, seconds: float = 3) -> None:
        """Everything that is due now, and nothing is under way any more."""
        quiet = 0
        end = time.monotonic() + seconds
        while quiet < 3:
            assert time.monotonic() < end, "it does not come to rest"
            touched = run_due() + self.outside.turn() + self.outside.under_way
            quiet = 0 if touched else quiet + 1
            time.sleep(0.002)

    def after(self, seconds: float) -> None:
        """Everything that is due so many seconds from now, by the clock alone."""
        with clock.stopped_at(clock.now() + timedelta(seconds=seconds)):
            wake_due()
            self.all()
