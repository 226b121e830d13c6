"""A mail as the rules of this room look at it: short headers, the notice, the machine-readable blocks, and the head of the mail it is about.

Everything is capped here, so that no rule has to be: parts, depth, the size of texts and of headers. Attached mails are not looked into, other than
for their head: somebody who sends us their bounce as an attachment has written to us.
"""

import re
from email.message import Message
from typing import Any, Final

import msgspec

from yavar.base.mime.charsets import decode
from yavar.base.mime.words import readable

_PARTS: Final = 40
_DEPTH: Final = 6
_TEXT: Final = 200_000  # letters of a notice; the largest that we know has 8,000
_HEADER: Final = 4_000
_RETURNED: Final = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/partial", "text/rfc822"}
)
_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FIELD: Final = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*(.*)$")
_MAIL_FIELDS: Final = frozenset({
    "return-path", "received", "message-id", "from", "to", "subject", "date", "mime-version", "content-type", "dkim-signature", "x-mailer", "reply-to", "delivered-to", "x-original-to",
})  # fmt: skip
_RETURN_MARK: Final = re.compile(
    r"^[-=_ ]*(?:(?:this is a )?copy of (?:the|your) (?:original )?message|(?:below|here|included|enclosed) (?:this line )?is (?:a copy of |the )"
    r"|original message|returned message|unsent message|"
    r"message header|the header of the original|original message (?:follows|headers?)|content of the (?:original|returned)|-+ ?forwarded message)",
    re.IGNORECASE,
)

Fields = dict[str, str]


class Letter(msgspec.Struct, frozen=True):
    """`notice` is what the mail says, without the mail it brings back. `status`: the blocks of RFC 3464, the first is about the message."""

    headers: Fields
    type: str
    report: str
    notice: str
    status: list[Fields]
    feedback: Fields | None
    receipt: Fields | None
    returned: Fields
    has_returned: bool


def read(message: Message, text: str) -> Letter:
    headers = _fields(message)
    texts, status, returned, extra = [], [], Fields(), dict[str, Fields]()
    has_returned = False
    for part in _parts(message):
        kind = part.get_content_type()
        if kind in _STATUS:
            status += _blocks(part)
        elif kind in ("message/feedback-report", "message/disposition-notification"):
            blocks = _blocks(part)
            extra[kind] = blocks[0] if blocks else {}
        elif kind in _RETURNED:
            has_returned = True
            returned = returned or _head(_returned(part))
        elif kind == "text/plain" or not kind.startswith(("text/", "image/", "application/", "audio/", "video/")):
            texts.append(_decoded(part))  # also a multipart whose boundary is nowhere, which is one text to the parser
    whole = "\n".join(texts)[:_TEXT] or text[:_TEXT]
    split = [_split(one) for one in texts or [whole]]
    notice = "\n".join(above for above, _ in split).strip("\n")[:_TEXT]
    below = next((head for _, head in split if head), {})
    if not status and _parameter(message, "report-type") == "delivery-status":
        status = [block for block in _loose_blocks(whole) if "final-recipient" in block or "original-recipient" in block]
    return Letter(
        headers=headers,
        type=message.get_content_type(),
        report=_parameter(message, "report-type"),
        notice=notice or text[:_TEXT],
        status=status,
        feedback=extra.get("message/feedback-report"),
        receipt=extra.get("message/disposition-notification"),
        returned=returned or below,
        has_returned=has_returned or bool(below),
    )


def _parts(message: Message) -> list[Message]:
    """The leaves and the attached mails, in order, without what is inside of attached mails."""
    found: list[Message] = []
    waiting = [(message, 0)]
    while waiting and len(found) < _PARTS:
        part, depth = waiting.pop()
        payload = part.get_payload()
        # not by its type alone: the library takes `multipart/report (a/b)` for none, and our own reader found its parts
        if part.get_content_maintype() != "message" and isinstance(payload, list) and depth < _DEPTH:
            waiting += [(child, depth + 1) for child in reversed(payload[:_PARTS]) if isinstance(child, Message)]
        else:
            found.append(part)
    return found


