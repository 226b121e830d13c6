"""What the inbox does: each door is one verb of the core."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.conversations import actions
from yavar.conversations.append import check_body
from yavar.conversations.models import Conversation, Tag
from yavar.conversations.notes.actions import write_note
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.queries import rows
from yavar.conversations.setup import make_tag
from yavar.desk.models import RequestType
from yavar.people.models import Agent, Team
from yavar.people.team.actions import prefer
from yavar.web.ui.bodies import Strict, answer, body
from yavar.web.ui.files import upload

from .access import conversation_for, for_agents


class Reply(Strict, frozen=True):
    client_id: str
    text: str
    files: tuple[str, ...] = ()
    resolve: bool = False
    seen: int | None = None


class WriteNote(Strict, frozen=True):
    client_id: str
    text: str
    files: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


class Assign(Strict, frozen=True, omit_defaults=True):
    agent: str | Literal[False] | None = False
    team: str | Literal[False] | None = False


class Tags(Strict, frozen=True):
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Priority(Strict, frozen=True):
    priority: Literal["low", "normal", "high", "urgent"]


class Snooze(Strict, frozen=True):
    until: datetime | None


class Kind(Strict, frozen=True):
    id: str | None


class Seen(Strict, frozen=True):
    version: int


class KeepDraft(Strict, frozen=True):
    kind: Literal["reply", "note"]
    text: str


class NewTag(Strict, frozen=True):
    name: str


class Preferences(Strict, frozen=True):
    lang: Literal["fa", "ru", "en"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    calendar: Literal["jalali", "gregorian", ""] | None = None
    single_keys: bool | None = None


def one(model: Any, public_id: str) -> Any:
    """A row named in a body. Raises Problem 400."""
    found = model.objects.filter(public_id=public_id).first()
    if found is None:
        raise Problem(400, f"{model._meta.model_name}.unknown", _("What you chose is no longer here. Please reload the page."))
    return found


def row_of(agent: Agent, conversation: Conversation) -> Any:
    """The conversation's row as it is now."""
    return rows(agent, [conversation_for(agent, conversation.public_id)])[0]


def _with_item(agent: Agent, conversation: Conversation, version: int) -> HttpResponse:
    items, _edge = timeline(conversation.pk, after=version - 1)
    return answer({"item": items[0], "row": row_of(agent, conversation)})


@for_agents("POST")
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer the customer. 409 with what they wrote meanwhile, when the agent has not seen it."""
    agent, given = request.user, body(request, Reply)
    conversation = conversation_for(agent, public_id)
    check_body(given.client_id, given.text, given.files)
    try:
        sent = actions.reply(conversation.pk, by=agent, client_id=given.client_id, text=given.text, files=given.files, seen=given.seen, resolving=given.resolve)
    except actions.CustomerWrote as wrote:
        items = [item for item in timeline(conversation.pk)[0] if item.seq and item.seq > wrote.seen]
        raise Problem(409, "customer.wrote", _("The customer wrote again. Read it, then send."), extra={"items": items}) from None
    return _with_item(agent, conversation, sent.version)


@for_agents("POST")
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note something for the team."""
    agent, given = request.user, body(request, WriteNote)
    conversation = conversation_for(agent, public_id)
    check_body(given.client_id, given.text, given.files)
    mentions = list(Agent.objects.filter(public_id__in=given.mentions, is_active=True))
    written = write_note(conversation.pk, by=agent, client_id=given.client_id, text=given.text, files=given.files, mentions=mentions)
    return _with_item(agent, conversation, written.version)


def verb(shape: type | None, act: Callable[[Conversation, Agent, Any], object]) -> Callable[..., HttpResponse]:
    """A door whose answer is the row after the verb."""

    @for_agents("POST")
    def door(request: HttpRequest, public_id: str) -> HttpResponse:
        agent = request.user
        given = body(request, shape) if shape else None
        conversation = conversation_for(agent, public_id)
        before = rows(agent, [conversation])[0]
        act(conversation, agent, given)
        try:
            return answer({"row": row_of(agent, conversation)})
        except Problem:  # the verb took it out of the agent's own sight (given to another team)
            return answer({"row": before, "gone": True})

    return door


def _assign(c: Conversation, by: Agent, given: Assign) -> None:
    if given.agent is not False:
        actions.assign(c.pk, one(Agent, given.agent) if given.agent else None, by=by)
    if given.team is not False:
        actions.give_to_team(c.pk, one(Team, given.team) if given.team else None, by=by)


def _tags(c: Conversation, by: Agent, given: Tags) -> None:
    actions.tag(c.pk, add=[one(Tag, key) for key in given.add], remove=[one(Tag, key) for key in given.remove], by=by)


def _snooze(c: Conversation, by: Agent, given: Snooze) -> None:
    if given.until is not None and given.until.tzinfo is None:
        raise Problem(400, "until.invalid", _("The request isn’t in the expected form."), field="until")
    actions.snooze(c.pk, given.until, by=by)


assign = verb(Assign, _assign)
tags = verb(Tags, _tags)
priority = verb(Priority, lambda c, by, given: actions.prioritise(c.pk, given.priority, by=by))
snooze = verb(Snooze, _snooze)
resolve = verb(None, lambda c, by, _given: actions.resolve(c.pk, by=by))
reopen = verb(None, lambda c, by, _given: actions.reopen(c.pk, by=by))
request_type = verb(Kind, lambda c, by, given: actions.set_request_type(c.pk, one(RequestType, given.id) if given.id else None, by=by))
seen = verb(Seen, lambda c, by, given: actions.mark_read(c.pk, given.version, by=by))
unread = verb(None, lambda c, by, _given: actions.mark_unread(c.pk, by=by))


@for_agents("PUT")
def draft(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep what is typed."""
    given = body(request, KeepDraft)
    if len(given.text) > 20_000:
        raise Problem(400, "text.too_long", _("The message is longer than 10,000 characters. Please send it in parts."), field="text")
    actions.keep_draft(conversation_for(request.user, public_id).pk, given.kind, given.text, by=request.user)
    return HttpResponse(status=204)


@for_agents("GET", "POST")
def tag(request: HttpRequest) -> HttpResponse:
    """All tags, or make (or find) one."""
    if request.method == "GET":
        return answer({"tags": [tag_facts(each) for each in Tag.objects.order_by("name")[:500]]})
    name = body(request, NewTag).name
    if not name.strip():
        raise Problem(400, "name.missing", _("Please give the tag a name."), field="name")
    made = make_tag(name)
    return answer(tag_facts(made))


def tag_facts(made: Tag) -> dict[str, Any]:
    """A tag as clients get it."""
    return {"id": made.public_id, "name": made.name, "hue": made.hue}


@for_agents("POST")
def files(request: HttpRequest) -> HttpResponse:
    """Bring a file."""
    return upload(request, request.user.actor)


@for_agents("POST")
def preferences(request: HttpRequest) -> HttpResponse:
    """An agent's own choices."""
    given = body(request, Preferences)
    chosen = {name: getattr(given, name) for name in given.__struct_fields__ if getattr(given, name) is not None}
    if chosen:
        prefer(request.user, **chosen)
    return HttpResponse(status=204)
