"""The line to a stranger: one resolution, every address checked, a connection to exactly what was checked, and a deadline for all that travels on it.

It stands where httpcore expects its network, so the name stays in Host, in SNI and in the certificate's check.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import contextmanager
from typing import Any

import httpcore

from .address import Target, check
from .errors import HttpError, TooSlow, Unreachable


class Line(httpcore.NetworkStream):
    """A connected socket. However the other side drips, nothing is waited for beyond `until` (time.monotonic)."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Whatever comes next."""
        with _failures("answer", "broken"):
            self._sock.settimeout(_left(self._until, "answer"))
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it."""
        with _failures("answer", "broken"):
            self._sock.settimeout(_left(self._until, "answer"))
            self._sock.sendall(buffer)

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> "Line":
        """Go on under TLS; the certificate must be the name's."""
        with _failures("connect", "tls"):
            self._sock.settimeout(_left(self._until, "connect"))
            self._sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        return self

    def close(self) -> None:
        """Hang up."""
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        """Nothing that httpcore would need of us for HTTP/1.1."""
        return None


class Network(httpcore.NetworkBackend):
    """Connects to one target and to nothing else. `connect` and `until` are the caps: seconds for the connection, the end of it all."""

    def __init__(self, target: Target, connect: float, until: float) -> None:
        self._target, self._connect, self._until = target, connect, until

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Iterable[Any] | None = None
    ) -> Line:
        """The first address that takes the call. Raises Refused when any address of the name is not a public one."""
        until = min(self._until, time.monotonic() + self._connect)
        addresses = resolve(self._target.host, self._target.port, until)
        if not self._target.trusted:
            for address in addresses:
                check(address)
        for left in range(len(addresses), 0, -1):
            share = _left(until, "connect") / left  # a dead address leaves time for the next one
            try:
                with _failures("connect", "connect"):
                    sock = socket.create_connection((addresses[-left], self._target.port), share)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return Line(sock, self._until)
            except HttpError:
                if left == 1:
                    raise
        raise Unreachable("name", self._target.host)


def resolve(host: str, port: int, until: float) -> list[str]:
    """Every address of a name, each once. Raises Unreachable `name`, TooSlow: the system's resolver knows no deadline, so it is asked in a thread."""
    found: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = found.get(timeout=_left(until, "connect"))
    except queue.Empty:
        raise TooSlow("connect", host) from None
    if isinstance(answer, OSError):
        raise Unreachable("name", f"{host}: {answer}")
    return list(dict.fromkeys(str(entry[4][0]) for entry in answer))


def _left(until: float, what: str) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TooSlow(what)
    return left


@contextmanager
def _failures(slow: str, broken: str) -> Any:
    try:
        yield
    except TimeoutError as error:
        raise TooSlow(slow) from error
    except (OSError, ssl.CertificateError) as error:
        raise Unreachable(broken, str(error)) from error
