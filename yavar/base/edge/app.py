"""The ASGI application: hot doors and static files at once, everything else over one hop into Django's sync chain."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from a2wsgi import WSGIMiddleware
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.base.writer import Item, Writer

from .feed import RESYNC, Feed
from .hop import LONGEST, Hop, clean, is_short
from .static import Static
from .threads import Threads
from .wire import Answer, Door, Later, Reply, Request, Stream, Writing

log = logging.getLogger("yavar.edge")

PING = 10.0  # seconds of silence after which a comment line proves the stream alive
LOOK = 2.0  # seconds between two looks for silent and stuck streams
CHECK = 15.0  # seconds after which a stream's rights are looked at again
STUCK = 30.0  # seconds a reader may leave a full socket unread
MAX_WAITING = 5000  # items in the writer's queue beyond which we ask to come back
SHORT = "/api/"  # below it answers are never streamed
STREAM_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]


class Edge:
    """One object per process. `wsgi` is Django; `doors` are the hot paths; `writer` answers through `flush`."""

    def __init__(self, wsgi: Any, doors: list[Door], static: Static, threads: int = 8) -> None:
        self._doors = {(door.method, door.path): door for door in doors}
        self._django: Any = WSGIMiddleware(wsgi, workers=threads)
        self._static = static
        self._threads = Threads(threads, "edge")
        self._hop = Hop(wsgi, self._threads)
        self._feeds: dict[Feed, asyncio.Task[None] | None] = {}
        self._closing = self._waking = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.writer = Writer(self.flush)

    def flush(self, batch: list[Item]) -> None:
        """The writer's batch is committed: answer all of it in one call into the loop."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_answer_all, batch)

    def close_streams(self) -> None:
        """End every stream and take no new ones, so that a graceful stop need not wait for them."""
        self._closing = True
        for feed in list(self._feeds):
            feed.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        door = self._doors.get((scope["method"], path))
        if door is not None:
            await self._enter(door, scope, receive, send)
        elif path.startswith("/static/"):
            await _send(send, self._static.answer(scope))
        elif path.startswith(SHORT) and is_short(scope):
            await _send(send, await self._short(clean(scope), receive))
        else:
            await self._django(clean(scope), receive, send)

    async def _short(self, scope: Scope, receive: Receive) -> Answer:
        try:
            body = await _whole(receive, LONGEST)
        except Problem as problem:  # it was cut off, or longer than it said
            return problem_answer(problem, "en")
        return await self._hop(scope, body)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._loop = asyncio.get_running_loop()
                self.writer.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                self.writer.stop()
                self._threads.shutdown(wait=False)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _enter(self, door: Door, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        request = Request(scope["method"], scope["path"], scope["query_string"], dict(scope["headers"]), client[0] if client else "", scope["scheme"])
        try:
            request.body = await _whole(receive, door.max_body)
            reply: Reply = door.handler(request)
            while not isinstance(reply, Answer):
                if isinstance(reply, Later):
                    reply = await asyncio.get_running_loop().run_in_executor(self._threads, reply.call)
                elif isinstance(reply, Writing):
                    reply = await self._write(reply)
                else:
                    await self._stream(reply, receive, send)
                    return
        except Problem as problem:
            reply = problem_answer(problem, request.language())
        except Exception:
            log.exception("%s %s", request.method, request.path)
            reply = problem_answer(Problem(500, "internal", _("Something broke on our side. It has been noted; please try again.")), request.language())
        await _send(send, reply)

    async def _write(self, writing: Writing) -> Answer:
        if self.writer.waiting() > MAX_WAITING:
            raise Problem(503, "busy", _("The desk is very busy. Please try again in a moment."), retry_after=1)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.writer.submit(Item(writing.write, lambda outcome: None if future.done() else future.set_result(outcome)), wake=False)
        if not self._waking:
            # after this turn of the loop, when every request that had arrived stands in the queue: larger commits, less wrestling for the interpreter
            self._waking = True
            asyncio.get_running_loop().call_soon(self._wake_writer)
        outcome = await future
        if isinstance(outcome, Problem):
            raise outcome
        if isinstance(outcome, Exception):
            raise Problem(503, "storage.full", _("The message was not stored. It stays with you; please try again in a moment."), retry_after=5)
        return writing.finish(outcome)

    def _wake_writer(self) -> None:
        self._waking = False
        self.writer.wake()

    async def _stream(self, stream: Stream, receive: Receive, send: Send) -> None:
        if self._closing:
            raise Problem(503, "stopping", _("The desk is being restarted. It will be back in a moment."), retry_after=1)
        loop = asyncio.get_running_loop()
        feed = Feed(loop)
        self._feeds[feed] = asyncio.current_task()
        if len(self._feeds) == 1:
            loop.call_later(LOOK, self._look_after)
        gone = loop.create_task(_until_gone(receive, feed))
        close = await loop.run_in_executor(self._threads, stream.open, feed)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
            await self._pump(stream, feed, send)
        except asyncio.CancelledError:
            if not feed.ended:
                raise  # not by us: `_look_after` ends the feed of a stuck reader first; it will come back with its cursor
        finally:
            gone.cancel()
            self._feeds.pop(feed, None)
            close()

    async def _pump(self, stream: Stream, feed: Feed, send: Send) -> None:
        loop = asyncio.get_running_loop()
        check_at = loop.time() + CHECK
        while not feed.overflown:
            chunk = await feed.next()
            if feed.ended:
                break
            now = loop.time()
            if chunk or now - feed.touched >= PING - LOOK:
                feed.touched, feed.sending = now, True
                await send({"type": "http.response.body", "body": chunk or b":\n\n", "more_body": True})
                feed.sending = False
            if feed.overflown:
                await send({"type": "http.response.body", "body": RESYNC, "more_body": True})
            elif now > check_at:
                if not await loop.run_in_executor(self._threads, stream.check):  # what was told so far may not be theirs any more
                    await send({"type": "http.response.body", "body": RESYNC, "more_body": True})
                    break
                check_at = now + CHECK
        await send({"type": "http.response.body", "body": b""})

    def _look_after(self) -> None:
        """Every few seconds, one look for all streams: the silent ones are woken to send a comment, those stuck in a full socket are let go."""
        if not self._feeds:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        for feed, task in list(self._feeds.items()):
            if feed.sending and now - feed.touched > STUCK and task is not None:
                feed.ended = True
                task.cancel()
            elif not feed.sending and now - feed.touched >= PING - LOOK:
                feed.wake()
        loop.call_later(LOOK, self._look_after)


def problem_answer(problem: Problem, language: str) -> Answer:
    """The problem as a response in the reader's language."""
    with translation.override(language):
        body = problem.body()
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers().items()]
    return Answer(problem.status, body, [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *headers])


def _answer_all(batch: list[Item]) -> None:
    for item in batch:
        item.done(item.outcome)


async def _whole(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "body.incomplete", _("The request was cut off."))
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Problem(413, "body.too_large", _("The request is too large."))
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _until_gone(receive: Receive, feed: Feed) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    feed.end()


async def _send(send: Send, answer: Answer) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
