"""What a page and health read of webhooks."""

from datetime import datetime

from .models import ACTIVE, Delivery, Endpoint

NEWEST = 50


def endpoints() -> list[Endpoint]:
    """All that were not removed, the oldest first."""
    return list(Endpoint.objects.exclude(state=Endpoint.State.REMOVED).order_by("pk"))


def endpoint(public_id: str) -> Endpoint | None:
    """One of them."""
    return Endpoint.objects.exclude(state=Endpoint.State.REMOVED).filter(public_id=public_id).first()


def deliveries(endpoint: Endpoint) -> list[Delivery]:
    """Its newest."""
    return list(Delivery.objects.filter(endpoint=endpoint).select_related("endpoint").order_by("-pk")[:NEWEST])


def failing() -> int:
    """How many endpoints take nothing at present, or were switched off for that."""
    return Endpoint.objects.filter(state=Endpoint.State.FAILING).count() + Endpoint.objects.filter(state=Endpoint.State.OFF, why__in=("gone", "failed")).count()


def oldest_undelivered() -> datetime | None:
    """Since when the oldest message waits that is still to be delivered."""
    undone = Delivery.objects.filter(next_at__isnull=False, endpoint__state__in=ACTIVE)
    return undone.order_by("pk").values_list("created_at", flat=True).first()
