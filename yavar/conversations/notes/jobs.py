"""What notes do later."""

from collections.abc import Iterator, Sequence

from yavar.base import search
from yavar.base.events.models import Event
from yavar.base.jobs import job

from .models import Note


@job("notes.index", replayable=True)
def index_note(event_id: int) -> None:
    """Make a note findable by its words."""
    search.refresh("note", [Event.objects.values_list("payload", flat=True).get(pk=event_id)["note"]])


@search.source("note")
def _notes(keys: Sequence[int]) -> Iterator[search.Line]:
    for pk, conversation, text, inbox in Note.objects.filter(pk__in=keys).values_list("pk", "conversation_id", "text", "conversation__inbox_id"):
        yield search.Line(pk, conversation, text, (search.mark("inbox", inbox),))
