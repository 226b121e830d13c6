"""What one open stream still has to send: filled from any thread, emptied by the event loop."""

import asyncio
from collections import deque
from collections.abc import Iterable

MAX_FRAMES = 1000
MAX_BYTES = 1 << 20
RESYNC = b"event: resync\ndata: {}\n\n"


def frame(event: str, data: bytes, id: str | int | None = None) -> bytes:
    """One server-sent event (WHATWG HTML, 9.2). `data` is JSON, so it has no line break."""
    head = f"id: {id}\nevent: {event}\n" if id is not None else f"event: {event}\n"
    return head.encode() + b"data: " + data + b"\n\n"


class Feed:
    """A bounded queue of frames. A reader that is too slow loses the queue and is told to resync; nobody waits for it."""

    __slots__ = ("__weakref__", "_asked", "_bytes", "_held", "_loop", "_news", "_queue", "ended", "overflown", "sending", "touched")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._held = True
        self._asked = False
        self._news = asyncio.Event()
        self.overflown = self.ended = False
        self.touched = loop.time()  # when a byte was last sent, or began to be
        self.sending = False

    def offer(self, data: bytes) -> bool:
        """Add a frame from any thread. True when the loop has to be told (see `wake_all`)."""
        if len(self._queue) >= MAX_FRAMES or self._bytes > MAX_BYTES:
            self._queue.clear()
            self._bytes = 0
            self.overflown = True
        if self.overflown:
            return True
        self._queue.append(data)
        self._bytes += len(data)
        if self._held or self._asked:
            return False
        self._asked = True
        return True

    def release(self, missed: Iterable[bytes]) -> None:
        """What was missed goes first, then what was offered meanwhile; from now on frames flow."""
        self._queue.extendleft(reversed(list(missed)))
        self._held = False
        self._asked = True
        wake_all([self])

    def end(self) -> None:
        """Close the stream from any thread."""
        self.ended = True
        wake_all([self])

    def wake(self) -> None:
        """On the loop's thread only."""
        self._news.set()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    async def next(self) -> bytes:
        """Everything that waits, as one chunk; b'' when it was only woken."""
        if not self._queue or self._held:
            await self._news.wait()
        self._news.clear()
        self._asked = False
        if self._held:
            return b""
        parts: list[bytes] = []
        while self._queue:
            parts.append(self._queue.popleft())
        self._bytes = 0
        return parts[0] if len(parts) == 1 else b"".join(parts)


def wake_all(feeds: list[Feed]) -> None:
    """Tell the loop of these feeds, once for all of them; from any thread."""
    if feeds:
        feeds[0].loop.call_soon_threadsafe(_wake, feeds)


def _wake(feeds: list[Feed]) -> None:
    for feed in feeds:
        feed.wake()
