"""Verbs of owners about webhooks. Each records one fact, in the past tense."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from yavar.base import clock, crypto, http
from yavar.base.db import after_commit, transaction
from yavar.base.events import Actor, record
from yavar.base.jobs import leave
from yavar.base.problem import Problem

from . import told, wanted
from .events import WebhookAdded, WebhookChanged, WebhookRemoved, WebhookReplayed, WebhookSwitched, WebhookTested
from .jobs import REPLAY, wake
from .models import ACTIVE, BY_HAND, Delivery, Endpoint
from .posting import TEST
from .words import refusal

MOST = 20
OVERLAP = timedelta(hours=24)  # so long posts are signed with the old secret too
LONGEST_NAME = 80


def new_secret() -> str:
    """256 random bits in the form of the specification."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def add(*, name: str, url: str, events: Sequence[str] = ("*",), by: Actor) -> tuple[Endpoint, str]:
    """A new endpoint, told from now on, and its secret. Raises Problem 422 with `field`, 409 when there are too many."""
    checked = {"name": _name(name), "url": _url(url), "events": _events(events)}
    secret = new_secret()
    with transaction():
        if Endpoint.objects.exclude(state=Endpoint.State.REMOVED).count() >= MOST:
            raise Problem(409, "webhook.too_many", _("There are as many webhooks as a desk can have."))
        endpoint = Endpoint.objects.create(**checked, secret=crypto.seal(secret), created_at=clock.now())
        _tell(WebhookAdded(endpoint.pk), endpoint, by)
    return endpoint, secret


def change(endpoint: Endpoint, *, name: str | None = None, url: str | None = None, events: Sequence[str] | None = None, by: Actor) -> Endpoint:
    """Change what it is called, where it is, what it wants; what is left out stays. Raises Problem 422 with `field`."""
    wished: dict[str, object] = {} if name is None else {"name": _name(name)}
    wished |= {} if url is None else {"url": _url(url)}
    wished |= {} if events is None else {"events": _events(events)}
    changed = {key: value for key, value in wished.items() if getattr(endpoint, key) != value}
    if changed:
        with transaction():
            for key, value in changed.items():
                setattr(endpoint, key, value)
            endpoint.save(update_fields=list(changed))
            _tell(WebhookChanged(endpoint.pk, sorted(changed)), endpoint, by)
    return endpoint


def rotate(endpoint: Endpoint, *, by: Actor) -> str:
    """A new secret; for a day posts are signed with the old one too. Answers the new one."""
    secret = new_secret()
    endpoint.old_secret, endpoint.old_until, endpoint.secret = endpoint.secret, clock.now() + OVERLAP, crypto.seal(secret)
    with transaction():
        endpoint.save(update_fields=["secret", "old_secret", "old_until"])
        _tell(WebhookChanged(endpoint.pk, ["secret"]), endpoint, by)
    return secret


def switch(endpoint: Endpoint, on: bool, *, by: Actor) -> Endpoint:
    """Off: nothing is told and nothing is kept for later; what waited already goes on when it is on again."""
    if endpoint.active != on:
        endpoint.state, endpoint.why, endpoint.failing_since = (Endpoint.State.OK, "", None) if on else (Endpoint.State.OFF, "owner", None)
        with transaction():
            endpoint.save(update_fields=["state", "why", "failing_since"])
            _tell(WebhookSwitched(endpoint.pk, on, endpoint.why), endpoint, by)
    return endpoint


def hold_all(*, by: Actor) -> int:
    """This desk is a copy: the one it was copied from may have posted since, so nothing is posted until somebody switches it on. Answers how many were held."""
    held = list(Endpoint.objects.filter(state__in=ACTIVE))
    with transaction():
        for endpoint in held:
            endpoint.state, endpoint.why, endpoint.failing_since = Endpoint.State.OFF, "copied", None
            endpoint.save(update_fields=["state", "why", "failing_since"])
            _tell(WebhookSwitched(endpoint.pk, False, "copied"), endpoint, by)
    return len(held)


def test(endpoint: Endpoint, *, by: Actor) -> Delivery:
    """Post `webhook.test` once. Raises Problem 409 when it is off."""
    _must_be_on(endpoint)
    message, now = f"msg_{secrets.token_hex(12)}", clock.now()
    with transaction():
        delivery = Delivery.objects.create(endpoint=endpoint, message=message, name=TEST, slot=BY_HAND, next_at=now, created_at=now)
        wake(endpoint.pk, BY_HAND)
        _tell(WebhookTested(endpoint.pk, message), endpoint, by)
    return delivery


def replay(delivery: Delivery, *, by: Actor) -> Delivery:
    """Post one message again, under its own id, with all its tries. Raises Problem 409 when its endpoint is off."""
    _must_be_on(delivery.endpoint)
    delivery.state, delivery.attempts, delivery.next_at, delivery.slot = Delivery.State.WAITING, 0, clock.now(), BY_HAND
    with transaction():
        wake(delivery.endpoint_id, BY_HAND)
        delivery.save(update_fields=["state", "attempts", "next_at", "slot"])
        _tell(WebhookReplayed(delivery.endpoint_id, message=delivery.message), delivery.endpoint, by)
    return delivery


def replay_failed(endpoint: Endpoint, since: datetime, *, by: Actor) -> None:
    """Send again whatever failed since a time (UTC). Raises Problem 409 when it is off."""
    _must_be_on(endpoint)
    with transaction():
        leave(REPLAY, args={"endpoint": endpoint.pk, "since": since.isoformat()})
        _tell(WebhookReplayed(endpoint.pk, since=clock.iso(since)), endpoint, by)


def remove(endpoint: Endpoint, *, by: Actor) -> None:
    """It is told nothing more, and goes with all its deliveries as the sweep comes round."""
    if endpoint.state != Endpoint.State.REMOVED:
        endpoint.state = Endpoint.State.REMOVED
        with transaction():
            endpoint.save(update_fields=["state"])
            _tell(WebhookRemoved(endpoint.pk), endpoint, by)


def _tell(payload: msgspec.Struct, endpoint: Endpoint, by: Actor) -> None:
    record(payload, subject=("webhook", endpoint.pk), by=by)
    after_commit(wanted.refresh)


def _must_be_on(endpoint: Endpoint) -> None:
    if not endpoint.active:
        raise Problem(409, "webhook.off", _("This webhook is off. Switch it on first."))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise Problem(422, "name.invalid", _("Give the webhook a name of up to 80 letters."), field="name")
    return name


def _url(text: str) -> str:
    try:
        return str(http.read(text).url)
    except http.Refused as refused:
        raise Problem(422, f"url.{refused.reason}", refusal(refused.reason), field="url") from None


def _events(patterns: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(patterns))
    if not chosen or not set(chosen) <= {"*", *told.names(), *(f"{family}.*" for family in told.FAMILIES)}:
        raise Problem(422, "events.unknown", _("Choose at least one of the events."), field="events")
    return chosen
