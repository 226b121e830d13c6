"""Who is told, and what became of each telling."""

from django.db import models
from django.db.models import Q

from yavar.base import ids

SLOTS = 4  # posts to one endpoint that may be under way at once
BY_HAND = SLOTS  # and one more for what a person waits for


class Endpoint(models.Model):
    """A program's address, the facts it wants, the secret its posts are signed with."""

    class State(models.TextChoices):
        OK = "ok"
        FAILING = "failing"  # since `failing_since` nothing was taken
        OFF = "off"  # `why`: owner, gone (it answered 410), failed (it failed for days), copied (the desk was restored)
        REMOVED = "removed"  # on its way out, with its deliveries

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=2000)
    events = models.JSONField()  # names and patterns: conversation.resolved, conversation.*, *
    secret = models.TextField()  # sealed with the desk key, as is the one before it, which is used along with it until `old_until`
    old_secret = models.TextField(default="")
    old_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OK)
    why = models.CharField(max_length=6, default="")
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    @property
    def active(self) -> bool:
        """Whether it is told at all."""
        return self.state in ACTIVE

    def wants(self, name: str) -> bool:
        """Whether it chose events of this name."""
        return any(pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1])) for pattern in self.events)


ACTIVE = (Endpoint.State.OK, Endpoint.State.FAILING)


class Delivery(models.Model):
    """One message to one endpoint. `next_at` says when it is posted; without it, nothing will be done by itself any more."""

    class State(models.TextChoices):
        WAITING = "waiting"  # not tried yet
        DELIVERED = "delivered"
        FAILED = "failed"  # will be tried again
        DEAD = "dead"  # will not

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, db_index=False)
    message = models.CharField(max_length=40)  # webhook-id: the same for every try, every replay and every endpoint
    event = models.BigIntegerField(null=True)  # none for a test
    name = models.CharField(max_length=60)
    slot = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    # the last try
    at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # HTTP
    error = models.CharField(max_length=30, default="")  # why there was no answer: a class and reason of base.http, or `secret`, `inside`
    seconds = models.FloatField(null=True)
    response = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "message"], name="delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_newest"),
            models.Index(fields=["endpoint", "slot", "next_at", "id"], condition=Q(next_at__isnull=False), name="delivery_due"),
            models.Index(fields=["id"], condition=Q(next_at__isnull=False), name="delivery_undone"),
        ]
