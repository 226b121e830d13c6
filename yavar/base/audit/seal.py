"""A hash chain over the diary, laid by the worker a little behind the present, so that nothing that happens waits for it.

Each seal covers a stretch of event ids: SHA-256 over the digest before it and every event's content in order (as in RFC 6962 logs, without the tree).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from yavar.base import clock
from yavar.base.db import run, sql, transaction
from yavar.base.events.models import Event

from .models import Seal

BEHIND = timedelta(seconds=60)  # on PostgreSQL an event may be committed after one with a higher id
MOST = 2000  # events under one seal
START = "0" * 64


@dataclass(frozen=True)
class Broken:
    """A seal that does not fit: events of its stretch were changed, removed or added afterwards, or the seal itself was."""

    first: int
    last: int
    why: str  # events, or gap


def seal() -> int:
    """Seal what has settled, stretch after stretch. Answers how many events; 0 when there is nothing. Twice is the same as once."""
    number = 0
    while sealed := _seal_next():
        number += sealed
    return number


def _seal_next() -> int:
    last = Seal.objects.order_by("-last").first()
    end, before = (last.last, last.digest) if last else (0, START)
    events = _settled(end)
    if events:
        with transaction():
            Seal.objects.create(first=end + 1, last=events[-1].pk, count=len(events), digest=digest(before, events), at=clock.now())
    return len(events)


def _settled(after: int) -> list[Event]:
    """The next events after a key, up to the first that is too young to be sealed."""
    table = sql.table(Event)
    young = f"SELECT MIN(id) FROM (SELECT id, at FROM {table} WHERE id > ? ORDER BY id LIMIT {MOST}) AS next WHERE at >= ?"
    [first] = run(sql.text(young), (after, sql.moment(clock.now() - BEHIND))).fetchone()
    return sql.pick(Event, f"id > ?{' AND id < ?' if first else ''} ORDER BY id LIMIT {MOST}", [after, first] if first else [after])


def digest(before: str, events: Iterable[Event]) -> str:
    """The chain's next link: hex."""
    found = hashlib.sha256(before.encode())
    for e in events:
        found.update(
            msgspec.json.encode([e.pk, e.name, e.version, e.subject_kind, e.subject_id, e.seq, e.actor, e.via, e.audience, _sorted(e.payload), clock.iso(e.at)])
        )
    return found.hexdigest()


def _sorted(value: object) -> object:
    return msgspec.to_builtins(value, order="sorted") if isinstance(value, dict) else value


def verify() -> Iterator[tuple[Seal, Broken | None]]:
    """Each seal in order, with what is wrong about it. A later seal is judged by the digest that stands before it, so one change is named once."""
    before: Seal | None = None
    for each in Seal.objects.order_by("last").iterator(500):
        events = sql.pick(Event, "id >= ? AND id <= ? ORDER BY id", (each.first, each.last))
        why = None
        if each.first != (before.last if before else 0) + 1:
            why = "gap"
        elif len(events) != each.count or digest(before.digest if before else START, events) != each.digest:
            why = "events"
        yield each, Broken(each.first, each.last, why) if why else None
        before = each
