"""What the desk says by itself in a conversation: that it has something, that an answer will be late. A message like any other, marked as automatic.

Nothing of what anybody wrote goes into it, since an address that wrote is only claimed; a mail to many is never answered so; an address that was only
typed gets nothing; and each address has a daily budget (`delivery.within_budget`).
"""

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.conversations.actions import locked
from yavar.conversations.append import Appended, append
from yavar.conversations.deliveries import Recipient
from yavar.conversations.merging import survivor_of
from yavar.conversations.models import Conversation, Inbox, Message, Original
from yavar.people.customers.queries import with_merged
from yavar.people.models import Identity

from . import delivery, envelope

DESK = Actor("bot")


def say(conversation_id: int, *, client_id: str, text: str) -> Appended | None:
    """Say it once per `client_id`. None when it would reach nobody: then it is not said."""
    with transaction():
        conversation = survivor_of(locked(conversation_id))
        known = Message.objects.filter(conversation=conversation, client_id=client_id).exists()
        inbox = Inbox.objects.get(pk=conversation.inbox_id)
        try:
            offered, out = delivery.way(inbox)
        except Problem:  # nobody has set up how its mail leaves
            return None
        to = _reader(conversation, inbox, offered.way) if offered.way else None
        if offered.way and not known and (to is None or not delivery.within_budget(to.address)):
            return None
        said = append(conversation.pk, by=DESK, client_id=client_id, text=text, at=clock.now())
        if to is not None and not said.repeated:
            delivery.hand_out(Message.objects.get(pk=said.message_id), [to], out, automatic=True)
    return said


def _reader(conversation: Conversation, inbox: Inbox, way: str) -> Recipient | None:
    """Whoever asked, where they wrote from. Where an address was only typed (a form), if it is proven."""
    found = envelope.usual(conversation, way).to
    if not found or _to_many(conversation):
        return None
    typed = delivery.way(inbox)[1].pk != inbox.pk
    proven = Identity.objects.filter(customer__in=with_merged(conversation.customer_id), kind=way, value=found[0], verified_at__isnull=False)
    return None if typed and not proven.exists() else Recipient(conversation.customer_id, found[0])


def _to_many(conversation: Conversation) -> bool:
    """Whether what was written last was a mail to a list, or to many."""
    last = Message.objects.filter(conversation=conversation, author__startswith="customer:").order_by("-seq").values_list("pk", flat=True).first()
    head = Original.objects.filter(message=last).values_list("head", flat=True).first() if last else None
    return bool((head or {}).get("bulk"))
