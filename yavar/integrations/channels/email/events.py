"""What happens to mailboxes."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("mailbox.added", audience=STAFF)
class MailboxAdded(msgspec.Struct, frozen=True):
    """A mailbox is asked for mail from now on."""

    inbox: int


@fact("mailbox.changed", audience=STAFF)
class MailboxChanged(msgspec.Struct, frozen=True):
    """Names of what was changed; never the secret itself."""

    inbox: int
    fields: list[str]
    active: bool


@fact("mailbox.removed", audience=STAFF)
class MailboxRemoved(msgspec.Struct, frozen=True):
    """A mailbox is asked no more."""

    inbox: int


@fact("outlet.changed", audience=STAFF)
class OutletChanged(msgspec.Struct, frozen=True):
    """How an inbox's mail leaves was set up or changed: names of what was, never the secret."""

    inbox: int
    fields: list[str]
    active: bool


@fact("outlet.removed", audience=STAFF)
class OutletRemoved(msgspec.Struct, frozen=True):
    """An inbox sends no more."""

    inbox: int
