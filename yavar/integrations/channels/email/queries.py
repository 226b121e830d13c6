"""What health and the doctor want to know about mail."""

from dataclasses import dataclass
from datetime import datetime

from .models import Mailbox


@dataclass(frozen=True, slots=True)
class Asked:
    """How a mailbox is doing: when all of it was last here, and what is wrong since when ('' for nothing)."""

    inbox: int
    user: str
    host: str
    polled_at: datetime | None
    failure: str
    failing_since: datetime | None


def asked() -> list[Asked]:
    """Every mailbox that is on."""
    found = Mailbox.objects.filter(active=True, inbox__active=True).order_by("pk")
    return [Asked(each.inbox_id, each.user, each.host, each.polled_at, each.failure, each.failing_since) for each in found]
