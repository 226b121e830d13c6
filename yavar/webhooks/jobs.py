"""What this room does later: hand a fact out to its endpoints, post, start anew what failed, look after the rest."""

import logging
import zlib
from datetime import datetime, timedelta

from django.conf import settings

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events.models import Event
from yavar.base.http import HttpError
from yavar.base.jobs import Steps, job, leave
from yavar.base.jobs.models import Job

from .models import ACTIVE, BY_HAND, SLOTS, Delivery, Endpoint
from .outcome import of_answer, of_error, settle
from .posting import next_post

log = logging.getLogger("yavar.webhooks")

KEPT = timedelta(days=30)
SLICE = 50
FAN_OUT, DELIVER, REPLAY = "webhooks.fan_out", "webhooks.deliver", "webhooks.replay"


def message_of(event_id: int) -> str:
    """The webhook-id of an event: random to look at, and always the same, so that a receiver knows a repeat whatever happened to us in between."""
    return "msg_" + crypto.hmac_sha256(settings.SECRET_KEY, f"webhook message {event_id}")[:24]


def slot_of(message: str) -> int:
    """Which of an endpoint's slots a message stands in."""
    return zlib.crc32(message.encode()) % SLOTS


@job(FAN_OUT, replayable=True)
def fan_out(event_id: int) -> None:
    """A delivery for each endpoint that wants the event. Twice is the same as once."""
    event, now, message = Event.objects.get(pk=event_id), clock.now(), message_of(event_id)
    endpoints = [each for each in Endpoint.objects.filter(state__in=ACTIVE) if each.wants(event.name)]
    Delivery.objects.bulk_create(
        [Delivery(endpoint=each, message=message, event=event_id, name=event.name, slot=slot_of(message), next_at=now, created_at=now) for each in endpoints],
        ignore_conflicts=True,
    )
    for each in endpoints:
        wake(each.pk, slot_of(message))


def wake(endpoint: int, slot: int) -> None:
    """Something is due in a slot: leave its job, unless it has one."""
    leave(DELIVER, args={"endpoint": endpoint, "slot": slot}, unique_key=_key(endpoint, slot))


def _key(endpoint: int, slot: int) -> str:
    return f"{DELIVER}:{endpoint}:{slot}"


@job(DELIVER, outside=True, replayable=True)
def deliver(endpoint: int, slot: int) -> Steps:
    """Post what is due first in a slot, put down what came of it, and go on while more is due."""
    post = next_post(endpoint, slot)
    if post is None:
        return
    try:
        outcome = of_answer((yield post.send))
    except Exception as error:
        if not isinstance(error, HttpError):
            log.exception("delivery %s could not be posted", post.delivery)
        outcome = of_error(error)
    settle(post.delivery, outcome)
    if _due(endpoint, slot):
        wake(endpoint, slot)


def _due(endpoint: int, slot: int) -> bool:
    return Delivery.objects.filter(endpoint_id=endpoint, slot=slot, next_at__lte=clock.now(), endpoint__state__in=ACTIVE).exists()


def wake_due() -> None:
    """Each second: slots whose next try is due, and the net under a lost wake."""
    due = [(key, slot) for key in Endpoint.objects.filter(state__in=ACTIVE).values_list("pk", flat=True) for slot in range(BY_HAND + 1) if _due(key, slot)]
    known = set(Job.objects.filter(unique_key__in=[_key(*each) for each in due]).values_list("unique_key", flat=True)) if due else set()
    missing = [each for each in due if _key(*each) not in known]
    if missing:
        with transaction():
            for endpoint, slot in missing:
                wake(endpoint, slot)


@job(REPLAY, replayable=True)
def replay(endpoint: int, since: str, after: int = 0) -> None:
    """Start anew what failed since a time, a slice of it; the rest is left to the next job."""
    failed = Delivery.objects.filter(endpoint_id=endpoint, pk__gt=after, state__in=(Delivery.State.FAILED, Delivery.State.DEAD))
    found = list(failed.filter(created_at__gte=datetime.fromisoformat(since)).exclude(event=None).order_by("pk")[:SLICE])
    for each in found:
        each.state, each.attempts, each.next_at = Delivery.State.WAITING, 0, clock.now()
    for slot in {each.slot for each in found}:
        wake(endpoint, slot)  # the job before the rows, as `deliver` does it: two who lock in one order cannot block each other
    Delivery.objects.bulk_update(found, ["state", "attempts", "next_at"])
    if len(found) == SLICE:
        leave(REPLAY, args={"endpoint": endpoint, "since": since, "after": found[-1].pk})


def sweep() -> int:
    """Every ten seconds a slice: deliveries of more than 30 days ago, removed endpoints with all that is theirs. Answers how many deliveries went."""
    oldest = Delivery.objects.order_by("pk").values_list("pk", "created_at")[:SLICE]
    keys = [key for key, at in oldest if at < clock.now() - KEPT]
    removed = Endpoint.objects.filter(state=Endpoint.State.REMOVED).order_by("pk").values_list("pk", flat=True).first()
    if removed is not None and not keys:
        keys = list(Delivery.objects.filter(endpoint_id=removed).order_by("-pk").values_list("pk", flat=True)[:SLICE])
    with transaction():
        if keys:
            Delivery.objects.filter(pk__in=keys).delete()
        elif removed is not None:
            Endpoint.objects.filter(pk=removed).delete()
    return len(keys)
