"""What the core does later."""

from yavar.base import clock, search
from yavar.base.events.models import Event
from yavar.base.jobs import job

from . import actions
from .models import Conversation, Message


@job("conversations.index_message", replayable=True)
def index_message(event_id: int) -> None:
    """Make a message findable by its words."""
    key = Event.objects.values_list("payload", flat=True).get(pk=event_id)["message"]
    found = Message.objects.filter(pk=key).values_list("conversation_id", "text").first()
    if found is not None:
        search.put("message", key, *found)


def wake_snoozed() -> None:
    """Each second: what was snoozed until now comes back."""
    due = Conversation.objects.filter(status="snoozed", snoozed_until__lte=clock.now()).order_by("snoozed_until")
    for key in list(due.values_list("pk", flat=True)[:50]):
        actions.wake(key)
