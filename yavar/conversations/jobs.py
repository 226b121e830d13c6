"""What the core does later."""

from collections.abc import Iterator, Sequence

from yavar.base import clock, search
from yavar.base.db import sql
from yavar.base.events.models import Event
from yavar.base.jobs import job
from yavar.people.customers.queries import ways_of, with_merged
from yavar.people.models import Customer

from . import actions
from .models import Conversation, Message

RENAMED = 20  # a person's newest conversations that are found by a new name


@job("conversations.index_message", replayable=True, together=True)
def index_messages(event_ids: Sequence[int]) -> None:
    """Make messages findable by their words."""
    search.refresh("message", [event.payload["message"] for event in sql.by_key(Event, event_ids).values()])


@job("conversations.index_person", replayable=True)
def index_person(event_id: int) -> None:
    """A customer is called otherwise, or is somebody else: make the openings of their conversations findable by that."""
    customer = Event.objects.values_list("subject_id", flat=True).get(pk=event_id)
    newest = Conversation.objects.filter(customer__in=with_merged(customer)).order_by("-last_at").values_list("pk", flat=True)[:RENAMED]
    search.refresh("message", list(Message.objects.filter(conversation__in=list(newest), seq=1).values_list("pk", flat=True)))


@search.source("message")
def _messages(keys: Sequence[int]) -> Iterator[search.Line]:
    """A message's words; a conversation's first message also holds who asks, so that a name finds it."""
    found = list(sql.by_key(Message, keys).values())
    talks = sql.by_key(Conversation, [message.conversation_id for message in found])
    people = _known_as({talks[message.conversation_id].customer_id for message in found if message.seq == 1})
    for message in found:
        talk = talks[message.conversation_id]
        text = f"{message.text} {people[talk.customer_id]}" if message.seq == 1 else message.text
        yield search.Line(message.pk, talk.pk, text, (search.mark("inbox", talk.inbox_id),))


def _known_as(keys: set[int]) -> dict[int, str]:
    """Names of customers after merging, and the ways to reach them."""
    customers = sql.by_key(Customer, keys)
    people = {key: customer.survivor() if customer.merged_into_id else customer for key, customer in customers.items()}
    ways = ways_of({person.pk for person in people.values()})
    return {key: " ".join([person.name, *ways.get(person.pk, [])]) for key, person in people.items()}


def wake_snoozed() -> None:
    """Each second: what was snoozed until now comes back."""
    due = Conversation.objects.filter(status="snoozed", snoozed_until__lte=clock.now()).order_by("snoozed_until")
    for key in list(due.values_list("pk", flat=True)[:50]):
        actions.wake(key)
