"""From a copy of a message to the mail that leaves: read from rows first, put together and sent without any database."""

from collections.abc import Sequence

import msgspec

from yavar.base import crypto, files
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.files.models import File
from yavar.channels.threads import token_of
from yavar.conversations.models import Attachment, Conversation, Delivery, Message, Original
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer, Identity

from ..channel import EMAIL, EmailConfig
from ..compose import Address, Look, Outgoing, Part, Quoted, Unsendable, compose, subject_of
from ..compose.addresses import sendable
from ..compose.dkim import sign
from ..models import Outlet
from .wire import Outcome, post

HISTORY = 3  # earlier messages that are quoted
CHAIN = 20  # earlier mails that are named
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
INLINE = 5 << 20  # bytes; a larger picture is attached


class Letter(msgspec.Struct, frozen=True):
    """All that is needed to send one copy."""

    outlet: Outlet
    sender: str  # of the envelope
    recipient: str
    mail: Outgoing
    files: tuple[File, ...]

    def raw(self) -> bytes:
        """The mail itself, the same for every try. Raises Unsendable, FileNotFoundError, ValueError under another desk key."""
        parts = tuple(Part(file.name, file.mime, files.read(file), file.mime in PICTURES and file.size <= INLINE) for file in self.files)
        raw = compose(msgspec.structs.replace(self.mail, files=parts))
        if not self.outlet.dkim_selector:
            return raw
        return sign(
            raw, domain=self.mail.sender.address.rpartition("@")[2], selector=self.outlet.dkim_selector, private_key_pem=crypto.unseal(self.outlet.dkim_key)
        )

    def send(self) -> Outcome:
        """Send it. Never raises for what the mail or the server is like."""
        try:
            raw, recipient = self.raw(), sendable(self.recipient)
        except Unsendable as error:
            return Outcome("failed", "unsendable", str(error))
        except FileNotFoundError as error:
            return Outcome("failed", "file_missing", str(error))
        except ValueError as error:
            return Outcome("queued", "secret", str(error), trouble=True)
        return post(self.outlet, self.sender, recipient, raw)


def message_id_of(delivery: Delivery) -> str:
    """The Message-ID of a copy: the same at every try, and with its reply token in it, since some answers carry nothing else of ours."""
    return f"r.{token_of(delivery.public_id)}@{delivery.sender.rpartition('@')[2]}"


def letter(delivery: Delivery, outlet: Outlet) -> Letter:
    """Read what a copy needs. `delivery` with its message, conversation, inbox and brand."""
    conversation, inbox = delivery.message.conversation, delivery.inbox
    config = EMAIL.changed(inbox.config, {})
    assert isinstance(config, EmailConfig)
    said = list(Message.objects.filter(conversation=conversation, seq__gte=delivery.since, seq__lte=delivery.message.seq).order_by("seq"))
    said = [message for message in said if not message.author.startswith("customer:")]
    before = list(Message.objects.filter(conversation=conversation, seq__lt=delivery.since).order_by("-seq")[:HISTORY]) if _proven(delivery) else []
    who, shop = _names([*said, *before]), inbox.brand.name_in(conversation.lang)
    author = who.get(delivery.message.author, "")
    local, _at, domain = delivery.sender.rpartition("@")
    own = f"{local}+r.{token_of(delivery.public_id)}@{domain}" if config.plus else delivery.sender
    accent = inbox.brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    answered, chain = _chain(conversation, delivery)
    to, cc = _heads(delivery)
    mail = Outgoing(
        message_id=message_id_of(delivery), sender=Address(delivery.sender, f"{author} · {shop}" if author else shop), reply_to=own, to=to, cc=cc,
        subject=_subject(conversation, bool(answered), _proven(delivery), shop),
        lang=conversation.lang, zone=desk.read().time_zone, at=delivery.created_at, text="\n\n".join(message.text for message in said),
        signature=_signature(config, delivery.message, conversation.lang, shop),
        quoted=tuple(Quoted(who.get(m.author, ""), m.created_at, m.text, not m.author.startswith("customer:")) for m in before),
        look=Look(shop, float(accent["h"]), float(accent["c"])), in_reply_to=answered, references=chain, automatic="auto-generated" if delivery.automatic else "",
    )  # fmt: skip
    found = Attachment.objects.filter(message__in=[message.pk for message in said if message.attached]).select_related("file").order_by("pk")
    return Letter(outlet, "" if delivery.automatic else own, delivery.address, mail, tuple(each.file for each in found))


def _subject(conversation: Conversation, answers: bool, proven: bool, shop: str) -> str:
    said = conversation.subject if proven else ""
    return subject_of(said, conversation.lang, shop) if answers or not said else said


def _proven(delivery: Delivery) -> bool:
    """Whether whoever reads there may read what was said before. An address that somebody typed (in a chat, in a form) may be anybody's: it gets what the
    team writes to it and nothing of what the typist wrote."""
    if delivery.inbox_id == delivery.message.conversation.inbox_id:
        return True
    return Identity.objects.filter(customer__in=with_merged(delivery.customer_id), kind="email", value=delivery.address, verified_at__isnull=False).exists()


def _names(messages: Sequence[Message]) -> dict[str, str]:
    """How the authors of messages are called outside: agents by their first name."""
    actors = {Actor.parse(message.author) for message in messages}
    agents = sql.by_key(Agent, [actor.id for actor in actors if actor.kind == "agent"])
    customers = sql.by_key(Customer, [actor.id for actor in actors if actor.kind == "customer"])
    return {f"agent:{key}": agent.first_name() for key, agent in agents.items()} | {f"customer:{key}": each.survivor().name for key, each in customers.items()}


def _signature(config: EmailConfig, message: Message, lang: str, shop: str) -> str:
    """What stands beneath: the inbox's text in the customer's language, with `{agent}`, `{signature}` and `{shop}` filled in."""
    actor = Actor.parse(message.author)
    agent = Agent.objects.filter(pk=actor.id).first() if actor.kind == "agent" else None
    text = config.signature.get(lang) or next((each for each in config.signature.values() if each), "{signature}")
    values = {"agent": agent.name if agent else shop, "signature": agent.signature if agent else "", "shop": shop}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.strip()


def _chain(conversation: Conversation, delivery: Delivery) -> tuple[str, tuple[str, ...]]:
    """The mail that is answered, and those before it, as this recipient's program knows them: theirs, and our copies to them (RFC 5322, 3.6.4)."""
    theirs = (
        Original.objects.filter(message__conversation=conversation, message__seq__lt=delivery.since).order_by("-pk").values_list("message__seq", "head")[:CHAIN]
    )
    named = [(seq, str(head.get("message_id", "")), 0) for seq, head in theirs]
    ours = Delivery.objects.filter(message__conversation=conversation, address=delivery.address, message__seq__lt=delivery.message.seq).order_by("-pk")[:CHAIN]
    named += [(each.message.seq, message_id_of(each), 1) for each in ours.select_related("message")]
    chain = tuple(name.strip("<>") for _seq, name, _ours in sorted(named) if name)[-CHAIN:]
    return (chain[-1] if chain else ""), chain


def _heads(delivery: Delivery) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """Who is named in the head: all but those in Bcc."""
    copies = Delivery.objects.filter(message=delivery.message_id).select_related("customer").order_by("pk")
    heads = {role: tuple(Address(each.address, each.customer.survivor().name) for each in copies if each.role == role) for role in ("to", "cc")}
    return heads["to"], heads["cc"]
