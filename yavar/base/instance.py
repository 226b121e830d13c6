"""Which life of the desk this is. A restored or cloned desk begins a new one: what was bound to the old life is refused or held back."""

from django.db import models

from yavar.base import clock, ids
from yavar.base.db import transaction


class Instance(models.Model):
    """The desk's one row. `epoch` is random and changes with every restore."""

    epoch = models.CharField(max_length=22, default=ids.public_id)
    began_at = models.DateTimeField()

    class Meta:
        app_label = "base"


def epoch() -> str:
    """The present life. Begins the first one when there is none."""
    found = Instance.objects.order_by("pk").first()
    return found.epoch if found else begin_anew()


def begin_anew() -> str:
    """A new life begins; answers its epoch."""
    with transaction():
        Instance.objects.all().delete()
        return Instance.objects.create(began_at=clock.now()).epoch
