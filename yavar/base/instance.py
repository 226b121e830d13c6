"""Which life of the desk this is. A restored or cloned desk begins a new one: what was bound to the old life is refused or held back."""

import logging
import os
import signal
from functools import cache

from django.db import models

from yavar.base import clock, ids
from yavar.base.db import transaction

log = logging.getLogger("yavar.instance")


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


@cache
def life() -> str:
    """The life this process began in, in short: what it binds marks and tokens to."""
    return epoch()[:6]


def fence() -> None:
    """Called every few seconds: if the database under this process has begun another life (it was restored), the process ends; whoever supervises it starts it anew."""
    if epoch()[:6] != life():
        log.warning("the desk was restored from a backup: this process belongs to the life before and ends")
        os.kill(os.getpid(), signal.SIGTERM)
