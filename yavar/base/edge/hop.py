"""The hop into Django for short requests and whole answers: read on the loop, answered on a thread, one way there and one back.

a2wsgi, which does the same for streams of any length, costs half a millisecond a request in its queues between loop and thread: a third of what an
answer of the API costs altogether (bench/README.md). Uploads, downloads and pages still go that way.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from io import BytesIO
from typing import Any, cast
from urllib.parse import quote_from_bytes

from a2wsgi.wsgi import build_environ

from .wire import Answer

LONGEST = 256 * 1024
Scope = dict[str, Any]


def is_short(scope: Scope) -> bool:
    """Whether the body is announced and short, so that it may be read whole."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" not in headers and length.isdigit() and int(length) <= LONGEST


def clean(scope: Scope) -> Scope:
    """A query of raw bytes, which no browser sends, with those bytes percent-encoded: WSGI's environment knows only text."""
    query: bytes = scope["query_string"]
    return scope if query.isascii() else {**scope, "query_string": quote_from_bytes(query, safe="%&=+;/?:@-._~!$'()*,").encode()}


class Hop:
    """Calls a WSGI application (PEP 3333) on the given threads."""

    def __init__(self, wsgi: Callable[..., Any], threads: Executor) -> None:
        self._wsgi, self._threads = wsgi, threads

    async def __call__(self, scope: Scope, body: bytes) -> Answer:
        """The whole answer."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._call, scope, body)

    def _call(self, scope: Scope, body: bytes) -> Answer:
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            told[:] = [int(status[:3]), headers]

        environ = build_environ(cast(Any, scope), cast(Any, BytesIO(body)))
        chunks = self._wsgi(environ, start_response)
        try:
            data = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = told
        return Answer(status, data, [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers if name.lower() != "content-length"])
