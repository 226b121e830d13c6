"""One mail, whole: its head, and its parts as deep as they need to be."""

from datetime import UTC
from email.utils import format_datetime

from django.utils import translation
from django.utils.translation import gettext

from ..reply import MARKER
from . import headers, parts
from .addresses import Unsendable, sendable
from .letter import Address, Outgoing, Part
from .page import Page
from .plain import plain
from .subject import LONGEST

AUTOMATIC = ("auto-replied", "auto-generated")


def compose(outgoing: Outgoing) -> bytes:
    """The mail as it is signed and handed over (RFC 5322, 2045 and after): CRLF, ASCII, no line over 998; the same bytes for the same `outgoing`.

    Raises `Unsendable`: an address or a message id that no header can carry, an unknown kind of automatic mail. What stands in names, subjects,
    texts and files never does. Raises ZoneInfoNotFoundError, and KeyError for a language the desk does not speak.
    """
    head = _head(outgoing)
    pictures = [each for each in outgoing.files if each.inline and parts.is_picture(each.type)]
    body = _related(outgoing, pictures)
    attached = [parts.file(each.name, each.type, each.content) for each in outgoing.files if each not in pictures]
    if attached:
        body = parts.together("mixed", [body, *attached], outgoing.message_id)
    return head.encode("ascii") + body


def _head(outgoing: Outgoing) -> str:
    if not headers.is_id(outgoing.message_id):
        raise Unsendable("message_id")
    parent, thread = headers.thread(outgoing.in_reply_to, outgoing.references)
    fields = [
        headers.field("Date", [format_datetime(outgoing.at.astimezone(UTC))]),
        _mailboxes("From", (outgoing.sender,)),
        _mailboxes("To", outgoing.to) if outgoing.to or outgoing.cc else "To: undisclosed-recipients:;\r\n",
        _mailboxes("Cc", outgoing.cc),
        headers.field("Reply-To", [sendable(outgoing.reply_to)]) if outgoing.reply_to else "",
        headers.text("Subject", outgoing.subject, LONGEST),
        f"Message-ID: <{outgoing.message_id}>\r\n",
        f"In-Reply-To: <{parent}>\r\n" if parent else "",
        headers.field("References", [f"<{each}>" for each in thread]) if thread else "",
        _automatic(outgoing.automatic),
        f"Content-Language: {outgoing.lang}\r\n",
        "MIME-Version: 1.0\r\n",
    ]
    return "".join(fields)


def _mailboxes(name: str, people: tuple[Address, ...]) -> str:
    return headers.mailboxes(name, [(each.name, sendable(each.address)) for each in people]) if people else ""


def _automatic(kind: str) -> str:
    """RFC 3834, and the same for Exchange. No Precedence: it would say that the mail is one of many, and filters believe it."""
    if not kind:
        return ""
    if kind not in AUTOMATIC:
        raise Unsendable("automatic")
    return f"Auto-Submitted: {kind}\r\nX-Auto-Response-Suppress: All\r\n"


def _related(outgoing: Outgoing, pictures: list[Part]) -> bytes:
    """The letter in both forms, with the pictures that its page shows."""
    ids = [f"{number}.{outgoing.message_id}" for number in range(1, len(pictures) + 1)]
    marker = MARKER[outgoing.lang] if outgoing.marker else ""
    note = _note(outgoing)
    page = Page(outgoing, marker, note, [(cid, headers.file_name(each.name)) for cid, each in zip(ids, pictures, strict=True)]).write()
    letter = plain(outgoing, [each for each in (marker, note) if each])
    both = parts.together("alternative", [parts.words(letter, "plain"), parts.words(page, "html")], outgoing.message_id)
    if not pictures:
        return both
    shown = [parts.file(each.name, each.type, each.content, cid) for cid, each in zip(ids, pictures, strict=True)]
    return parts.together("related", [both, *shown], outgoing.message_id)


def _note(outgoing: Outgoing) -> str:
    """An automatic mail says that it is one."""
    if not outgoing.automatic:
        return ""
    with translation.override(outgoing.lang):
        return gettext("Automatic answer") if outgoing.automatic == "auto-replied" else gettext("Automatic message")
