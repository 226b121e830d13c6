"""How an answer finds its conversation: by the reply token we gave to that recipient, and only for somebody who takes part. Everything else is a hint."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.instance import epoch
from yavar.conversations.models import Conversation, Participant
from yavar.people.customers.queries import with_merged
from yavar.people.models import Customer

from .models import ReplyToken

PURPOSE = "reply"


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail belongs. `joins`: the conversation it goes on with; else it begins one, and `hints` are those it may have to do with, for the reason `why`."""

    joins: int | None = None
    hints: tuple[int, ...] = ()
    why: str = ""


def issue(conversation_id: int, customer_id: int, message_id: int | None = None) -> str:
    """A token for one recipient: 26 letters and digits (128 random bits), equal in either case since mail systems change it."""
    token = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    with transaction():
        ReplyToken.objects.create(
            token_hash=crypto.token_hash(token, PURPOSE), conversation_id=conversation_id, customer_id=customer_id, message_id=message_id,
            epoch=epoch(), created_at=clock.now(),
        )  # fmt: skip
    return token


def known(tokens: Sequence[str]) -> list[ReplyToken]:
    """What was issued, among texts that look like tokens; newest first."""
    hashes = [crypto.token_hash(token.lower(), PURPOSE) for token in tokens[:50]]
    return list(ReplyToken.objects.filter(token_hash__in=hashes).order_by("-pk")) if hashes else []


def find(tokens: Sequence[str], customer: Customer) -> Thread:
    """Where a mail with these tokens, from this customer, belongs. A token of another life of the desk (it was restored or copied) joins nothing."""
    found = known(tokens)
    if not found:
        return Thread()
    here = epoch()
    for token in found:
        if token.epoch == here and takes_part(customer, token):
            return Thread(joins=token.conversation_id)
    why = "token" if any(token.epoch == here for token in found) else "old_token"
    return Thread(hints=tuple(dict.fromkeys(token.conversation_id for token in found)), why=why)


def takes_part(customer: Customer, token: ReplyToken) -> bool:
    """Whether this is whom the token was given to, the requester, or somebody who was copied in."""
    requester = Conversation.objects.values_list("customer", flat=True).get(pk=token.conversation_id)
    if customer.pk in {*with_merged(token.customer_id), *with_merged(requester)}:
        return True
    return Participant.objects.filter(conversation=token.conversation_id, customer__in=with_merged(customer.pk)).exists()
