"""From a copy of a message to the mail that leaves: read from rows first, put together and sent without any database."""

import logging
from collections.abc import Sequence

import msgspec

from yavar.base import crypto, files
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.files.models import File
from yavar.channels.threads import token_of
from yavar.conversations.models import Attachment, Conversation, Delivery, Inbox, Message, Original
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE
from yavar.desk.models import Brand
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer, Identity

from ..channel import EmailConfig
from ..compose import Address, Look, Outgoing, Part, Quoted, Unsendable, compose, subject_of
from ..compose.addresses import sendable
from ..compose.dkim import sign
from ..models import Outlet
from .wire import Outcome, post

log = logging.getLogger("yavar.email")
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
        except Exception as error:
            log.exception("a mail could not be composed")
            return Outcome("failed", "inside", str(error))
        return post(self.outlet, self.sender, recipient, raw)


def message_id_of(delivery: Delivery) -> str:
    """The Message-ID of a copy: the same at every try, and with its reply token in it, since some answers carry nothing else of ours."""
    return f"r.{token_of(delivery.public_id)}@{delivery.sender.rpartition('@')[2]}"


def letter(delivery: Delivery, outlet: Outlet) -> Letter:
    """Read what a copy needs: a dozen short statements, none of which Django has to build."""
    [message] = sql.pick(Message, "id = ?", (delivery.message_id,))
    [conversation] = sql.pick(Conversation, "id = ?", (message.conversation_id,))
    [inbox] = sql.pick(Inbox, "id = ?", (delivery.inbox_id,))
    [brand] = sql.pick(Brand, "id = ?", (inbox.brand_id,))
    # nobody's words go by themselves to an address that is only claimed
    proven = (delivery.inbox_id == conversation.inbox_id and not delivery.automatic) or _proven(delivery)
    said = [message] if delivery.since == message.seq else _told(conversation.pk, delivery.since, message.seq)
    before = sql.pick(Message, f"conversation_id = ? AND seq < ? ORDER BY seq DESC LIMIT {HISTORY}", (conversation.pk, delivery.since)) if proven else []
    who, shop, lang = _names([*said, *before]), brand.name_in(conversation.lang), conversation.lang
    config = msgspec.convert(inbox.config, EmailConfig)
    author, own, accent = who.get(message.author, ""), _own(delivery, config), brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    answered, chain = _chain(conversation.pk, delivery)
    subject = conversation.subject if proven else ""
    automatic = "" if not delivery.automatic else "auto-replied" if answered else "auto-generated"
    to, cc = _heads(delivery)
    mail = Outgoing(
        message_id=message_id_of(delivery), sender=Address(delivery.sender, f"{author} · {shop}" if author else shop), reply_to=own, to=to, cc=cc,
        subject=subject_of(subject, lang, shop) if answered or not subject else subject, lang=lang, zone=desk.read().time_zone, at=delivery.created_at,
        text="\n\n".join(each.text for each in said), signature=_signature(config, message, lang, shop),
        quoted=tuple(Quoted(who.get(m.author, shop), m.created_at, m.text) for m in before),
        look=Look(shop, float(accent["h"]), float(accent["c"])), in_reply_to=answered, references=chain, automatic=automatic,
    )  # fmt: skip
    attached = [each.pk for each in said if each.attached]
    found = Attachment.objects.filter(message__in=attached).select_related("file").order_by("pk") if attached else ()
    return Letter(outlet, "" if delivery.automatic else own, delivery.address, mail, tuple(each.file for each in found))


def _told(conversation: int, since: int, until: int) -> list[Message]:
    """What the team said in a stretch of a conversation."""
    found = sql.pick(Message, "conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq", (conversation, since, until))
    return [message for message in found if not message.author.startswith("customer:")]


def _own(delivery: Delivery, config: EmailConfig) -> str:
    """The address of ours that an answer to this copy goes to."""
    local, _at, domain = delivery.sender.rpartition("@")
    return f"{local}+r.{token_of(delivery.public_id)}@{domain}" if config.plus else delivery.sender


def _proven(delivery: Delivery) -> bool:
    """Whether whoever reads there may read what was said before. An address that somebody typed (in a chat, in a form) may be anybody's: it gets what the
    team writes to it and nothing of what the typist wrote."""
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
    agent = next(iter(sql.pick(Agent, "id = ?", (actor.id,))), None) if actor.kind == "agent" else None
    text = config.signature.get(lang) or next((each for each in config.signature.values() if each), "{signature}")
    values = {"agent": agent.name if agent else shop, "signature": agent.signature if agent else "", "shop": shop}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    if agent is None and shop:
        text = text.replace(f"{shop}\n{shop}", shop)  # it stands for whoever wrote, too
    return text.strip()


def _chain(conversation: int, delivery: Delivery) -> tuple[str, tuple[str, ...]]:
    """The mail that is answered, and those before it, as this recipient's program knows them: theirs, and our copies to them (RFC 5322, 3.6.4)."""
    earlier = f"message_id IN (SELECT id FROM {sql.table(Message)} WHERE conversation_id = ? AND id < ?)"
    theirs = sql.pick(Original, f"{earlier} ORDER BY message_id DESC LIMIT {CHAIN}", (conversation, delivery.message_id))
    ours = sql.pick(Delivery, f"{earlier} AND address = ? ORDER BY message_id DESC LIMIT {CHAIN}", (conversation, delivery.message_id, delivery.address))
    named = [(each.message_id, str(each.head.get("message_id", "")).strip("<>")) for each in theirs] + [(each.message_id, message_id_of(each)) for each in ours]
    chain = tuple(name for _key, name in sorted(named) if name)[-CHAIN:]
    return (chain[-1] if chain else ""), chain


def _heads(delivery: Delivery) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """Who is named in the head: all but those in Bcc."""
    copies = sql.pick(Delivery, "message_id = ? ORDER BY id", (delivery.message_id,))
    people = sql.by_key(Customer, [each.customer_id for each in copies])
    heads = {role: tuple(Address(each.address, people[each.customer_id].survivor().name) for each in copies if each.role == role) for role in ("to", "cc")}
    return heads["to"], heads["cc"]
