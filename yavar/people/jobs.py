"""What this room does later."""

from yavar.base import search
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .models import Customer


@job("people.index_customer", replayable=True)
def index_customer(event_id: int) -> None:
    """Make a person findable by name and by the ways to reach them."""
    event = Event.objects.get(pk=event_id)
    customer = Customer.objects.filter(pk=event.subject_id).first()
    if customer is not None:
        ways = customer.identities.values_list("value", flat=True)
        search.put("customer", customer.pk, customer.pk, " ".join([customer.name, *ways]))
