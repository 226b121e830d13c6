"""A write that is sent again has one effect and one answer: the `Idempotency-Key` of the API (IETF draft-ietf-httpapi-idempotency-key-header).

The key is bound to its actor and to what was asked; it is kept for 24 hours with its answer. Effect and answer are one transaction.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import run, sql, transaction
from yavar.base.problem import Problem

KEEP = timedelta(hours=24)


class Answered(models.Model):
    """A key that was used, and what was answered."""

    actor = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "base"
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="answered_once")]
        indexes = [models.Index(fields=["at"], name="answered_at")]


Answer = tuple[int, dict[str, str], str]


def once(actor: str, key: str, asked: bytes, do: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Do it, or answer what was answered before (then True). What raises has no effect and may be tried again.

    Raises Problem 422 when the key was used for something else. Two at once: the second waits for the first.
    """
    print_of = hashlib.sha256(asked).hexdigest()
    with transaction():
        statement = sql.insert(Answered, "actor", "key", "asked", "status", "headers", "body", "at", returning=False) + " ON CONFLICT DO NOTHING"
        fresh = run(statement, (actor, key, print_of, 0, "{}", "", sql.moment(clock.now()))).rowcount
        found = Answered.objects.get(actor=actor, key=key)
        if not fresh:
            if found.asked != print_of:
                raise Problem(422, "idempotency_key.reused", _("This Idempotency-Key was used for another request."))
            return (found.status, found.headers, found.body), True
        found.status, found.headers, found.body = do()
        found.save(update_fields=["status", "headers", "body"])
        return (found.status, found.headers, found.body), False


def forget_old(limit: int = 500) -> int:
    """Sweep the keys of yesterday."""
    old = list(Answered.objects.filter(at__lt=clock.now() - KEEP).order_by("at").values_list("pk", flat=True)[:limit])
    if old:
        with transaction():
            Answered.objects.filter(pk__in=old).delete()
    return len(old)
