"""What is known about a mail that no person wrote."""

from typing import Literal

import msgspec

Outcome = Literal["message", "auto_reply", "bounce", "complaint"]


class Bounced(msgspec.Struct, frozen=True):
    """One recipient whom a mail did not reach. `hard`: it never will, the address is wrong or gone; everything else may pass or be put right.

    `status` is RFC 3463's "5.1.1", "" when nobody said. `reason` is a line for people to read, in the words of the server that refused.
    """

    recipient: str
    hard: bool
    status: str = ""
    reason: str = ""


class Recognised(msgspec.Struct, frozen=True):
    """`original_message_id` is the mail of ours that this is about, in its angle brackets; "" when it is not told. `why` is a word for the ledger."""

    outcome: Outcome
    bounces: tuple[Bounced, ...] = ()
    original_message_id: str = ""
    why: str = ""
