"""The door in: what any channel brings becomes one message of one conversation, in one transaction, however often it is brought."""

from yavar.conversations.append import Appended
from yavar.conversations.receive import Inbound, receive

__all__ = ["Appended", "Inbound", "accept"]


def accept(inbound: Inbound) -> Appended:
    """Take a checked message in, inside the writer's transaction. The same client id again answers the stored message."""
    return receive(inbound)
