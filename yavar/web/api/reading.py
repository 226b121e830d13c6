"""What several doors read: one conversation for its agent, pages of lists, marks in the stream."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import run, sql
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations import union
from yavar.conversations.actions import Stale, at_version
from yavar.conversations.append import Appended
from yavar.conversations.lists import List, Place, page
from yavar.conversations.merging import survivor_of
from yavar.conversations.models import Conversation
from yavar.conversations.notes.timeline import customer_author, items
from yavar.conversations.policies import READ, may_see
from yavar.conversations.queries import row_of_new, rows
from yavar.conversations.shapes import Author, Item, Row
from yavar.people.models import Agent
from yavar.realtime.staff import cursor
from yavar.web.ui.bodies import answer

from .frame import denied, version_wanted

T = TypeVar("T")


def absent() -> Problem:
    """Absent and forbidden are the same."""
    return Problem(404, "conversation.unknown", _("This conversation is not here, or it is not yours to see."))


def conversation_for(agent: Agent, public_id: str, needs: str = READ, *, merged: bool = False) -> Conversation:
    """A conversation the agent may see and do this to; of a merged one its survivor, unless `merged`. Raises Problem 404, or 403 for what they may only see."""
    found = next(iter(sql.pick(Conversation, "public_id = ?", (public_id,))), None)
    if found is None or not may_see(agent, found.pk):
        raise absent()
    if found.merged_into_id is not None and not merged:
        found = survivor_of(found)
        if not may_see(agent, found.pk):
            raise absent()
    if needs != READ and not may_see(agent, found.pk, needs):
        raise denied(needs)
    return found


def row_of(agent: Agent, conversation: Conversation) -> Row:
    """The conversation's row as it is now. Raises Problem 404 when a verb took it out of the agent's sight."""
    found = union.load([conversation.pk])
    if not found or not may_see(agent, conversation.pk):
        raise absent()
    return rows(agent, found)[0]


def unless_stale(request: HttpRequest, agent: Agent, conversation: Conversation, act: Callable[[], T]) -> T:
    """Write to a conversation, only at the version the client saw if it names one (If-Match). Raises Problem 412 with the present row when somebody was faster."""
    try:
        return at_version(conversation.pk, version_wanted(request), act)
    except Stale:
        title = _("Somebody changed this conversation meanwhile. Look at it again, then repeat what you did.")
        raise Problem(412, "version.stale", title, extra={"row": row_of(agent, conversation)}) from None


def changed(request: HttpRequest, agent: Agent, conversation: Conversation, act: Any) -> HttpResponse:
    """Do a verb, at the version the client saw if it names one, and answer the row after it. 412 with the present row when somebody was faster."""
    before = None if agent.powers.all_of(READ) else row_of(agent, conversation)
    unless_stale(request, agent, conversation, act)
    try:
        row = row_of(agent, conversation)
    except Problem:
        return answer({"row": before, "gone": True})
    response = answer({"row": row})
    response.headers["ETag"] = f'"{row.version}"'
    return response


def with_item(agent: Agent, conversation_id: int, version: int, item: Item | None = None) -> HttpResponse:
    """A line of the timeline together with the row; `item` when the line is at hand."""
    [conversation] = union.load([conversation_id])
    [row] = rows(agent, [conversation])
    if item is None:
        event = sql.pick(Event, "subject_kind = 'conversation' AND subject_id = ? AND seq = ?", (conversation_id, version))
        item = items(event, [conversation.customer])[0]
    return _written(item, row)


def with_first(conversation: Conversation, first: Appended) -> HttpResponse:
    """As `with_item`, of a conversation that has just begun with this: its customer and its inbox are at hand, and there is nothing else to read."""
    return _written(said(customer_author(conversation.customer), first), row_of_new(conversation))


def _written(item: Item | None, row: Row) -> HttpResponse:
    response = answer({"item": item, "row": row}, 201)
    response.headers["ETag"] = f'"{row.version}"'
    return response


def said(author: Author, message: Appended) -> Item | None:
    """What has just been said, as a line of the timeline. None for a repeat, which may have been said by another or with files."""
    return None if message.repeated else Item(message.version, "message", author, message.at, message.message, message.client_id, message.seq, message.text)


def list_page(agent: Agent, found: List, before: str, size: int = 50) -> dict[str, Any]:
    """A page of a list, with the stream's mark to go on from."""
    at = mark()
    shown, more = page(found, read_place(before, due=found.due is not None), size)
    return {"cursor": at, "rows": rows(agent, shown), "next": place(*more) if more else None}


def mark() -> str:
    """The stream's cursor of this moment. Taken before the reads: what happens meanwhile is told again."""
    return cursor(run(f"SELECT MAX(id) FROM {sql.table(Event)}").fetchone()[0] or 0)


def place(at: datetime, public_id: str, due: bool = False) -> str:
    """Where a page ended, as the cursor of the next. `due`: among what has something due."""
    return base64.urlsafe_b64encode(f"{clock.iso(at)} {public_id}{' due' if due else ''}".encode()).decode().rstrip("=")


def read_place(text: str, *, due: bool = False) -> Place | None:
    """A cursor that `place` made; one of what is due only where it is `due`. Raises Problem 400."""
    if not text:
        return None
    try:
        at, public_id, *more = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or "\0" in public_id or more not in ([], ["due"]) or (more and not due):
            raise ValueError(text)
        return Place(moment.astimezone(UTC), public_id, bool(more))
    except (ValueError, OverflowError):
        raise Problem(400, "before.invalid", _("The request isn’t in the expected form."), field="before") from None


def here(found: Any, public_id: str, **more: Any) -> Any:
    """A row named in an address, of a model or a selection. Raises Problem 404."""
    row = getattr(found, "objects", found).filter(public_id=public_id, **more).first()
    if row is None:
        raise Problem(404, "not_found", _("There is nothing here, or it is not yours to see."))
    return row


def one(model: Any, public_id: str, **more: Any) -> Any:
    """A row named in a body. Raises Problem 422."""
    found = model.objects.filter(public_id=public_id, **more).first()
    if found is None:
        raise Problem(422, f"{model._meta.model_name}.unknown", _("What you chose is no longer here. Please reload the page."))
    return found
