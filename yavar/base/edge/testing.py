"""For tests: go through a hot door without a server, and listen as a feed does."""

from collections.abc import Iterable
from typing import Any

import msgspec

from yavar.base.problem import Problem
from yavar.base.writer import Item, NotStored, write_batch

from .app import problem_answer
from .wire import Answer, Door, Later, Request, Stream, Writing


def knock(doors: Iterable[Door], method: str, path: str, body: Any = None, query: str = "", **headers: str) -> Answer | Stream:
    """One request to a door; headers by their names with underscores. Answers what the client would get, or the Stream it would open."""
    door = next(d for d in doors if (d.method, d.path) == (method, path))
    sent = {name.replace("_", "-").lower().encode(): value.encode() for name, value in headers.items()}
    sent.setdefault(b"host", b"testserver")
    data = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else b""
    request = Request(method, path, query.encode(), sent, "127.0.0.1", "http", data)
    try:
        reply: Any = door.handler(request)
        while isinstance(reply, Later):
            reply = reply.call()
        return _written(reply) if isinstance(reply, Writing) else reply
    except Problem as problem:
        return problem_answer(problem, request.language())


def _written(writing: Writing) -> Answer:
    item = Item(writing.write, lambda outcome: None)
    write_batch([item])
    if isinstance(item.outcome, Problem):
        raise item.outcome
    if isinstance(item.outcome, NotStored):
        raise Problem(503, "storage.full", "")
    if isinstance(item.outcome, Exception):
        raise item.outcome
    return writing.finish(item.outcome)


class Ear:
    """Stands where a Feed stands and keeps the frames, decoded: (event, data, id)."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, Any, str | None]] = []

    def offer(self, data: bytes) -> bool:
        """A frame."""
        fields = dict(line.partition(": ")[::2] for line in data.decode().splitlines() if line)
        self.frames.append((fields["event"], msgspec.json.decode(fields["data"]), fields.get("id")))
        return False

    def release(self, missed: Iterable[bytes]) -> None:
        """What was missed."""
        for data in missed:
            self.offer(data)

    def named(self, event: str) -> list[Any]:
        """The data of one kind of frame."""
        return [data for name, data, _id in self.frames if name == event]
