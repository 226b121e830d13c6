from django.db import models


class Seal(models.Model):
    """A stretch of the diary under one hash, chained to the stretch before: who changes or removes an old event breaks every later seal."""

    first = models.BigIntegerField()  # event ids, both included
    last = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "base"
