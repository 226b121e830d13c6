"""What is to be written, as frozen values. Nothing in here is trusted: names, subjects, ids and file names come from strangers and people."""

from datetime import datetime

import msgspec


class Address(msgspec.Struct, frozen=True):
    """Somebody's address, and the name to show beside it ("" for none)."""

    address: str
    name: str = ""


class Quoted(msgspec.Struct, frozen=True):
    """An earlier message of the conversation. `at` is in UTC."""

    author: str
    at: datetime
    text: str


class Look(msgspec.Struct, frozen=True):
    """The brand: the name over the letter in its language, its accent as `desk.accent.Accent` keeps it (degrees, oklch chroma), its site ("" for none)."""

    name: str
    hue: float
    chroma: float
    url: str = ""


class Part(msgspec.Struct, frozen=True):
    """An attached file. `type` is a MIME type; `inline`: a picture that is shown under the text."""

    name: str
    type: str
    content: bytes
    inline: bool = False


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to be composed. Whoever gets a hidden copy is not named here: that is the envelope's business.

    `message_id` and the other ids stand without < >. `lang` is the customer's: fa, ru or en; `zone` the IANA zone of the moments shown; `at` the Date, in UTC.
    `quoted` stands newest first. `automatic`: "" when a person wrote it, else the value of Auto-Submitted, "auto-replied" or "auto-generated" (RFC 3834).
    `marker`: begin with the line above which an answer is written.
    """

    message_id: str
    sender: Address
    reply_to: str = ""
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    subject: str
    lang: str
    zone: str
    at: datetime
    text: str
    signature: str = ""
    quoted: tuple[Quoted, ...] = ()
    look: Look
    files: tuple[Part, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: str = ""
    marker: bool = True
