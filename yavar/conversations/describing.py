"""What is written about a conversation: its subject and its custom fields."""

from collections.abc import Mapping
from typing import Any

from yavar.base.db import transaction
from yavar.desk.fields import changed, definitions, folded
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
        for definition in known:
            if definition.filter and definition.key in touched:
                ConversationValue.objects.filter(conversation=conversation, definition=definition).delete()
                if definition.key in after:
                    ConversationValue.objects.create(conversation=conversation, definition=definition, folded=folded(definition, after[definition.key]))
        return tell(conversation, Described(touched), by.actor, "fields")
