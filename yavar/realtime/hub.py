"""The hub: one thread follows the Event table and hands frames to the feeds that may hear them. Commits only wake it.

It knows no domain: *voices* (yavar.realtime.public, yavar.realtime.staff) turn a batch of events into frames for topics. A topic is a tuple
like ("visitor", conversation key); a feed subscribes to topics, and a guard may still refuse a frame at the door.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from yavar.base import wake
from yavar.base.db import is_sqlite, run, sql
from yavar.base.edge.feed import Feed, wake_all
from yavar.base.events.models import Event

log = logging.getLogger("yavar.realtime")

Topic = tuple[str, int]
TEAM: Topic = ("team", 0)
BATCH = 500
LOOK_AGAIN = 1.0
LATE = 10.0  # seconds a transaction on PostgreSQL may commit after one with a higher id
FAR = 2000  # ids below the newest in which such a one is looked for: a wider gap is a jump of the sequence, and nobody is in it


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes for everyone on a topic. `about` is the conversation they tell of, for guards."""

    topic: Topic
    data: bytes
    about: int = 0


Voice = Callable[[Sequence[Event]], list[Frame]]
Guard = Callable[[int], bool]  # conversation key -> may this reader hear of it


class Hub:
    """Subscriptions of this process, and the thread that serves them."""

    def __init__(self, voices: Sequence[Voice] = ()) -> None:
        self.voices = list(voices)
        self.ticks: list[Callable[[], None]] = []  # called once a second
        self._topics: dict[Topic, dict[Feed, Guard | None]] = {}
        self._lock = threading.Lock()
        self._last = 0
        self._missing: dict[int, float] = {}  # PostgreSQL: ids not seen yet, and until when they are waited for
        self._stop, self._wanted = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="hub", daemon=True)

    def start(self) -> None:
        """Follow from the newest event on."""
        self._last = newest() if is_sqlite() else max(0, newest() - BATCH)  # what is under way just now has a lower number
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._wanted.set()
        wake.ring()
        self._thread.join(timeout=3)

    def subscribe(self, feed: Feed, topics: Sequence[Topic], guard: Guard | None = None) -> Callable[[], None]:
        """From now on `feed` gets the frames of these topics. Answers what ends it."""
        with self._lock:
            for topic in topics:
                self._topics.setdefault(topic, {})[feed] = guard
        self._wanted.set()

        def end() -> None:
            with self._lock:
                for topic in topics:
                    feeds = self._topics.get(topic, {})
                    feeds.pop(feed, None)
                    if not feeds:
                        self._topics.pop(topic, None)

        return end

    def send(self, frames: Sequence[Frame]) -> None:
        """Hand frames to their readers, from any thread: each feed's loop is told once."""
        asked: list[Feed] = []
        for frame in frames:
            with self._lock:
                readers = list(self._topics.get(frame.topic, {}).items())
            for feed, guard in readers:
                if (guard is None or not frame.about or guard(frame.about)) and feed.offer(frame.data):
                    asked.append(feed)
        wake_all(asked)

    def heard(self, topic: Topic) -> bool:
        """Whether anyone listens to a topic."""
        return topic in self._topics

    def _follow(self) -> None:
        waiter, tick_at = wake.Waiter(), 0.0
        while not self._stop.is_set():
            try:
                while self.look() >= BATCH:
                    pass
                if time.monotonic() > tick_at:
                    tick_at = time.monotonic() + LOOK_AGAIN
                    for tick in self.ticks:
                        tick()
            except Exception:  # a broken database line or a broken voice: readers catch up by their cursors, the hub must live
                log.exception("the hub could not read on")
                connection.close()
            if self._topics:
                waiter.wait(LOOK_AGAIN)
            elif self._wanted.wait(LOOK_AGAIN):  # nobody listened, so no commit need wake us; whoever comes now hears again of the last second
                self._wanted.clear()
        connection.close()

    def look(self) -> int:
        """Read once what is new and tell it. Answers how many events there were."""
        if is_sqlite() and not self._topics:  # nobody listens: only keep up; whoever subscribed meanwhile has read what is older
            last = newest()
            if not self._topics:
                self._last = last
                return 0
        events = self._new()
        if events:
            self._last = max(self._last, events[-1].pk)
            self.tell(events)
        return len(events)

    def tell(self, events: Sequence[Event]) -> None:
        """Turn events into frames and send them. One broken voice does not silence the others."""
        if not self._topics:
            return
        frames: list[Frame] = []
        for voice in self.voices:
            try:
                frames += voice(events)
            except Exception:
                log.exception("a voice failed on events %s..%s", events[0].pk, events[-1].pk)
        self.send(frames)

    def _new(self) -> list[Event]:
        news = sql.pick(Event, "id > ? ORDER BY id LIMIT ?", (self._last, BATCH))
        if is_sqlite():
            return news
        # a number that is missing belongs to a transaction that has not committed yet, or never will: it is asked for until it is LATE
        late, now = sql.by_key(Event, self._missing), time.monotonic()
        came = {event.pk for event in news}
        self._missing = {key: until for key, until in self._missing.items() if key not in late and until > now}
        if news:
            self._missing |= {key: now + LATE for key in range(max(self._last, news[-1].pk - FAR) + 1, news[-1].pk) if key not in came}
        return sorted([*late.values(), *news], key=lambda event: event.pk)


def newest() -> int:
    """The id of the newest event."""
    return int(run(f"SELECT COALESCE(MAX(id), 0) FROM {sql.table(Event)}").fetchone()[0])


_hub: Hub | None = None


def hub() -> Hub:
    """The hub of this process."""
    global _hub
    if _hub is None:
        _hub = Hub()
    return _hub


def reset(new: Hub | None = None) -> Any:
    """For tests: put another hub in its place."""
    global _hub
    before, _hub = _hub, new
    return before
