"""What a mail says, as one frozen value."""

from datetime import datetime
from email.message import Message

from msgspec import Struct

from .addresses import Address


class Attachment(Struct, frozen=True):
    """Something a reader could save. `type` is what the sender claims; `size` in bytes; `inline`: shown within the text; `content_id` without brackets."""

    name: str
    type: str
    size: int
    inline: bool
    content_id: str
    content: bytes


class Letter(Struct, frozen=True, kw_only=True):
    """Everything in it that can be written down. Ids keep their angle brackets; `date` is in UTC; `text` and `html` hold the quotes, `html` is sanitised."""

    subject: str = ""
    from_: str = ""
    from_name: str = ""
    to: list[Address] = []
    cc: list[Address] = []
    reply_to: list[Address] = []
    message_id: str = ""
    in_reply_to: str = ""
    references: list[str] = []
    date: datetime | None = None
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = []
    language: str = ""
    sealed: str = ""
    """`signed`, `encrypted` or '': by OpenPGP or S/MIME, which nobody here has checked or opened."""
    warnings: list[str] = []


class Mail(Letter, frozen=True, kw_only=True):
    """A letter with the tree it was read from, for those who look at headers and parts; it cannot be serialised."""

    message: Message
