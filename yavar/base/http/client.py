"""Calling a stranger, once or along a few redirects."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx
from django.db import connection

from yavar import __version__

from .address import Target, read
from .errors import HttpError, InTransaction, Refused, TooLarge, Unreachable
from .line import Network

CONNECT, TOTAL = 5.0, 15.0  # seconds
READ = 64 * 1024  # bytes of an answer's body
MOVED = {301, 302, 303, 307, 308}
SECRET = {"authorization", "cookie"}  # headers meant for one origin


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is as it was sent (we ask for no compression); `seconds` counts from the first resolution to the last byte read."""

    status: int
    headers: httpx.Headers
    body: bytes
    seconds: float
    url: str = ""  # where it came from, after redirects


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", redirects: int = 0, limit: int = READ, whole: bool = True,
    connect: float = CONNECT, total: float = TOTAL,
) -> Answer:  # fmt: skip
    """Send one request and read up to `limit` bytes of the answer's body; the caps on time are seconds, `total` counts over all hops.

    `redirects` is how many are followed, each hop checked anew; 0 answers the redirect itself. Only GET and HEAD may follow.
    Not `whole`: the head of the body will do, and once the status is known neither a long nor a slow body is an error.
    Raises Refused, Unreachable, TooSlow, TooLarge (`whole` alone), InTransaction.
    """
    if connection.in_atomic_block:
        raise InTransaction(f"{method} inside a transaction")
    if redirects and method not in ("GET", "HEAD"):
        raise ValueError(f"{method} follows no redirects")
    started, target, sent = time.monotonic(), read(url), dict(headers or {})
    for _hop in range(redirects + 1):
        status, got, data = _call(method, target, sent, body, limit, whole, connect, started + total)
        if not redirects or status not in MOVED:
            return Answer(status, got, data, time.monotonic() - started, str(target.url))
        before, target = target, _next(target, got)
        if (before.url.scheme, before.host, before.port) != (target.url.scheme, target.host, target.port):
            sent = {name: value for name, value in sent.items() if name.lower() not in SECRET}
    raise Refused("redirects")


def _call(
    method: str, target: Target, headers: Mapping[str, str], body: bytes, limit: int, whole: bool, connect: float, until: float
) -> tuple[int, httpx.Headers, bytes]:
    always = {"User-Agent": f"Yavar/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    request = httpx.Request(method, target.url, headers={**always, **headers}, content=body)
    origin = httpcore.Origin(target.url.raw_scheme, target.url.raw_host, target.port)
    asked = httpcore.Request(
        method, httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target.url.raw_path), headers=request.headers.raw, content=body
    )
    try:
        with httpcore.HTTPConnection(origin, _trust(), network_backend=Network(target, connect, until)) as line:
            response = line.handle_request(asked)
            return response.status, httpx.Headers(response.headers), _body(response, limit, whole)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise Unreachable("broken", str(error)) from error


def _body(response: httpcore.Response, limit: int, whole: bool) -> bytes:
    found = bytearray()
    try:
        for block in response.iter_stream():
            found += block
            if len(found) > limit:
                break
    except (HttpError, httpcore.ProtocolError):
        if whole:
            raise
    if whole and len(found) > limit:
        raise TooLarge("body", f"more than {limit} bytes")
    return bytes(found[:limit])


def _next(target: Target, headers: httpx.Headers) -> Target:
    if not headers.get("location"):
        raise Refused("redirects", "a redirect to nowhere")
    try:
        return read(str(target.url.join(headers["location"])))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("url", str(error)) from None


@cache
def _trust() -> ssl.SSLContext:
    """Whom certificates may come from: certifi's list, and what the operator's system trusts (a private authority of an intranet)."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
