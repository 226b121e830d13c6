"""What is written about a conversation: its subject and its custom fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from yavar.base.db import transaction
from yavar.desk.fields import changed, definitions, folded
from yavar.desk.models import FieldDefinition
from yavar.people.models import Agent

from .actions import locked, tell
from .events import Described, Retitled
from .models import Conversation, ConversationValue


def retitle(conversation_id: int, subject: str, *, by: Agent) -> Conversation:
    """Give it another subject, up to 200 characters."""
    with transaction():
        conversation = locked(conversation_id)
        shown = " ".join(subject.split())[:200]
        if shown == conversation.subject:
            return conversation
        conversation.subject = shown
        return tell(conversation, Retitled(not shown), by.actor, "subject")


def describe(conversation_id: int, values: Mapping[str, Any], *, by: Agent) -> Conversation:
    """Fill in custom fields; None empties one, what is not named stays. Raises Problem 422."""
    with transaction():
        conversation = locked(conversation_id)
        known = definitions("conversation", brand=conversation.inbox.brand_id, request_type=conversation.request_type_id)
        after = changed(known, conversation.fields, values)
        touched = sorted(key for key in {*after, *conversation.fields} if after.get(key) != conversation.fields.get(key))
        if not touched:
            return conversation
        conversation.fields = after
        index(conversation.pk, [each for each in known if each.key in touched], after)
        return tell(conversation, Described(touched), by.actor, "fields")


def index(conversation_id: int, definitions: Sequence[FieldDefinition], values: Mapping[str, Any]) -> None:
    """What lists are filtered by: these fields of a conversation have these values, or none."""
    for definition in definitions:
        if definition.filter:
            ConversationValue.objects.filter(conversation=conversation_id, definition=definition).delete()
            if definition.key in values:
                ConversationValue.objects.create(conversation_id=conversation_id, definition=definition, folded=folded(definition, values[definition.key]))
