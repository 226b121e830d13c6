"""Who stands behind a visitor's token, remembered for a minute so that the hot door need not ask the database."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from yavar.base import crypto
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.conversations.public import one_of
from yavar.conversations.shapes import Author
from yavar.people.customers.actions import PURPOSE
from yavar.people.customers.queries import visitor_by_token
from yavar.people.models import Customer

REMEMBER = 60.0  # a revoked session is dead after that
KEEP = 20_000


@dataclass(slots=True)
class Known:
    """A visitor with a live session, and the conversations that were proven to be theirs."""

    key: str
    customer_id: int
    inbox_id: int
    lang: str
    author: Author
    until: float
    conversations: dict[str, int] = field(default_factory=dict)
    streams: set[object] = field(default_factory=set)  # those that are open, shared by all that was ever known of this token


_known: OrderedDict[str, Known] = OrderedDict()


def unknown() -> Problem:
    """Nobody stands behind this token."""
    return Problem(401, "session.unknown", _("This chat has ended. Please write again to begin a new one."))


def peek(token: str) -> Known | None:
    """From memory. Raises Problem 401 for what cannot be a token."""
    if not 20 <= len(token) <= 128:
        raise unknown()
    key = crypto.token_hash(token, PURPOSE)
    found = _known.get(key)
    if found is None or found.until < time.monotonic():
        return None
    return found


def load(token: str) -> Known:
    """From the database. Raises Problem 401."""
    visitor = visitor_by_token(token)
    inbox = Inbox.objects.filter(public_id=visitor.inbox, active=True).first() if visitor else None
    if visitor is None or inbox is None:
        raise unknown()
    customer = Customer.objects.get(pk=visitor.customer_id)
    author = Author("customer", customer.name, customer.initials(), customer.hue)
    key = crypto.token_hash(token, PURPOSE)
    before = _known.get(key)
    known = Known(key, customer.pk, inbox.pk, visitor.lang, author, time.monotonic() + REMEMBER)
    if before is not None:
        known.streams = before.streams  # but whose conversations they are is asked anew: merging can be undone
    _known[key] = known
    while len(_known) > KEEP:
        _known.popitem(last=False)
    return known


def forget(token: str) -> None:
    """What is known of this token is no longer so."""
    _known.pop(crypto.token_hash(token, PURPOSE), None)


def find_conversation(known: Known, public_id: str) -> int:
    """The key of one of their conversations: of a merged one its own, a message finds its way from there. Raises Problem 404: somebody else's is as absent as none."""
    found = one_of(known.customer_id, public_id)
    if found is None:
        raise Problem(404, "conversation.unknown", _("This conversation is not here."))
    known.conversations[public_id] = found.pk
    return found.pk
