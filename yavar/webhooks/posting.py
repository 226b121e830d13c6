"""One post to one endpoint, in the form of Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from standardwebhooks import Webhook

from yavar.base import clock, crypto, http
from yavar.base.events.models import Event

from .models import ACTIVE, Delivery, Endpoint
from .told import told

log = logging.getLogger("yavar.webhooks")

TEST = "webhook.test"
HEAD = 500  # characters of an answer's body that are kept
READ = 4 * HEAD  # bytes: no character of UTF-8 is longer


@dataclass(frozen=True, slots=True)
class Post:
    """What is needed to post, read beforehand: nothing of it needs the database."""

    delivery: int
    message: str
    url: str
    body: bytes
    secrets: tuple[str, ...]
    broken: str = ""  # why it cannot be posted

    def send(self) -> http.Answer:
        """Post it. Raises base.http's errors; HttpError `secret` or `inside` when there is nothing to send."""
        if self.broken:
            raise http.HttpError(self.broken)
        headers = {"Content-Type": "application/json", **signed(self.message, self.body, self.secrets)}
        return http.send("POST", self.url, headers=headers, body=self.body, limit=READ, whole=False)


def next_post(endpoint: int, slot: int) -> Post | None:
    """What is due first in a slot of an endpoint that is told at all."""
    due = Delivery.objects.filter(endpoint_id=endpoint, slot=slot, next_at__lte=clock.now(), endpoint__state__in=ACTIVE)
    delivery = due.select_related("endpoint").order_by("next_at", "pk").first()
    if delivery is None:
        return None
    keys: tuple[str, ...] = ()
    broken, body = "", b""
    try:
        keys = secrets_of(delivery.endpoint)
    except ValueError:  # the desk has got another key
        broken = "secret"
    try:
        body = msgspec.json.encode(payload(delivery))
    except Exception:  # one message that cannot be told must not hold up the others
        log.exception("delivery %s cannot be told", delivery.pk)
        broken = "inside"
    return Post(delivery.pk, delivery.message, delivery.endpoint.url, body, keys, broken)


def payload(delivery: Delivery) -> dict[str, Any]:
    """What is told."""
    if delivery.event is None:
        return {"type": TEST, "timestamp": clock.iso(delivery.created_at), "data": {"webhook": delivery.endpoint.public_id}}
    return told([Event.objects.get(pk=delivery.event)])[0]


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """What its posts are signed with: the secret, and for a day the one before it. Raises ValueError under another desk key."""
    before = endpoint.old_until is not None and endpoint.old_until > clock.now()
    return tuple(crypto.unseal(sealed) for sealed in (endpoint.secret, *((endpoint.old_secret,) if before else ())))


def signed(message: str, body: bytes, secrets: tuple[str, ...], at: datetime | None = None) -> dict[str, str]:
    """The three headers of a post that is made now."""
    moment = at or clock.now()
    signatures = [Webhook(secret).sign(message, moment, body.decode()) for secret in secrets]
    return {"webhook-id": message, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": " ".join(signatures)}
