"""A target that counts working time, can be stopped and goes on."""

from datetime import datetime, timedelta

import msgspec

from yavar.people.hours.counting import Hours

ZERO = timedelta()


class Stopwatch(msgspec.Struct, frozen=True):
    """`left` of the target when it last began to run (negative: more than all of it was used), and since when it has run; None while it stands still."""

    left: timedelta
    since: datetime | None = None

    def run(self, at: datetime) -> "Stopwatch":
        """From `at` on it counts. Running already, it goes on as it does."""
        return self if self.since else Stopwatch(self.left, at)

    def stop(self, at: datetime, hours: Hours) -> "Stopwatch":
        """From `at` on it does not count."""
        return Stopwatch(self.left_at(at, hours))

    def left_at(self, at: datetime, hours: Hours) -> timedelta:
        """How much is left at a moment; negative when it is over."""
        return self.left - hours.between(self.since, at) if self.since and at > self.since else self.left

    def due(self, hours: Hours) -> datetime | None:
        """When nothing will be left; None while it stands still. What was over before it went on is due at once. Raises NeverOpen."""
        if self.since is None:
            return None
        return hours.add(self.since, self.left) if self.left > ZERO else self.since
