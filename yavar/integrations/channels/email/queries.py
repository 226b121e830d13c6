"""What health and the doctor want to know about mail."""

from dataclasses import dataclass
from datetime import datetime

from .models import Mailbox, Outlet


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


@dataclass(frozen=True, slots=True)
class Leaving:
    """How the way out of an inbox is doing: what is wrong ('' for nothing), since when."""

    inbox: int
    host: str
    active: bool
    failure: str
    failing_since: datetime | None
    sent_at: datetime | None


def leaving() -> list[Leaving]:
    """Every way out."""
    return [Leaving(each.inbox_id, each.host, each.active, each.failure, each.failing_since, each.sent_at) for each in Outlet.objects.order_by("pk")]
