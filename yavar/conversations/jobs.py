"""What the core does later."""

from collections.abc import Iterator, Sequence

from yavar.base import clock, search
from yavar.base.events.models import Event
from yavar.base.jobs import job
from yavar.people.customers.queries import with_merged
from yavar.people.models import Customer

from . import actions
from .models import Conversation, Message

RENAMED = 20  # a person's newest conversations that are found by a new name


@job("conversations.index_message", replayable=True)
def index_message(event_id: int) -> None:
    """Make a message findable by its words."""
    search.refresh("message", [Event.objects.values_list("payload", flat=True).get(pk=event_id)["message"]])


@job("conversations.index_person", replayable=True)
def index_person(event_id: int) -> None:
    """A customer is called otherwise, or is somebody else: make the openings of their conversations findable by that."""
    customer = Event.objects.values_list("subject_id", flat=True).get(pk=event_id)
    newest = Conversation.objects.filter(customer__in=with_merged(customer)).order_by("-last_at").values_list("pk", flat=True)[:RENAMED]
    search.refresh("message", list(Message.objects.filter(conversation__in=list(newest), seq=1).values_list("pk", flat=True)))


@search.source("message")
def _messages(keys: Sequence[int]) -> Iterator[search.Line]:
    """A message's words; a conversation's first message also holds who asks, so that a name finds it."""
    fields = ("pk", "conversation_id", "text", "seq", "conversation__customer_id", "conversation__inbox_id")
    found = list(Message.objects.filter(pk__in=keys).values_list(*fields))
    people = _known_as({customer for _pk, _conversation, _text, seq, customer, _inbox in found if seq == 1})
    for pk, conversation, text, seq, customer, inbox in found:
        yield search.Line(pk, conversation, f"{text} {people[customer]}" if seq == 1 else text, (search.mark("inbox", inbox),))


def _known_as(keys: set[int]) -> dict[int, str]:
    """Names of customers, and the ways to reach them."""
    if not keys:
        return {}
    ways = ("identities", "merged_into__identities")
    found = Customer.objects.filter(pk__in=keys).select_related("merged_into").prefetch_related(*ways)
    return {c.pk: " ".join([c.survivor().name, *(way.value for way in c.survivor().identities.all())]) for c in found}


def wake_snoozed() -> None:
    """Each second: what was snoozed until now comes back."""
    due = Conversation.objects.filter(status="snoozed", snoozed_until__lte=clock.now()).order_by("snoozed_until")
    for key in list(due.values_list("pk", flat=True)[:50]):
        actions.wake(key)
