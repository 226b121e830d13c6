"""One raw mail, understood: what it says, what is new in it, and whether a person wrote it."""

from email.message import Message
from typing import Literal

import msgspec

from yavar.base import mime
from yavar.base.mime import addresses
from yavar.base.mime.charsets import decode as decode_text

from .bounces import Bounced, recognise
from .reply import strip

RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "Resent-To")
CHILD = f"{__name__}:encode"
CHILD_FOR_TEXT = f"{__name__}:encode_text"

Outcome = Literal["message", "auto_reply", "bounce", "complaint", "quarantined"]


class Understood(mime.Letter, frozen=True, kw_only=True):
    """A letter and what follows from it. `reason`: why it has this outcome, a word or `word: sentence` in English; '' for a plain message.

    `reply_text` is `text` without quotes and signature, for reading; it is empty only when the mail says nothing. `original_message_id`: the mail of ours that a bounce is about.
    """

    outcome: Outcome
    reason: str = ""
    reply_text: str = ""
    signature: str = ""
    recipients: tuple[str, ...] = ()  # addresses of all headers that name any, also those of the way it took
    bounces: tuple[Bounced, ...] = ()
    original_message_id: str = ""


class Stripped(msgspec.Struct, frozen=True):
    """A bare text without its quotes, and its signature."""

    reply_text: str
    signature: str


def understand(raw: bytes) -> Understood:
    """Everything about one mail. Never raises for what a stranger can send, short of what only a process of its own survives."""
    try:
        mail = mime.read(raw)
    except mime.Refused as refused:
        return quarantined(refused.reason, refused.sentence)
    recognised = recognise(mail.message, mail.text)
    reply = strip(mail.text, mail.html)
    said = {name: getattr(mail, name) for name in mime.Letter.__struct_fields__}
    return Understood(
        **said,
        outcome=recognised.outcome,
        reason=recognised.why,
        reply_text=reply.text,
        signature=reply.signature,
        recipients=tuple(_recipients(mail.message)),
        bounces=recognised.bounces,
        original_message_id=recognised.original_message_id,
    )


def _recipients(message: Message) -> list[str]:
    values = [str(value) for name in RECIPIENTS for value in (message.get_all(name) or ())[:20]]
    return list(dict.fromkeys(each.address for value in values for each in addresses.read(value)))


def quarantined(word: str, sentence: str) -> Understood:
    """What stands for a mail that nobody can read."""
    return Understood(outcome="quarantined", reason=f"{word}: {sentence}")


def encode(raw: bytes) -> bytes:
    """`understand`, from bytes to bytes for the child."""
    return msgspec.msgpack.encode(understand(raw))


def decode(answer: bytes) -> Understood:
    """What `encode` has written."""
    return msgspec.msgpack.decode(answer, type=Understood)


def encode_text(raw: bytes) -> bytes:
    """`strip` for a bare body, from bytes to bytes for the child; opened by `decode_stripped`."""
    reply = strip(decode_text(raw).replace("\0", "").replace("\r\n", "\n"))
    return msgspec.msgpack.encode(Stripped(reply.text, reply.signature))


def decode_stripped(answer: bytes) -> Stripped:
    """What `encode_text` has written."""
    return msgspec.msgpack.decode(answer, type=Stripped)
