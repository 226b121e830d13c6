"""What comes of a post: for its delivery, and for the endpoint."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from yavar.base import clock
from yavar.base.db import after_commit
from yavar.base.events import Actor, record
from yavar.base.http import Answer, HttpError

from . import wanted
from .events import WebhookSwitched
from .models import ACTIVE, Delivery, Endpoint
from .posting import HEAD, TEST

# the waits between tries that the specification gives as its example: ten tries in three days
WAITS = [
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]  # fmt: skip
JITTER = 0.2  # up to so much of a wait longer: those who failed together do not come back together
PATIENCE = timedelta(days=5)  # an endpoint that takes nothing for so long is switched off
LATER = (429, 502, 503, 504)  # whoever answers these may say when to come back
GONE = 410

State, Mood = Delivery.State, Endpoint.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a post ended. `status` None: there was no answer, and `error` says why."""

    status: int | None = None
    error: str = ""
    seconds: float | None = None
    response: str = ""
    wait: timedelta | None = None  # the receiver asked for it

    @property
    def good(self) -> bool:
        """Taken."""
        return self.status is not None and 200 <= self.status < 300


def of_answer(answer: Answer) -> Outcome:
    """There was an answer."""
    asked = answer.headers.get("retry-after", "")
    wait = timedelta(seconds=min(int(asked), 24 * 3600)) if answer.status in LATER and asked.isascii() and asked.isdecimal() and len(asked) < 9 else None
    text = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    return Outcome(answer.status, "", answer.seconds, text[:HEAD], wait)


def of_error(error: Exception) -> Outcome:
    """There was none."""
    if not isinstance(error, HttpError):
        return Outcome(error="inside")
    kind = type(error).__name__
    return Outcome(error=error.reason if kind == "HttpError" else f"{kind}.{error.reason}".lower())


def settle(delivery_id: int, outcome: Outcome) -> None:
    """Put it down, inside the open transaction. Twice is two tries."""
    delivery = Delivery.objects.select_related("endpoint").filter(pk=delivery_id).first()
    if delivery is None:  # swept meanwhile
        return
    now = clock.now()
    delivery.attempts += 1
    delivery.at, delivery.status, delivery.error = now, outcome.status, outcome.error
    delivery.seconds, delivery.response = outcome.seconds, outcome.response
    delivery.state, delivery.next_at = (State.DELIVERED, None) if outcome.good else _after_failure(delivery, outcome, now)
    delivery.save(update_fields=["attempts", "at", "status", "error", "seconds", "response", "state", "next_at"])
    if outcome.good:
        if delivery.endpoint.state == Mood.FAILING:
            Endpoint.objects.filter(pk=delivery.endpoint_id, state=Mood.FAILING).update(state=Mood.OK, failing_since=None)
    elif delivery.name != TEST:
        _mind(delivery.endpoint, outcome)


def _after_failure(delivery: Delivery, outcome: Outcome, now: datetime) -> tuple[str, datetime | None]:
    if delivery.name == TEST or delivery.attempts > len(WAITS):
        return State.DEAD, None
    wait = max(WAITS[delivery.attempts - 1] * random.uniform(1, 1 + JITTER), outcome.wait or timedelta())
    return State.FAILED, now + wait


def _mind(endpoint: Endpoint, outcome: Outcome) -> None:
    """A failing endpoint is marked, and at last switched off. Conditions in the statements: two slots may fail at once."""
    Endpoint.objects.filter(pk=endpoint.pk, state=Mood.OK).update(state=Mood.FAILING, failing_since=clock.now())
    if outcome.status == GONE:
        _switch_off(endpoint, "gone")
    elif endpoint.failing_since is not None and clock.now() - endpoint.failing_since >= PATIENCE:
        _switch_off(endpoint, "failed")


def _switch_off(endpoint: Endpoint, why: str) -> None:
    if Endpoint.objects.filter(pk=endpoint.pk, state__in=ACTIVE).update(state=Mood.OFF, why=why):
        record(WebhookSwitched(endpoint.pk, False, why), subject=("webhook", endpoint.pk), by=Actor("system"))
        after_commit(wanted.refresh)
