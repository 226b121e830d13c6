"""What happens to notes."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("note.written", audience=STAFF)
class NoteWritten(msgspec.Struct, frozen=True):
    """Somebody of the team wrote an internal note."""

    note: int
    mentions: list[int]
