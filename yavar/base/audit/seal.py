"""A hash chain over the diary, laid by the worker a little behind the present, so that nothing that happens waits for it.

Each seal covers a stretch of event ids: SHA-256 over the digest before it and every event's content in order (as in RFC 6962 logs, without the tree).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from yavar.base import clock
from yavar.base.db import transaction
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
    why: str  # events, chain or gap


def seal() -> int:
    """Seal what has settled, one stretch at a time. Answers how many events; 0 when there is nothing. Twice is the same as once."""
    last = Seal.objects.order_by("-last").first()
    settled = Event.objects.filter(pk__gt=last.last if last else 0, at__lt=clock.now() - BEHIND).order_by("pk")
    events = list(settled[:MOST])
    if not events:
        return 0
    # an imported event may lie in the past: only a stretch without an unsettled one below its end is sealed
    young = Event.objects.filter(pk__gt=last.last if last else 0, pk__lt=events[-1].pk, at__gte=clock.now() - BEHIND).order_by("pk").first()
    events = [event for event in events if young is None or event.pk < young.pk]
    if not events:
        return 0
    with transaction():
        Seal.objects.create(
            first=(last.last if last else 0) + 1, last=events[-1].pk, count=len(events), digest=digest(last.digest if last else START, events), at=clock.now()
        )
    return len(events)


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
        events = list(Event.objects.filter(pk__gte=each.first, pk__lte=each.last).order_by("pk"))
        why = None
        if each.first != (before.last if before else 0) + 1:
            why = "gap"
        elif len(events) != each.count or digest(before.digest if before else START, events) != each.digest:
            why = "events"
        yield each, Broken(each.first, each.last, why) if why else None
        before = each
