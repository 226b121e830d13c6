"""How an answer finds its conversation: by the reply token we gave to that recipient, and only for somebody who takes part. Everything else is a hint."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from yavar.base import clock, crypto, ids
from yavar.base.db import sql, transaction
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
    token: ReplyToken | None = None  # what let it join


def issue(conversation_id: int, customer_id: int, message_id: int | None = None, *, address: str = "", seed: str = "") -> str:
    """A token for one recipient at an address: 26 letters and digits (128 bits), equal in either case since mail systems change it. With a random `seed`
    it is `token_of` that."""
    token = token_of(seed or ids.public_id())
    with transaction():
        sql.add(ReplyToken(
            token_hash=crypto.token_hash(token, PURPOSE), conversation_id=conversation_id, customer_id=customer_id, message_id=message_id,
            address=address, epoch=epoch(), created_at=clock.now(),
        ))  # fmt: skip
    return token


def token_of(seed: str) -> str:
    """The token that belongs to a random text and this desk's key: so a copy on its way knows its own, and no row keeps it in the clear."""
    return base64.b32encode(bytes.fromhex(crypto.hmac_sha256(settings.SECRET_KEY, f"{PURPOSE} token {seed}"))[:16]).decode().rstrip("=").lower()


def known(tokens: Sequence[str]) -> list[ReplyToken]:
    """What was issued, among texts that look like tokens; newest first."""
    hashes = [crypto.token_hash(token.lower(), PURPOSE) for token in tokens[:50]]
    return list(ReplyToken.objects.filter(token_hash__in=hashes).order_by("-pk")) if hashes else []


def holder(found: Sequence[ReplyToken], address: str) -> Customer | None:
    """Whom we wrote to at this address, if one of these tokens went there: who answers from it is that person, whatever else is known of the address."""
    mine = next((token for token in found if address and token.address == address and token.epoch == epoch()), None)
    return mine.customer.survivor() if mine else None


def find(found: Sequence[ReplyToken], customer: Customer) -> Thread:
    """Where a mail with these tokens, from this customer, belongs. A token of another life of the desk (it was restored or copied) joins nothing."""
    if not found:
        return Thread()
    here = epoch()
    for token in found:
        if token.epoch == here and takes_part(customer, token):
            return Thread(joins=token.conversation_id, token=token)
    why = "token" if any(token.epoch == here for token in found) else "old_token"
    return Thread(hints=tuple(dict.fromkeys(token.conversation_id for token in found)), why=why)


def takes_part(customer: Customer, token: ReplyToken) -> bool:
    """Whether this is whom the token was given to, the requester, or somebody who was copied in. `customer` as they are after merging."""
    requester = Conversation.objects.select_related("customer").get(pk=token.conversation_id).customer
    if customer.pk in (token.customer.survivor().pk, requester.survivor().pk):
        return True
    return Participant.objects.filter(conversation=token.conversation_id, customer__in=with_merged(customer.pk)).exists()
