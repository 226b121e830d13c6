"""The load: keep-alive clients that send as soon as they are answered (or after a pause), in one event loop of its own process."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import uvloop


@dataclass
class Result:
    """What came of a run: answers by status, and every answer's time in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000


def whole(data: bytes) -> bool:
    """Whether a response with a Content-Length has arrived in full."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = data.lower().find(b"content-length: ", 0, head)
    length = int(data[at + 16 : data.index(b"\r\n", at)]) if at >= 0 else 0
    return len(data) >= head + 4 + length


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Iterator[bytes], result: Result, until: float, done: asyncio.Future, pause: float = 0.0) -> None:
        self._requests, self._result, self._until, self._done, self._pause = requests, result, until, done, pause
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._started = time.perf_counter()
        if self._started > self._until:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not whole(self._buffer):
            return
        status = int(self._buffer[9:12])
        self._buffer = b""
        self._result.statuses[status] = self._result.statuses.get(status, 0) + 1
        self._result.seconds.append(time.perf_counter() - self._started)
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._send)
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server hung up"))


def run(port: int, clients: int, seconds: float, requests: Callable[[int], Iterator[bytes]], warm: float = 1.0, pause: float = 0.0) -> Result:
    """`clients` connections for `seconds`, each with its own requests, `pause` seconds after each answer; the warm-up is not counted."""

    async def main() -> Result:
        loop = asyncio.get_running_loop()
        for length in (warm, seconds):
            result, until = Result(), time.perf_counter() + length
            started = time.perf_counter()
            waiting = []
            for number in range(clients):
                done = loop.create_future()
                waiting.append(done)
                mine = requests(number)
                await loop.create_connection(
                    lambda mine=mine, done=done, result=result, until=until: Client(mine, result, until, done, pause), "127.0.0.1", port
                )
            await asyncio.gather(*waiting)
            result.took = time.perf_counter() - started
        return result

    return uvloop.run(main())


def post(path: str, body: bytes, headers: str = "") -> bytes:
    """A request's bytes."""
    return f"POST {path} HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
