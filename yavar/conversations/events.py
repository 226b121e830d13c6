"""What happens to a conversation. Payloads hold ids and small facts; a change says from what to what, so it can be undone."""

import msgspec

from yavar.base.events import PUBLIC, STAFF, fact


@fact("conversation.opened", audience=PUBLIC)
class Opened(msgspec.Struct, frozen=True):
    """A conversation began."""

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
    """It was given to somebody, or to nobody."""

    before: int | None
    after: int | None


@fact("conversation.team_changed", audience=STAFF)
class TeamChanged(msgspec.Struct, frozen=True):
    """It was given to a team, or to none."""

    before: int | None
    after: int | None


@fact("conversation.tagged", audience=STAFF)
class Tagged(msgspec.Struct, frozen=True):
    """Tags were put on and taken off."""

    added: list[int]
    removed: list[int]


@fact("customer.tagged", audience=STAFF)
class CustomerTagged(msgspec.Struct, frozen=True):
    """Tags were put on a customer and taken off."""

    added: list[int]
    removed: list[int]


@fact("conversation.prioritised", audience=STAFF)
class Prioritised(msgspec.Struct, frozen=True):
    """It got another priority."""

    before: str
    after: str


@fact("conversation.snoozed", audience=STAFF)
class Snoozed(msgspec.Struct, frozen=True):
    """It was put away until a time, or until the customer writes."""

    before: str
    until: str | None


@fact("conversation.woken", audience=STAFF)
class Woken(msgspec.Struct, frozen=True):
    """It came back by itself: `why` is `time` or `customer`."""

    why: str


@fact("conversation.resolved", audience=PUBLIC)
class Resolved(msgspec.Struct, frozen=True):
    """The matter was settled; `before` is the status it had."""

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


@fact("message.copied", audience=PUBLIC)
class MessageCopied(msgspec.Struct, frozen=True):
    """A split brought a message here from another conversation."""

    message: int
    seq: int


@fact("conversation.retitled", audience=STAFF)
class Retitled(msgspec.Struct, frozen=True):
    """It got another subject; the words stay in the row."""

    empty: bool


@fact("conversation.described", audience=STAFF)
class Described(msgspec.Struct, frozen=True):
    """Custom fields were filled in: their keys, never the values."""

    fields: list[str]


@fact("conversation.merged", audience=STAFF)
class Merged(msgspec.Struct, frozen=True):
    """Another conversation was merged into this one."""

    conversation: int


@fact("conversation.merged_away", audience=PUBLIC)
class MergedAway(msgspec.Struct, frozen=True):
    """This conversation goes on in another; `before` is the status it comes back to when that is undone."""

    into: int
    before: str


@fact("conversation.unmerged", audience=PUBLIC)
class Unmerged(msgspec.Struct, frozen=True):
    """A merge was undone; told to both."""

    conversation: int


@fact("conversation.split", audience=STAFF)
class Split(msgspec.Struct, frozen=True):
    """Messages of this conversation were copied into a new one (`into`), or this is the new one (`out_of`)."""

    into: int | None = None
    out_of: int | None = None


@fact("conversation.linked", audience=STAFF)
class Linked(msgspec.Struct, frozen=True):
    """It has to do with another conversation; told to both."""

    conversation: int


@fact("conversation.unlinked", audience=STAFF)
class Unlinked(msgspec.Struct, frozen=True):
    """The link with another conversation was taken away; told to both."""

    conversation: int


@fact("conversation.followed", audience=STAFF)
class Followed(msgspec.Struct, frozen=True):
    """Somebody follows it (`on`), or no longer."""

    agent: int
    on: bool


@fact("inbox.added", audience=STAFF)
class InboxAdded(msgspec.Struct, frozen=True):
    """The desk got another inbox."""

    inbox: int
    kind: str


@fact("inbox.changed", audience=STAFF)
class InboxChanged(msgspec.Struct, frozen=True):
    """What of an inbox was changed: names of fields, never secrets."""

    inbox: int
    fields: list[str]
    active: bool


@fact("tag.changed", audience=STAFF)
class TagChanged(msgspec.Struct, frozen=True):
    """A tag was renamed or recoloured, everywhere."""

    tag: int
    before: str
    after: str


@fact("tag.removed", audience=STAFF)
class TagRemoved(msgspec.Struct, frozen=True):
    """A tag was taken off every conversation, and away."""

    tag: int
    name: str
    conversations: int


@fact("view.saved", audience=STAFF)
class ViewSaved(msgspec.Struct, frozen=True):
    """A view was saved or changed; `shared` when everybody has it."""

    view: int
    shared: bool


@fact("view.removed", audience=STAFF)
class ViewRemoved(msgspec.Struct, frozen=True):
    """A saved view was removed."""

    view: int
    shared: bool


@fact("conversation.joined", audience=STAFF)
class Joined(msgspec.Struct, frozen=True):
    """Somebody was copied in by one who took part."""

    customer: int


@fact("conversation.hinted", audience=STAFF)
class Hinted(msgspec.Struct, frozen=True):
    """It may belong to another conversation: `why` is `token` (the reply code was right, the sender is not known there), `old_token` (of a life of the desk before) or `forwarded` (an agent's address sent it on)."""

    others: list[int]
    why: str


@fact("conversation.auto_replied", audience=STAFF)
class AutoReplied(msgspec.Struct, frozen=True):
    """A machine of the customer answered (an absence, a receipt): nobody waits for an answer to that."""

    customer: int
    receipt: int


@fact("conversation.bounced", audience=STAFF)
class MailBounced(msgspec.Struct, frozen=True):
    """Mail to an address came back. `hard`: it will never arrive; `complaint`: it was called spam there."""

    customer: int
    receipt: int
    hard: bool
    complaint: bool
    message: int | None


@fact("conversation.reply_held", audience=STAFF)
class ReplyHeld(msgspec.Struct, frozen=True):
    """An answer was written and waits: for the seconds in which it can be taken back, or (`scheduled`) for the time its author chose."""

    held: int
    scheduled: bool


@fact("conversation.reply_recalled", audience=STAFF)
class ReplyRecalled(msgspec.Struct, frozen=True):
    """An answer was taken back before it left: nobody has seen it."""

    held: int


@fact("conversation.reply_stopped", audience=STAFF)
class ReplyStopped(msgspec.Struct, frozen=True):
    """An answer was due and did not leave; its author has to look: `why` is `customer.wrote`, or the code of what forbids it."""

    held: int
    why: str


@fact("message.delivery", audience=STAFF)
class DeliveryChanged(msgspec.Struct, frozen=True):
    """How far one copy of a message has come. `state`: queued (again, for `reason`), sent, failed, bounced, unknown."""

    message: int
    customer: int
    delivery: int
    state: str
    reason: str


@fact("conversation.discarded", audience=STAFF)
class Discarded(msgspec.Struct, frozen=True):
    """The team had begun it and took it back before anything was said: it is not there any more. `id` is the public id it had."""

    id: str
