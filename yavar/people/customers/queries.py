"""Reads about customers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from yavar.base import clock, crypto
from yavar.base.db import sql

from .actions import PURPOSE
from .models import Customer, Identity, VisitorSession


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
    return [customer_id, *sql.below(Customer, "merged_into_id", customer_id)]


def ways_of(keys: Collection[int]) -> dict[int, list[str]]:
    """The ways to reach customers, those of each who has any, in the order in which they became known."""
    ways: dict[int, list[str]] = {}
    for way in sql.pick(Identity, "customer_id IN (??) ORDER BY id", [list(keys)]) if keys else []:
        ways.setdefault(way.customer_id, []).append(way.value)
    return ways


def facts_of(customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """Customers as programs get them, with the identities of those merged into them. Two queries for any number, two more per level of merging."""
    roots = {customer.pk: customer.pk for customer in customers}
    level = dict(roots)
    while level := {each.pk: level[each.merged_into_id] for each in Customer.objects.filter(merged_into__in=level) if each.merged_into_id}:
        roots |= level
    ways: dict[int, list[dict[str, Any]]] = {}
    for identity in Identity.objects.filter(customer__in=roots).order_by("pk"):
        ways.setdefault(roots[identity.customer_id], []).append(
            {"kind": identity.kind, "value": identity.value, "verified": identity.verified_at is not None, "failure": identity.failure}
        )
    return [
        {
            "id": c.public_id, "name": c.name, "initials": c.initials(), "hue": c.hue, "lang": c.lang, "identities": ways.get(c.pk, []), "fields": c.fields,
            "first_seen": c.created_at, "last_seen": c.seen_at, "merged_into": c.merged_into.public_id if c.merged_into else None,
        }
        for c in customers
    ]  # fmt: skip