def _fields(message: Message) -> Fields:
    """The first of each header, decoded, in one line."""
    fields: Fields = {}
    for name, value in list(message.items())[:300]:
        fields.setdefault(name.lower(), _header(str(value)))
    return fields


def _raw_fields(message: Message) -> Fields:
    """The same, as it stands: an encoded word in a report's address is part of the address."""
    fields: Fields = {}
    for name, value in list(message.items())[:300]:
        fields.setdefault(name.lower(), _shifted(" ".join(str(value)[:_HEADER].split())))
    return fields


def _shifted(value: str) -> str:
    return decode(value.encode("utf-8", "surrogateescape")) if "\x1b$" in value else value


def _header(value: str) -> str:
    return readable(" ".join(value[:_HEADER].split()))


def _decoded(part: Message) -> str:
    try:
        payload: Any = part.get_payload(decode=True)
    except (ValueError, LookupError):  # a transfer encoding that is none
        payload = None
    if payload is None and isinstance(part.get_payload(), str):
        return str(part.get_payload())[:_TEXT].replace("\r\n", "\n")
    if isinstance(payload, bytes):
        return decode(payload[:_TEXT], _parameter(part, "charset")).replace("\r\n", "\n")
    return ""  # parts below the depth that is looked at; the library's generator may fail at broken ones


def _parameter(message: Message, name: str) -> str:
    try:
        value = message.get_param(name)
    except (ValueError, TypeError):  # RFC 2231 gone wrong
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "").strip().lower()


def _blocks(part: Message) -> list[Fields]:
    """The blocks of a report, which the parser gives as messages, or as text when it found them broken."""
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [_raw_fields(child) for child in payload[:_PARTS] if isinstance(child, Message)]
        if any(blocks):
            loose = [
                block
                for child in payload[:_PARTS]
                if isinstance(child, Message) and isinstance(child.get_payload(), str)
                for block in _loose_blocks(str(child.get_payload())[:_TEXT])
            ]
            return [block for block in blocks if block] + loose
    return _loose_blocks(_decoded(part))


def _loose_blocks(text: str) -> list[Fields]:
    return [fields for block in text[:_TEXT].split("\n\n")[:_PARTS] if (fields := _head(block))]


def _returned(part: Message) -> str:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else part
    if isinstance(payload, list) and isinstance(inner, Message):
        return "\n".join(f"{name}: {_header(str(value))}" for name, value in list(inner.items())[:300])
    return _decoded(part)


def _head(text: str) -> Fields:
    """The header fields that `text` begins with; folded lines are put together. The first of each name counts."""
    fields: Fields = {}
    last = ""
    for line in text[:_TEXT].lstrip("\r\n").split("\n")[:400]:
        match = _FIELD.match(line.rstrip("\r")[:_HEADER])
        if match:
            last = match[1].lower()
            if last in fields:
                last = ""
            else:
                fields[last] = match[2].strip()
        elif line[:1] in (" ", "\t") and line.strip():
            if last and len(fields[last]) < _HEADER:
                fields[last] = f"{fields[last]} {line.strip()[:_HEADER]}"
        elif fields and not line.strip():
            break
    return fields


def _split(text: str) -> tuple[str, Fields]:
    """A notice and the head of the mail under it. It begins where lines of a head stand close together, or is announced."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if _is_mail_field(line) and sum(_is_mail_field(near) for near in lines[start : start + 12]) >= 3:
            return "\n".join(lines[:start]), _head("\n".join(lines[start : start + 400]).replace("\n ", "\n ").expandtabs(1))
    mark = next((n for n, line in enumerate(lines) if _RETURN_MARK.match(line[:200])), len(lines))
    return "\n".join(lines[: mark if mark > 2 else len(lines)]), {}


def _is_mail_field(line: str) -> bool:
    name, colon, _ = line.strip("\t >|").partition(":")
    return bool(colon) and name.lower() in _MAIL_FIELDS
