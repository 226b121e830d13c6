"""The door in: what any channel brings becomes one message of one conversation, in one transaction, however often it is brought."""

from collections.abc import Callable

from yavar.conversations.append import Appended
from yavar.conversations.receive import Inbound, begin, receive

__all__ = ["Appended", "Inbound", "accept", "bring"]


def accept(inbound: Inbound) -> Appended:
    """Take a checked message in, inside the writer's transaction. The same client id again answers the stored message."""
    return receive(inbound)


def bring(start_key: str, inbound: Callable[[], Inbound], *, subject: str = "") -> Appended:
    """A program brings what came to it some other way: a conversation of its own, once per `start_key`."""
    return begin(start_key, inbound, subject=subject)
