"""Reads about customers."""

from dataclasses import dataclass

from yavar.base import clock, crypto

from .actions import PURPOSE
from .models import Customer, VisitorSession


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands behind a visitor's token."""

    session_id: int
    customer_id: int
    inbox: str
    lang: str


def visitor_by_token(token: str) -> Visitor | None:
    """The visitor of a live session, or None."""
    found = VisitorSession.objects.select_related("customer").filter(token_hash=crypto.token_hash(token, PURPOSE), expires_at__gt=clock.now()).first()
    if found is None:
        return None
    return Visitor(found.pk, found.customer.survivor().pk, found.inbox, found.lang)


def with_merged(customer_id: int) -> list[int]:
    """The key of a customer and of everyone who was merged into them."""
    keys = [customer_id]
    level = keys
    while level := list(Customer.objects.filter(merged_into__in=level).values_list("pk", flat=True)):
        keys += level
    return keys
