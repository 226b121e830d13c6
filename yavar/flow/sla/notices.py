"""What the customer hears by itself: that we have it, and when a promise to them is broken, an honest word."""

from yavar.conversations.models import Conversation

from .measuring import Measured


def leave(conversation: Conversation, measured: Measured) -> None:
    """Leave the jobs of what is to be said."""
