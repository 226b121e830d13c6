"""What the desk says by itself in a conversation: that it has something, that an answer will be late. A message like any other, marked as automatic.

Nothing of what anybody wrote goes into it, since an address that wrote is only claimed; a mail to many is never answered so; an address that was only
typed gets nothing; and each address has a daily budget (`delivery.within_budget`).
"""

from yavar.base import clock
from yavar.base.db import sql, transaction
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.conversations.actions import locked
from yavar.conversations.append import Appended, append
from yavar.conversations.deliveries import Recipient
from yavar.conversations.merging import survivor_of
from yavar.conversations.models import Conversation, Inbox, Message
from yavar.people.customers.queries import with_merged
from yavar.people.models import Identity

from . import delivery, envelope

DESK = Actor("bot")


def say(conversation_id: int, *, client_id: str, text: str) -> Appended | None:
    """Say it once per `client_id`. None when it would reach nobody: then it is not said."""
    with transaction():
        conversation = survivor_of(locked(conversation_id))
        known = bool(sql.pick(Message, "conversation_id = ? AND client_id = ?", (conversation.pk, client_id)))
        inbox = sql.by_key(Inbox, [conversation.inbox_id])[conversation.inbox_id]
        try:
            offered, out = delivery.way(inbox)
        except Problem:  # nobody has set up how its mail leaves
            return None
        to = _reader(conversation, offered.way, typed=out.pk != inbox.pk) if offered.way else None
        if offered.way and not known and (to is None or not delivery.within_budget(to.address)):
            return None
        said = append(conversation.pk, by=DESK, client_id=client_id, text=text, at=clock.now())
        if to is not None and not said.repeated:
            delivery.hand_out(sql.by_key(Message, [said.message_id])[said.message_id], [to], out, automatic=True)
    return said


def _reader(conversation: Conversation, way: str, *, typed: bool) -> Recipient | None:
    """Whoever asked, where they wrote from. Where an address was only `typed` (a form), if it is proven. Nobody, when what was written last was a mail to a list, or
    to many."""
    head = envelope.last_head(conversation)
    address = "" if head.get("bulk") else envelope.address_of(conversation.customer_id, way, envelope.wrote_from(head))
    if not address:
        return None
    proven = Identity.objects.filter(customer__in=with_merged(conversation.customer_id), kind=way, value=address, verified_at__isnull=False)
    return None if typed and not proven.exists() else Recipient(conversation.customer_id, address)
