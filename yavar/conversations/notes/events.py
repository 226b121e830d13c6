"""What happens to notes."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("customer.noted", audience=STAFF)
class CustomerNoted(msgspec.Struct, frozen=True):
    """Somebody of the team wrote a note about a customer."""

    note: int


@fact("customer.note_removed", audience=STAFF)
class CustomerNoteRemoved(msgspec.Struct, frozen=True):
    """A note about a customer was taken away; `agent` had written it."""

    note: int
    agent: int


@fact("note.written", audience=STAFF)
class NoteWritten(msgspec.Struct, frozen=True):
    """Somebody of the team wrote an internal note."""

    note: int
    mentions: list[int]
