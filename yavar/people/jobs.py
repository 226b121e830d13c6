"""What this room does later."""

from collections.abc import Iterator, Sequence

from yavar.base import search
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .models import Customer

AMONG = search.mark("customers", 0)  # to look for people alone


@job("people.index_customer", replayable=True)
def index_customer(event_id: int) -> None:
    """Make a person findable by name and by the ways to reach them."""
    search.refresh("customer", [Event.objects.values_list("subject_id", flat=True).get(pk=event_id)])


@search.source("customer")
def _customers(keys: Sequence[int]) -> Iterator[search.Line]:
    for customer in Customer.objects.filter(pk__in=keys).prefetch_related("identities"):
        yield search.Line(customer.pk, customer.pk, " ".join([customer.name, *(way.value for way in customer.identities.all())]), (AMONG,))
