"""What this room does later."""

from collections.abc import Iterator, Sequence

from yavar.base import search
from yavar.base.db import sql
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .customers.queries import ways_of
from .models import Customer

AMONG = search.mark("customers", 0)  # to look for people alone


@job("people.index_customer", replayable=True, together=True)
def index_customers(event_ids: Sequence[int]) -> None:
    """Make people findable by name and by the ways to reach them."""
    search.refresh("customer", [event.subject_id for event in sql.by_key(Event, event_ids).values()])


@search.source("customer")
def _customers(keys: Sequence[int]) -> Iterator[search.Line]:
    found = sql.by_key(Customer, keys)
    ways = ways_of(found)
    for customer in found.values():
        yield search.Line(customer.pk, customer.pk, " ".join([customer.name, *ways.get(customer.pk, [])]), (AMONG,))
