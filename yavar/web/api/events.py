"""What happened: the diary for programs, and the files they bring."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import clock
from yavar.base.db import is_sqlite
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.policies import visible_to
from yavar.people.models import Agent
from yavar.realtime.staff import cursor, read_cursor
from yavar.web.ui.files import upload
from yavar.webhooks.told import told

from . import answers
from .frame import Doors, Strict, denied
from .reading import mark

doors = Doors(tags=["events and files"])
PAGE = 200
LATE = timedelta(seconds=10)


class EventsQuery(Strict):
    after: Annotated[str, Field(max_length=40)] | None = None
    size: Annotated[int, Field(ge=1, le=PAGE)] = 100


@doors.door("GET", "/events", needs="conversation.read", shape=answers.Events)
def list_events(request: HttpRequest, agent: Agent, query: Query[EventsQuery]) -> Any:
    """What happened to conversations you may see, in order, after a cursor (without one: only the present cursor, to begin from).

    Go on with `cursor` until `more` is false; then wait for the stream, or ask again."""
    if query.after is None:
        return {"events": [], "cursor": mark(), "more": False}
    begin = read_cursor(query.after)
    if begin is None:
        raise Problem(410, "cursor.gone", _("This cursor is not one of this desk. Begin anew without one."), field="after")
    found = settled(list(Event.objects.filter(pk__gt=begin).order_by("pk")[: query.size]), begin)
    about = [event for event in found if event.subject_kind == "conversation"]
    if agent.powers.all_of("conversation.read"):
        shown = about
    else:
        seen = set(visible_to(agent).filter(pk__in={event.subject_id for event in about}).values_list("pk", flat=True))
        shown = [event for event in about if event.subject_id in seen]
    return {
        "events": [{"id": cursor(event.pk), **each} for event, each in zip(shown, told(shown), strict=True)],
        "cursor": cursor(found[-1].pk) if found else query.after,
        "more": len(found) == query.size,
    }


def settled(events: list[Event], begin: int) -> list[Event]:
    """What has no hole before it: on PostgreSQL a missing number may belong to a transaction that is about to commit, so what is younger waits for it."""
    if is_sqlite():
        return events
    young, before = clock.now() - LATE, begin
    for index, event in enumerate(events):
        if event.pk != before + 1 and event.at >= young:
            return events[:index]
        before = event.pk
    return events


RAW = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


@doors.door("POST", "/files", needs=None, shape=answers.FileFacts, status=201, repeatable=False, openapi_extra=RAW)
def create_file(request: HttpRequest, agent: Agent) -> Any:
    """Bring a file (the raw body, its name percent-encoded in X-Name), to be named in a message or note within a day. Up to 10 MB."""
    if not agent.may("conversation.reply") and not agent.may("conversation.note"):
        raise denied("conversation.reply")
    return upload(request, agent.actor)
