"""From raw bytes (RFC 5322, MIME) to a Mail.

Decisions where the standards leave none, or senders do not follow them:
- The sender is the first address of the first From header. More headers or addresses are named in `warnings`, never used. Without From it is Sender; without both it is ''.
- A subject is the first Subject header.
- What is beyond a cap is refused as a whole; what is only broken is read as far as it goes.
"""

import re
from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz

from msgspec.structs import replace

from yavar.base.html import clean, from_clean
from yavar.base.lang import detect

from . import addresses
from .addresses import Address
from .charsets import codec_of
from .gather import Gathering
from .guess import DOUBLE, guess, looks
from .letter import Mail
from .tree import Part, as_message
from .tree import read as read_tree
from .words import raw_text, readable

_ID = re.compile(r"<[^<>\s]{1,990}>")
_CID = re.compile(r"cid:([^\"'\s>)]{1,500})", re.I)


def read(raw: bytes) -> Mail:
    """Everything a mail says. Raises errors.Refused for a mail beyond a cap (size, headers, parts, depth); never raises for a broken one."""
    root = read_tree(raw)
    hint = _hint(root)
    gathered = Gathering(root, hint)
    warnings = [*dict.fromkeys([*(problem for part in root.walk() for problem in part.problems), *gathered.warnings])]
    sender, more = _sender(root, hint)
    html = clean(gathered.words.html) if gathered.words.html.strip() else ""
    text = gathered.words.plain if gathered.words.plain.strip() else from_clean(html)
    subject = " ".join(readable(raw_text(root.first("subject"), hint)).split())
    shown = {cid.lower() for cid in _CID.findall(html)}
    return Mail(
        message=as_message(root),
        subject=subject,
        from_=sender.address,
        from_name=sender.name,
        to=_addresses(root, "to", hint),
        cc=_addresses(root, "cc", hint),
        reply_to=_addresses(root, "reply-to", hint),
        message_id=_first_id(root.first("message-id")),
        in_reply_to=_first_id(root.first("in-reply-to")),
        references=_ID.findall(raw_text(root.first("references")))[-100:],
        date=_date(root.first("date")),
        text=text,
        html=html,
        attachments=[replace(file, inline=True) if file.content_id.lower() in shown else file for file in gathered.attachments],
        language=detect(text) or detect(f"{subject}\n{text}"),
        sealed=gathered.sealed,
        warnings=[*warnings, *more],
    )


def _hint(root: Part) -> str:
    """The codec of raw 8-bit headers that are not UTF-8: the one that a text of the mail declares if they make sense in it, else the likeliest. One program wrote them all."""
    raw = b" ".join(value for _, value in root.headers if not value.isascii())[:8000]
    if not raw:
        return ""
    damaged = raw.decode("utf-8", "replace").count("\ufffd")
    if damaged * 4 <= sum(byte >= 0xC0 for byte in raw):
        return "utf-8"
    declared = dict.fromkeys(codec_of(part.parameters.get("charset", "")) for part in root.walk())
    for codec in [codec for codec in declared if codec not in ("", "ascii", "cp1252")][:4]:
        text = raw.decode(codec, "replace")
        if "\ufffd" not in text and looks(text, 2 if codec in DOUBLE else 1) >= 1:
            return codec
    return guess(raw)


def _addresses(root: Part, name: str, hint: str) -> list[Address]:
    return [address for value in root.all(name)[:10] for address in addresses.read(raw_text(value, hint))]


def _sender(root: Part, hint: str) -> tuple[Address, list[str]]:
    """Who wrote it, and what is odd about that."""
    headers = root.all("from")
    odd = ["more than one From header; the first counts"] if len(headers) > 1 else []
    found = addresses.read(raw_text(headers[0], hint)) if headers else []
    if len(found) > 1:
        odd.append("more than one address in From; the first counts")
    if not found:
        found = _addresses(root, "sender", hint)
        odd += ["no address in From; Sender counts"] if found else []
    if found:
        return found[0], odd
    odd.append("no sender")
    return Address(addresses.name_only(raw_text(headers[0], hint)) if headers else "", ""), odd


def _first_id(value: bytes) -> str:
    text = raw_text(value[:4000])
    found = _ID.search(text)
    return found[0] if found else (text.split() or [""])[0][:990]


def _date(value: bytes) -> datetime | None:
    parsed = parsedate_tz(raw_text(value[:200]))
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(mktime_tz(parsed), UTC)
    except (ValueError, OverflowError):
        return None
