"""What becomes of what comes in."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("receipt.settled", audience=STAFF)
class ReceiptSettled(msgspec.Struct, frozen=True):
    """An item found its place. `state`: routed (then `outcome` is message, auto_reply, bounce or complaint), quarantined or refused (then `reason` says why)."""

    inbox: int
    state: str
    outcome: str
    reason: str
    conversation: int | None
    message: int | None


@fact("receipt.released", audience=STAFF)
class ReceiptReleased(msgspec.Struct, frozen=True):
    """Somebody let it out of quarantine: it is a message."""

    inbox: int


@fact("receipt.retried", audience=STAFF)
class ReceiptRetried(msgspec.Struct, frozen=True):
    """Somebody had it read again."""

    inbox: int


@fact("receipt.taught", audience=STAFF)
class ReceiptTaught(msgspec.Struct, frozen=True):
    """Somebody said whether it is spam, and the desk learned from it."""

    inbox: int
    spam: bool


@fact("sender.ruled", audience=STAFF)
class SenderRuled(msgspec.Struct, frozen=True):
    """Mail of a sender is always taken (`allow`) or always held back, or (`removed`) judged as any other again. `inbox` 0: everywhere."""

    inbox: int
    allow: bool
    removed: bool


@fact("transcript.asked", audience=STAFF)
class TranscriptAsked(msgspec.Struct, frozen=True):
    """A customer asked for their chat by mail."""

    conversation: int
