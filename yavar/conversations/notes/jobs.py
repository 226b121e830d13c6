"""What notes do later."""

from yavar.base import search
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .models import Note


@job("notes.index", replayable=True)
def index_note(event_id: int) -> None:
    """Make a note findable by its words."""
    note = Note.objects.filter(pk=Event.objects.get(pk=event_id).payload["note"]).first()
    if note is not None:
        search.put("note", note.pk, note.conversation_id, note.text)
