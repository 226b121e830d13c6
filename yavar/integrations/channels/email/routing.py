"""What becomes of a mail that was understood: a message, a bounce, an automatic answer, or something a person has to look at."""

import re
from collections.abc import Container, Sequence
from functools import cache, partial

import msgspec

from yavar.base.db import run, sql
from yavar.base.events.facts import SYSTEM
from yavar.base.files.models import File
from yavar.channels import ledger, senders, threads
from yavar.channels.intake import InboundMessage, Person, deliver
from yavar.channels.models import Receipt
from yavar.conversations.actions import locked, tell
from yavar.conversations.deliveries import bounced
from yavar.conversations.events import AutoReplied, MailBounced
from yavar.conversations.models import Inbox
from yavar.desk.locales import LOCALES
from yavar.people.customers import tending
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent

from .channel import base_of, own_addresses
from .forwards import forwarded
from .understand import Understood

LONGEST = 50_000  # characters shown as the message; the original has them all
MOST_COPIED = 20
LONGEST_ADDRESS = 254  # of RFC 5321; some databases can not even look for one of 64 kB
_TOKEN = re.compile(r"(?:\+r\.|<r\.)([a-z2-7]{26})(?![a-z2-7])", re.IGNORECASE)


class Read(msgspec.Struct, frozen=True):
    """A receipt and what its mail was understood as. `reason`: why it was not. `files` are laid, `withheld` are names of those that are not shown."""

    receipt: Receipt
    understood: Understood | None = None
    files: tuple[File, ...] = ()
    withheld: tuple[str, ...] = ()
    cids: tuple[tuple[str, str], ...] = ()  # Content-ID of a part -> key of its file
    reason: str = ""
    error: str = ""


def settle(read: Read) -> None:
    """Find the mail its place, inside the open transaction. Raises Problem for what cannot be stored."""
    receipt, mail = read.receipt, read.understood
    if mail is not None:
        receipt.sender, receipt.subject = mail.from_, mail.subject
    if mail is None or read.reason:
        return ledger.quarantine(receipt, read.reason, error=read.error)
    tokens = tokens_in([*mail.recipients, *(f"<{each}>" for each in (*mail.references, mail.in_reply_to, mail.original_message_id))])
    released = receipt.reason == "released"
    if mail.outcome in ("bounce", "complaint"):
        return _bounced(receipt, mail, tokens)
    if mail.outcome == "auto_reply" and not released:
        return _auto_replied(receipt, mail, tokens)
    own = own_addresses()
    if reason := "" if released else held_back(receipt, mail, own):
        return ledger.quarantine(receipt, reason)
    return ledger.route(receipt, "message", message=deliver(_inbound(read, mail, tokens, own)))


def tokens_in(texts: Sequence[str]) -> list[str]:
    """What looks like a reply token in addresses and message ids."""
    return list(dict.fromkeys(token.lower() for text in texts for token in _TOKEN.findall(text[:1000])))


def held_back(receipt: Receipt, mail: Understood, own: Container[str]) -> str:
    """Why a person has to look at it first; '' for what may pass. `own` are the desk's addresses."""
    if not mail.from_ or len(mail.from_) > LONGEST_ADDRESS:
        return "no_sender"
    if base_of(mail.from_) in own:
        return "own_address"
    ruling = senders.ruling(receipt.inbox_id, mail.from_)
    if ruling is not None:
        return "" if ruling else "blocked"
    return "spam" if senders.is_spam(partial(words_of, mail)) else ""


def words_of(mail: Understood) -> set[str]:
    """What the desk learns a mail by."""
    return senders.words_of(mail.subject, mail.text, mail.from_)


def _inbound(read: Read, mail: Understood, tokens: list[str], own: Container[str]) -> InboundMessage:
    receipt = read.receipt
    sender, text = Person("email", mail.from_, mail.from_name), mail.reply_text or mail.text or mail.subject
    # an agent's address proves nothing; but what it sends on is its writer's matter, and nobody gains by pretending
    onward = forwarded(mail.text) if run(_is_agent(), (mail.from_.lower(),)).fetchone() else None
    if onward is not None and base_of(onward.address) not in own:
        sender, text = Person("email", onward.address, onward.name), onward.text
    copied = [Person("email", each.address, each.name) for each in (*mail.to, *mail.cc) if base_of(each.address) not in own and each.address != sender.value]
    head: dict[str, object] = {
        "subject": mail.subject, "from": mail.from_, "name": mail.from_name, "to": [each.address for each in mail.to], "cc": [each.address for each in mail.cc],
        "date": mail.date.isoformat() if mail.date else "", "message_id": mail.message_id, "sealed": mail.sealed, "withheld": list(read.withheld), "cids": dict(read.cids), "bulk": mail.reason,
    }  # fmt: skip
    return InboundMessage(
        inbox_id=receipt.inbox_id, key=receipt.key, sender=sender, text=text[:LONGEST], whole=mail.text, html=mail.html, subject=" ".join(mail.subject.split())[:200],
        lang=mail.language if mail.language in LOCALES else _locale(receipt.inbox_id), at=receipt.received_at, files=read.files,
        copied=[each for each in copied if "@" in each.value and len(each.value) <= LONGEST_ADDRESS][:MOST_COPIED] if onward is None else [], tokens=tokens, head=head, forwarded=onward is not None,
    )  # fmt: skip


@cache
def _is_agent() -> str:
    return sql.text(f"SELECT 1 FROM {sql.table(Agent)} WHERE LOWER(email) = ? AND is_active LIMIT 1")


def _locale(inbox_id: int) -> str:
    """The first language of an inbox's shop: of a mail whose own cannot be told, or is none that the desk speaks."""
    return Inbox.objects.values_list("brand__locale", flat=True).get(pk=inbox_id)


def _bounced(receipt: Receipt, mail: Understood, tokens: list[str]) -> None:
    """Linked to what came back by the token that it carried; then the address of whom that was given to is marked. Anybody can write a bounce: it marks nobody else, and without a token it is only written down."""
    known = threads.known(tokens)
    for token in known[:1]:
        complaint = mail.outcome == "complaint"
        hard = any(each.hard for each in mail.bounces)
        for each in mail.bounces:
            tending.mark_failed(token.customer_id, "email", each.recipient, "complaint" if complaint else "hard" if each.hard else "soft", by=SYSTEM)
        if token.message_id is not None:
            bounced(
                token.message_id,
                with_merged(token.customer_id),
                "complaint" if complaint else "hard" if hard else "soft",
                next((each.reason for each in mail.bounces), ""),
            )
        tell(locked(token.conversation_id), MailBounced(token.customer_id, receipt.pk, hard, complaint, token.message_id), SYSTEM)
    ledger.route(receipt, mail.outcome, conversation=known[0].conversation_id if known else None)


def _auto_replied(receipt: Receipt, mail: Understood, tokens: list[str]) -> None:
    """A machine's answer to something of ours is noted there and wakes nobody; any other waits for a person."""
    known = threads.known(tokens)
    if not known:
        return ledger.quarantine(receipt, "auto_reply")
    tell(locked(known[0].conversation_id), AutoReplied(known[0].customer_id, receipt.pk), SYSTEM)
    return ledger.route(receipt, "auto_reply", conversation=known[0].conversation_id)
