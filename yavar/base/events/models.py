from django.db import models


class Event(models.Model):
    """One fact. Written by `record` alone, never changed."""

    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField(null=True)  # the subject's own gapless counter, where it has one
    actor = models.CharField(max_length=30)
    via = models.CharField(max_length=30, default="")  # from where the team did it: see Actor.via
    audience = models.CharField(max_length=6)
    payload = models.JSONField()
    cause = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        app_label = "base"
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id", "seq"], name="event_subject_seq")]
        # the audit reads what the team did; customers' messages, nearly all of the table, pay nothing for it
        indexes = [
            models.Index(fields=["id"], condition=~models.Q(via=""), name="event_audit"),
            models.Index(fields=["actor", "id"], condition=~models.Q(via=""), name="event_audit_actor"),
        ]
