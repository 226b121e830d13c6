from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One piece of work. It is deleted in the transaction of its effect; a dead one stays until a person retries or drops it."""

    class State(models.TextChoices):
        READY = "ready"
        DEAD = "dead"

    name = models.CharField(max_length=60)
    args = models.JSONField()
    event = models.BigIntegerField(null=True)
    lane = models.CharField(max_length=60, default="")  # jobs of one name and lane run one after another, in order
    unique_key = models.CharField(max_length=100, null=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        app_label = "base"
        constraints = [models.UniqueConstraint(fields=["unique_key"], condition=Q(unique_key__isnull=False), name="job_once")]  # few have one
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="ready"), name="job_due"),
            models.Index(fields=["name", "lane", "id"], condition=Q(state="ready") & ~Q(lane=""), name="job_lane"),
        ]
