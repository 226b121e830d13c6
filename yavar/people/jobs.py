"""What this room does later."""

from collections.abc import Iterator, Sequence

from yavar.base import search
from yavar.base.db import sql
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .models import Customer, Identity

AMONG = search.mark("customers", 0)  # to look for people alone


@job("people.index_customer", replayable=True, together=True)
def index_customers(event_ids: Sequence[int]) -> None:
    """Make people findable by name and by the ways to reach them."""
    search.refresh("customer", [event.subject_id for event in sql.by_key(Event, event_ids).values()])


@search.source("customer")
def _customers(keys: Sequence[int]) -> Iterator[search.Line]:
    for customer in sql.by_key(Customer, keys).values():
        ways = sql.pick(Identity, "customer_id = ? ORDER BY id", (customer.pk,))
        yield search.Line(customer.pk, customer.pk, " ".join([customer.name, *(way.value for way in ways)]), (AMONG,))
