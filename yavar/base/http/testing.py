"""For tests: a real server that keeps what it gets and answers what it is told."""

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # time.monotonic


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever calls may hang up as they like."""


class Receiver:
    """`answers` are given one after another as (status, body) or (status, body, headers), the last one for ever; none: 200.

    `hang`: take the request and never answer, until it is cleared or the receiver is closed. `endless`: a body of a gigabyte.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.got: list[Got] = []
        self.answers: list[tuple[Any, ...]] = []
        self.hang = self.endless = False
        self.sent = 0  # bytes of an endless body
        self._closed = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.place}"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, number: int = 1, seconds: float = 5) -> list[Got]:
        """The requests, when there are so many. Raises AssertionError when they do not come."""
        until = time.monotonic() + seconds
        while len(self.got) < number:
            assert time.monotonic() < until, f"{len(self.got)} of {number} requests came"
            time.sleep(0.005)
        return list(self.got)

    def _answer(self) -> tuple[int, bytes, Mapping[str, str]]:
        told = (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]) if self.answers else (200, b"")
        return told[0], told[1], told[2] if len(told) > 2 else {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                receiver.got.append(Got(self.command, self.path, dict(self.headers), body, time.monotonic()))
                while receiver.hang and not receiver._closed.wait(0.02):
                    pass
                status, data, more = receiver._answer()
                self.send_response(status)
                for name, value in {"Content-Length": str(GIGABYTE if receiver.endless else len(data)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(data)
                    while receiver.endless and receiver.sent < GIGABYTE:
                        receiver.sent += self.wfile.write(bytes(65536))
                except OSError:
                    self.close_connection = True

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
