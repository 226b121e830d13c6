"""The door in: what any channel brings becomes one message of one conversation, in one transaction, however often it is brought."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from yavar.base import files
from yavar.base.db import sql, transaction
from yavar.base.events import Actor
from yavar.base.events.facts import SYSTEM
from yavar.base.files.models import File
from yavar.conversations.actions import locked, seen_by_customer, tell
from yavar.conversations.append import Appended, append
from yavar.conversations.deliveries import arrived
from yavar.conversations.events import Hinted, Joined
from yavar.conversations.models import Conversation, Original, Participant
from yavar.conversations.receive import NOTHING, About, Inbound, begin, receive
from yavar.people.customers import identities, tending
from yavar.people.customers.queries import with_merged
from yavar.people.models import Customer

from .models import ReplyToken
from .threads import Thread, find, holder, known

__all__ = ["About", "Appended", "Inbound", "InboundMessage", "Person", "accept", "bring", "deliver"]


def accept(inbound: Inbound) -> Appended:
    """Take a checked message in, inside the writer's transaction. The same client id again answers the stored message."""
    return receive(inbound)


def bring(start_key: str, inbound: Callable[[], Inbound], *, about: About = NOTHING) -> Appended:
    """A program brings what came to it some other way: a conversation of its own, once per `start_key`."""
    return begin(start_key, inbound, about=about)


class Person(msgspec.Struct, frozen=True):
    """Somebody as a message names them: nothing of it is proven. `way` is the kind of `value` (email, phone …)."""

    way: str
    value: str
    name: str = ""


class InboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as its channel understood it. `key` says which one it is; `text` is what the writer says now, `whole` all of it with what was quoted,
    `html` its page, cleaned; `files` are laid and have no rows yet; `tokens` are what looked like reply tokens; `forwarder` who sent it on."""

    inbox_id: int
    key: str
    sender: Person
    text: str
    whole: str = ""
    html: str = ""
    subject: str = ""
    lang: str = "en"
    at: datetime
    files: Sequence[File] = ()
    copied: Sequence[Person] = ()
    tokens: Sequence[str] = ()
    head: dict[str, object] = {}
    forwarded: bool = False


def deliver(message: InboundMessage) -> Appended:
    """Find the customer and the conversation, store the message with its files and its original. Joins a conversation only by a reply token and as one
    who takes part in it; else begins one, with a hint where there is reason for it. The same `key` again answers the stored message.

    Raises Problem 422 when the sender's address is none.
    """
    with transaction():
        found = known(message.tokens)
        customer = holder(found, identities.normal(message.sender.way, message.sender.value) or "") or _customer(message.sender, message.lang)
        thread = find(found, customer)
        actor = Actor("customer", customer.pk)
        kept = [files.keep(file, actor) for file in message.files]
        keys = tuple(file.key for file in kept)
        client_id = f"{Original.CLIENT_ID}{message.key[:40]}"
        if thread.joins is not None:
            stored = append(thread.joins, by=actor, client_id=client_id, text=message.text, files=keys, at=message.at)
        else:
            inbound = Inbound(message.inbox_id, customer.pk, None, client_id, message.text, keys, message.lang, message.at)
            stored = begin(f"mail:{message.inbox_id}:{message.key}", lambda: inbound, about=About(subject=message.subject))
        if not stored.repeated:
            sql.add(Original(message_id=stored.message_id, text=message.whole, html=message.html, head=message.head))
            _copied(stored.conversation_id, message)
            _hint(stored.conversation_id, thread, message)
            if thread.token is not None:
                _answered(thread.token, message.sender)
    return stored


def _customer(person: Person, lang: str) -> Customer:
    return tending.customer_by({person.way: person.value}, name=person.name[: tending.LONGEST_NAME], lang=lang, by=SYSTEM)


def _copied(conversation_id: int, message: InboundMessage) -> None:
    """Whoever takes part may copy others in; the desk's own addresses are left out by the caller."""
    if not message.copied:
        return
    conversation = Conversation.objects.get(pk=conversation_id)
    inside = {*with_merged(conversation.customer_id), *Participant.objects.filter(conversation=conversation).values_list("customer", flat=True)}
    for person in message.copied:
        customer = _customer(person, message.lang)
        if customer.pk not in inside:
            inside.add(customer.pk)
            Participant.objects.create(conversation=conversation, customer=customer)
            tell(locked(conversation_id), Joined(customer.pk), SYSTEM)


def _answered(token: ReplyToken, sender: Person) -> None:
    """What an answer proves: what it answers has arrived and was read, and whoever answers from where we wrote to can read what is sent there."""
    if token.message is None:
        return
    people = with_merged(token.customer_id)
    arrived(token.message.pk, people)
    if token.message.conversation.customer_id in people:
        seen_by_customer(token.message.conversation_id, token.message.seq)
    if token.address == identities.normal(sender.way, sender.value):
        tending.prove(token.customer.survivor(), sender.way, token.address, by=SYSTEM)


def _hint(conversation_id: int, thread: Thread, message: InboundMessage) -> None:
    hints, why = (list(thread.hints), thread.why) if thread.why else ([], "forwarded" if message.forwarded else "")
    if why:
        tell(locked(conversation_id), Hinted(hints, why), SYSTEM)
