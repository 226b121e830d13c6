"""Rate limits in memory: a bucket of tokens per key. They protect the desk from floods; they are no accounting and are forgotten at a restart."""

import time
from collections import OrderedDict


class Rate:
    """`burst` at once, then `per_second`. 0 per second switches the limit off. Keeps the last `keys` keys."""

    def __init__(self, per_second: float, burst: float, keys: int = 50_000) -> None:
        self._per_second, self._burst, self._keys = per_second, burst, keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Take one token: 0 when there was one, else the whole seconds until there will be."""
        if not self._per_second:
            return 0
        now = time.monotonic()
        left, at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        wait = 0 if left >= 1 else int((1 - left) / self._per_second) + 1
        self._buckets[key] = (left - 1 if not wait else left, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return wait

    def left(self, key: str) -> tuple[int, int, int]:
        """The limit as headers say it: (the most at once, how many of it are left, whole seconds until it is full again)."""
        if not self._per_second:
            return int(self._burst), int(self._burst), 0
        left, at = self._buckets.get(key, (self._burst, time.monotonic()))
        left = min(self._burst, left + (time.monotonic() - at) * self._per_second)
        return int(self._burst), int(left), int((self._burst - left) / self._per_second) + 1 if left < self._burst else 0
