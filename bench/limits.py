"""The raw limits that we compare with, each as small as it can be: `python -m bench.limits NAME PORT FOLDER`.

bare    an ASGI function, msgspec, one INSERT a message, group commit with synchronous=FULL: no rules, no events, no jobs, no fan-out
django  Django's own ASGI handler with one `acreate` a request, on the desk's database settings
hub     an ASGI function that hands a line to every open stream
"""

import asyncio
import os
import sqlite3
import sys
import threading
from pathlib import Path

import msgspec
import uvicorn


class Sent(msgspec.Struct):
    client_id: str
    conversation: str
    text: str


class Bare:
    """Group commit and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._file, self._queue, self._news = str(folder / "bare.sqlite3"), [], threading.Event()
        threading.Thread(target=self._write, daemon=True).start()

    def _write(self) -> None:
        line = sqlite3.connect(self._file, isolation_level=None)
        line.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS m (id INTEGER PRIMARY KEY, c TEXT, k TEXT, t TEXT, UNIQUE (c, k))"
        )
        while True:
            self._news.wait()
            self._news.clear()
            while self._queue:
                batch, self._queue = self._queue[:512], self._queue[512:]
                line.execute("BEGIN IMMEDIATE")
                for _future, sent in batch:
                    line.execute("INSERT INTO m (c, k, t) VALUES (?, ?, ?)", (sent.conversation, sent.client_id, sent.text))
                line.execute("COMMIT")
                self._loop.call_soon_threadsafe(lambda done=batch: [future.set_result(None) for future, _sent in done])

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            self._loop = asyncio.get_running_loop()
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        sent = msgspec.json.decode((await receive())["body"], type=Sent)
        future = self._loop.create_future()
        self._queue.append((future, sent))
        self._news.set()
        await future
        body = msgspec.json.encode(sent)
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


class Hub:
    """Streams and a POST that hands its body to all of them."""

    def __init__(self) -> None:
        self._streams: set[asyncio.Queue] = set()

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        if scope["method"] == "GET":
            queue: asyncio.Queue = asyncio.Queue()
            self._streams.add(queue)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
            await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
            while True:
                await send({"type": "http.response.body", "body": await queue.get(), "more_body": True})
        body = b"data: " + (await receive())["body"] + b"\n\n"
        for queue in self._streams:
            queue.put_nowait(body)
        await send({"type": "http.response.start", "status": 204, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


def django_app():
    """One `acreate` a request in Django's ASGI handler."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yavar.config.settings"
    import types

    import django
    from django.conf import settings

    django.setup()
    settings.MIDDLEWARE = []
    from django.core.asgi import get_asgi_application
    from django.http import HttpResponse
    from django.urls import path

    from yavar.base import clock
    from yavar.base.events.models import Event

    async def write(request):
        sent = msgspec.json.decode(request.body, type=Sent)
        await Event.objects.acreate(
            name="bench", subject_kind=sent.conversation[:20], subject_id=1, actor="x", audience="staff", payload={"t": sent.text}, at=clock.now()
        )
        body = msgspec.json.encode(sent)
        return HttpResponse(body, status=201, headers={"Content-Length": str(len(body))})

    module = types.ModuleType("bench_urls")
    module.urlpatterns = [path("m", write)]
    sys.modules["bench_urls"] = module
    settings.ROOT_URLCONF = "bench_urls"
    return get_asgi_application()


if __name__ == "__main__":
    name, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    app = {"bare": lambda: Bare(folder), "hub": Hub, "django": django_app}[name]()
    uvicorn.run(app, port=port, log_level="error", access_log=False, loop="uvloop", http="httptools", lifespan="off" if name == "django" else "on")
