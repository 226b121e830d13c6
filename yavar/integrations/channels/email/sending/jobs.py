"""One slot of an inbox's way out: what is due leaves, one after the other, and what came of each is written down before the next."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from yavar.base import clock
from yavar.base.db import is_away, sql
from yavar.base.jobs import Steps, job
from yavar.channels import delivery
from yavar.conversations import deliveries
from yavar.conversations.models import Delivery

from ..channel import KIND
from ..models import Outlet
from . import outlets
from .letter import letter
from .wire import Outcome

log = logging.getLogger("yavar.email")
OFTEN = timedelta(seconds=10)  # between two notes that a server is well
UNSET = timedelta(minutes=1)  # between two looks whether an inbox can send again; whoever sets it up wakes it
SECONDS = 20.0  # that one job goes on


@job(f"{KIND}.send", outside=True)
def send(inbox: int, slot: int) -> Steps:
    """Send what is due in a slot by the inbox's outlet. A server that is away makes all of its slots wait; other inboxes do not notice."""
    outlet, opens = open_outlet(inbox)
    if outlet is None:
        yield lambda: None
        return delivery.wake(inbox, KIND, slot, due=opens)
    delivery.orphaned(inbox, slot)
    yield partial(drain, inbox, slot)
    delivery.go_on(inbox, KIND, slot)


def open_outlet(inbox: int) -> tuple[Outlet | None, datetime]:
    """The way out if it is open now, and else when to look again."""
    now = clock.now()
    found = next(iter(sql.pick(Outlet, "inbox_id = ? AND active", (inbox,))), None)
    if found is None:
        return None, now + UNSET
    return (None, found.paused_until) if found.paused_until and found.paused_until > now else (found, now)


def drain(inbox: int, slot: int) -> None:
    """The call: on a thread of its own, with a database connection that is its own and with no transaction open while it waits for the server. This slot is
    its alone, by the job's lease."""
    until = time.monotonic() + SECONDS
    try:
        while time.monotonic() < until and (outlet := open_outlet(inbox)[0]) and (copy := delivery.next_due(inbox, slot)):
            post = _ready(copy, outlet)
            if deliveries.begin(copy):
                _settle(copy, outlet, post())
    finally:
        connection.close()


def _ready(copy: Delivery, outlet: Outlet) -> Callable[[], Outcome]:
    """What sends this copy. One that cannot be put together fails alone, and the next goes on."""
    try:
        return letter(copy, outlet).send
    except Exception as error:
        if is_away(error):
            raise
        log.exception("copy %s could not be put together", copy.pk)
        failed = Outcome("failed", "inside", str(error))
        return lambda: failed


def _settle(copy: Delivery, outlet: Outlet, outcome: Outcome) -> None:
    state, reason, again_at = outcome.state, outcome.reason, None
    if outcome.trouble:
        again_at = outlets.troubled(outlet.pk, reason, outcome.detail).paused_until
    elif state == Delivery.State.QUEUED:
        again_at = delivery.again_at(copy.attempts + 1)
        if again_at is None:
            state, reason = Delivery.State.FAILED, "gave_up"
    elif outlet.failure or outlet.sent_at is None or clock.now() - outlet.sent_at > OFTEN:
        outlets.well(outlet)
    deliveries.settle(copy.pk, state, reason=reason, detail=outcome.detail, again_at=again_at, counts=not outcome.trouble)
