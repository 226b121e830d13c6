"""What happens to a conversation. Payloads hold ids and small facts; a change says from what to what, so it can be undone."""

import msgspec

from yavar.base.events import PUBLIC, STAFF, fact


@fact("conversation.opened", audience=PUBLIC)
class Opened(msgspec.Struct, frozen=True):
    inbox: int
    customer: int


@fact("message.received", audience=PUBLIC)
class MessageReceived(msgspec.Struct, frozen=True):
    """The customer wrote."""

    message: int
    seq: int


@fact("message.sent", audience=PUBLIC)
class MessageSent(msgspec.Struct, frozen=True):
    """The team (or its bot) wrote to the customer."""

    message: int
    seq: int


@fact("conversation.assigned", audience=STAFF)
class Assigned(msgspec.Struct, frozen=True):
    before: int | None
    after: int | None


@fact("conversation.team_changed", audience=STAFF)
class TeamChanged(msgspec.Struct, frozen=True):
    before: int | None
    after: int | None


@fact("conversation.tagged", audience=STAFF)
class Tagged(msgspec.Struct, frozen=True):
    added: list[int]
    removed: list[int]


@fact("conversation.prioritised", audience=STAFF)
class Prioritised(msgspec.Struct, frozen=True):
    before: str
    after: str


@fact("conversation.snoozed", audience=STAFF)
class Snoozed(msgspec.Struct, frozen=True):
    before: str
    until: str | None


@fact("conversation.woken", audience=STAFF)
class Woken(msgspec.Struct, frozen=True):
    """It came back by itself: `why` is `time` or `customer`."""

    why: str


@fact("conversation.resolved", audience=PUBLIC)
class Resolved(msgspec.Struct, frozen=True):
    before: str


@fact("conversation.reopened", audience=PUBLIC)
class Reopened(msgspec.Struct, frozen=True):
    """`why` is `agent` or `customer`."""

    why: str


@fact("conversation.typed", audience=STAFF)
class Typed(msgspec.Struct, frozen=True):
    """It got a request type."""

    before: int | None
    after: int | None


@fact("conversation.read", audience=STAFF)
class Read(msgspec.Struct, frozen=True):
    """The team has seen the customer's messages up to `seq`, or (unread > 0) someone put it back as unread."""

    seq: int
    unread: int


@fact("conversation.seen", audience=PUBLIC)
class Seen(msgspec.Struct, frozen=True):
    """One side has seen the other's messages up to `seq`; `by_customer` says which. It stands outside the timeline and has no event_seq."""

    seq: int
    by_customer: bool
