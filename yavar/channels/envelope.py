"""To whom an answer goes: whoever asked and whoever was copied in, unless its author says otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.conversations.actions import locked, tell
from yavar.conversations.deliveries import Recipient
from yavar.conversations.events import Joined
from yavar.conversations.models import Conversation, Message, Original, Participant
from yavar.people.customers import identities, tending
from yavar.people.customers.queries import with_merged
from yavar.people.models import Identity

from .contract import Channel

MOST = 50  # recipients of one message
Addresses = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST)]


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Addresses by role. Nothing in it: whoever it would go to by itself."""

    to: Addresses = ()
    cc: Addresses = ()
    bcc: Addresses = ()


def usual(conversation: Conversation, way: str) -> Envelope:
    """Whom an answer reaches by itself: the customer at the address they last wrote from, and in copy whoever takes part."""
    first = address_of(conversation.customer_id, way, wrote_from(last_head(conversation)))
    others = sql.pick(Participant, "conversation_id = ? ORDER BY id", (conversation.pk,))
    copied = [address for each in others if (address := address_of(each.customer_id, way)) and address != first]
    return Envelope((first,) if first else (), tuple(dict.fromkeys(copied))[: MOST - 1])


def address_of(customer_id: int, way: str, preferred: str = "") -> str:
    """Where a customer can be reached: `preferred` if it is theirs, else a verified one, else the newest; one that mail came back from comes last. '' for nowhere."""
    people = with_merged(customer_id)
    found = sql.pick(Identity, "customer_id IN (??) AND kind = ? AND scope = ''", (people, way))
    found.sort(key=lambda each: (each.failure in ("hard", "complaint"), each.value != preferred, each.verified_at is None, -each.pk))
    return found[0].value if found else ""


def wrote_from(head: Mapping[str, Any]) -> str:
    """The address that a mail's head claims to come from; '' for none."""
    return identities.email(str(head.get("from", ""))) or ""


def last_head(conversation: Conversation) -> dict[str, Any]:
    """What stood at the head of what the customer wrote last, as claimed (Original); empty when it was no mail."""
    theirs = [f"customer:{key}" for key in with_merged(conversation.customer_id)]
    last = sql.pick(Message, "conversation_id = ? AND author IN (??) ORDER BY seq DESC LIMIT 1", (conversation.pk, theirs))
    found = sql.pick(Original, "message_id = ?", (last[0].pk,)) if last else []
    return found[0].head if found else {}


def checked(given: Mapping[str, Iterable[str]], channel: Channel) -> Envelope:
    """What somebody typed, in normal form, each address once. Raises Problem 422 with `field` for one that is none or is ours, for too many, for nobody."""
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for role in ("to", "cc", "bcc"):
        for typed in given.get(role, ()):
            address = identities.normal(channel.way, typed)
            if address is None:
                raise Problem(422, "recipient.invalid", _("This address isn’t complete. Please check it."), field=role, extra={"value": typed[:300]})
            if channel.own(address):
                raise Problem(
                    422, "recipient.own", _("This is an address of this desk: the mail would come back here."), field=role, extra={"value": typed[:300]}
                )
            if address not in seen:
                seen.add(address)
                found.setdefault(role, []).append(address)
    if len(seen) > MOST:
        raise Problem(422, "recipient.too_many", _("Up to 50 recipients get one message."), field="to")
    if not found.get("to"):
        raise Problem(422, "recipient.missing", _("Say who gets it."), field="to")
    return Envelope(**{role: tuple(addresses) for role, addresses in found.items()})


def recipients(conversation: Conversation, envelope: Envelope, channel: Channel, *, by: Actor) -> list[Recipient]:
    """The people behind the addresses, inside the open transaction; whoever is new in To or Cc takes part from now on, which lets their answer in."""
    inside = {conversation.customer_id: with_merged(conversation.customer_id)}
    inside |= {key: with_merged(key) for key in Participant.objects.filter(conversation=conversation).values_list("customer", flat=True)}
    found: list[Recipient] = []
    for role, addresses in (("to", envelope.to), ("cc", envelope.cc), ("bcc", envelope.bcc)):
        for address in addresses:
            customer = _among(inside.values(), channel.way, address)
            if customer is None:
                customer = tending.customer_by({channel.way: address}, name="", lang=conversation.lang, by=by).pk
                if role != "bcc":
                    inside[customer] = [customer]
                    Participant.objects.create(conversation=conversation, customer_id=customer)
                    tell(locked(conversation.pk), Joined(customer), by)
            found.append(Recipient(customer, address, role))
    return found


def _among(people: Iterable[Sequence[int]], way: str, address: str) -> int | None:
    """Whose address it is, among those who take part."""
    for keys in people:
        if Identity.objects.filter(customer__in=keys, kind=way, scope="", value=address).exists():
            return keys[0]
    return None
