"""Reports in the standard forms: delivery status (RFC 3464), feedback (RFC 5965), read receipts (RFC 8098)."""

import re
from typing import Final

from . import addresses, machine, severity
from .letter import Fields, Letter
from .model import Bounced, Recognised

_MOST: Final = 50
_GOOD: Final = frozenset({"delivered", "relayed", "expanded"})
_ID: Final = re.compile(r"<[^<>\s]{3,900}>")


def complaint(letter: Letter) -> Recognised | None:
    """A recipient pressed "spam", or a receiver found our mail badly signed."""
    hotmail = letter.headers.get("subject", "").lower().startswith("complaint about message from") and letter.has_returned
    if letter.feedback is None and letter.report != "feedback-report" and not hotmail:
        return None
    told = letter.feedback or {}
    recipient = addresses.of_field(told.get("original-rcpt-to", "") or told.get("removal-recipient", "") or letter.returned.get("to", ""))
    about = (Bounced(recipient, hard=False, reason=told.get("feedback-type", "complaint")),) if recipient else ()
    return Recognised("complaint", about, original_id(letter), told.get("feedback-type", "") or "complaint")


def receipt(letter: Letter) -> Recognised | None:
    """A program tells that our mail was opened or deleted. Nobody wrote anything."""
    if letter.receipt is None and letter.report != "disposition-notification":
        return None
    told = _ID.search((letter.receipt or {}).get("original-message-id", ""))
    return Recognised("auto_reply", original_message_id=told[0] if told else original_id(letter), why="read_receipt")


def bounce(letter: Letter) -> Recognised | None:
    """Undelivered and delayed alike; a report of nothing but deliveries is an automatic reply."""
    blocks = [block for block in letter.status if "final-recipient" in block or "original-recipient" in block or "action" in block][:_MOST]
    if not blocks or machine.is_forwarded(letter):
        return None
    failed = [block for block in blocks if block.get("action", "failed").split("(")[0].strip().lower() not in _GOOD]
    if not failed:
        return Recognised("auto_reply", original_message_id=original_id(letter), why="delivered")
    bounces = tuple(dict.fromkeys(_bounced(block, letter, only=len(failed) == 1) for block in failed))
    delayed = all(block.get("action", "").lower().startswith("delayed") for block in failed)
    return Recognised("bounce", bounces, original_id(letter), "delayed" if delayed else "delivery_status")


def _bounced(block: Fields, letter: Letter, only: bool) -> Bounced:
    recipient = (
        addresses.of_field(block.get("original-recipient", ""))
        or addresses.of_field(block.get("final-recipient", ""))
        or addresses.of_field(block.get("x-actual-recipient", ""))
    )
    if not recipient and only:
        recipient = addresses.of_field(letter.headers.get("x-failed-recipients", "")) or addresses.of_field(letter.returned.get("to", ""))
    said = re.sub(r"^\s*[\w-]{1,20}\s*;\s*", "", block.get("diagnostic-code", ""))
    status = severity.status_in(block.get("status", "")) or severity.status_in(said)
    enough = severity.speaks(said) or not only or severity.is_hard(status, "")
    words = said if enough else severity.telling(f"{said}\n{letter.notice[:6000]}")
    filtered = only and severity.refused_after_data(letter.notice)
    delayed = block.get("action", "").lower().startswith("delayed")
    return Bounced(recipient, not delayed and not filtered and severity.is_hard(status, words), status, (said or letter.notice.strip())[:300])


def original_id(letter: Letter) -> str:
    """From the mail that came back, else from what the report answers."""
    for value in (
        letter.returned.get("message-id", ""),
        letter.headers.get("x-original-message-id", ""),
        letter.headers.get("in-reply-to", ""),
        letter.headers.get("references", ""),
    ):
        found = _ID.findall(value)
        if found:
            return str(found[-1])
    return ""
