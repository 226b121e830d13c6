"""The verb of notes."""

from collections.abc import Sequence

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.files.models import File
from yavar.people.models import Agent

from ..actions import forget_draft, locked, tell
from ..append import own_files
from .events import NoteWritten
from .models import Mention, Note


def write_note(conversation_id: int, *, by: Agent, client_id: str, text: str, files: Sequence[str] = (), mentions: Sequence[Agent] = ()) -> Note:
    """An agent notes something for the team; the mentioned find it under Mentions. A repeated client id answers the stored note."""
    with transaction():
        conversation = locked(conversation_id)
        known = Note.objects.filter(conversation=conversation, client_id=client_id).first()
        if known is not None:
            return known
        found = own_files(files, by.actor)
        now = clock.now()
        note = Note.objects.create(conversation=conversation, client_id=client_id, version=conversation.event_seq + 1, agent=by, text=text, created_at=now)
        note.files.set(found)
        File.objects.filter(pk__in=[file.pk for file in found]).update(attached=True)
        Mention.objects.bulk_create([Mention(note=note, conversation=conversation, agent=agent) for agent in mentions])
        forget_draft(conversation_id, "note", text, by=by)
        tell(conversation, NoteWritten(note.pk, [agent.pk for agent in mentions]), by.actor)
    return note
