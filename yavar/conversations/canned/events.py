"""What happens to canned replies. Payloads hold ids, never the words."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("canned.saved", audience=STAFF)
class CannedSaved(msgspec.Struct, frozen=True):
    """A canned reply was made or changed; `shared` when it is the team's."""

    canned: int
    shared: bool


@fact("canned.removed", audience=STAFF)
class CannedRemoved(msgspec.Struct, frozen=True):
    """A canned reply was taken away."""

    canned: int
    shared: bool


@fact("canned.restored", audience=STAFF)
class CannedRestored(msgspec.Struct, frozen=True):
    """A canned reply that was taken away is back."""

    canned: int
    shared: bool


@fact("conversation.canned_used", audience=STAFF)
class CannedUsed(msgspec.Struct, frozen=True):
    """An agent used a canned reply here. What a macro does besides is told by the facts after this one."""

    canned: int
