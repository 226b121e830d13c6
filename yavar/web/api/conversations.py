"""Conversations: lists, one of them, and what is said in it."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import clock
from yavar.base.db import sql
from yavar.base.problem import Problem
from yavar.channels import outgoing
from yavar.channels.intake import About, Inbound, bring
from yavar.conversations import actions
from yavar.conversations.append import check_body
from yavar.conversations.filters import Filter
from yavar.conversations.finding import find
from yavar.conversations.lists import UnknownView, counts, filtered, view
from yavar.conversations.merging import merged_into
from yavar.conversations.models import Conversation, Draft, HeldReply, Inbox, Message
from yavar.conversations.notes.actions import write_note
from yavar.conversations.notes.models import Note
from yavar.conversations.notes.timeline import agent_author, held_facts, held_in, timeline
from yavar.conversations.policies import customers_of, works_in
from yavar.conversations.queries import customer_card, rows, rows_by_id
from yavar.conversations.ties import followers_of, linked_with
from yavar.flow.sla.queries import promises_of
from yavar.notifications.queries import unseen
from yavar.people.customers import tending
from yavar.people.models import Agent, Customer
from yavar.realtime.signals import presence
from yavar.web.ui.bodies import answer

from . import answers
from .frame import Doors, Moment, Strict, client_id, version_wanted
from .reading import conversation_for, list_page, mark, row_of, said, unless_stale, with_first, with_item
from .sending import Addresses, recipients_of

doors = Doors(tags=["conversations"])
Text = Annotated[str, Field(max_length=10_000)]
PublicId = Annotated[str, Field(min_length=1, max_length=22)]


class ListQuery(Strict):
    view: Annotated[str, Field(max_length=40)] | None = None
    tab: Literal["open", "waiting", "done"] = "open"
    order: Literal["newest", "due"] = "newest"
    before: Annotated[str, Field(max_length=200)] = ""
    size: Annotated[int, Field(ge=1, le=100)] = 50
    ids: Annotated[str, Field(max_length=2400)] | None = None
    status: Literal["open", "snoozed", "resolved", "any"] | None = None
    assignee: PublicId | None = None
    team: PublicId | None = None
    inbox: PublicId | None = None
    brand: PublicId | None = None
    tag: PublicId | None = None
    priority: Annotated[str, Field(pattern=r"^(low|normal|high|urgent)(,(low|normal|high|urgent)){0,3}$")] | None = None
    request_type: PublicId | None = None
    customer: PublicId | None = None
    due: Literal["soon", "late"] | None = None


ListQuery.open_ended = True  # type: ignore[attr-defined]  # field.<key>=value filters by a custom field


class TimelineQuery(Strict):
    before: Annotated[int, Field(ge=0, le=10**9)] | None = None
    after: Annotated[int, Field(ge=0, le=10**9)] | None = None


class SearchQuery(Strict):
    q: Annotated[str, Field(max_length=200)] = ""


class From(Strict):
    id: PublicId | None = None
    name: Annotated[str, Field(max_length=120)] = ""
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None
    lang: Literal["fa", "ru", "en"] = "en"


class NewConversation(Strict):
    inbox: PublicId
    customer: From
    text: Text
    subject: Annotated[str, Field(max_length=200)] = ""
    at: datetime | None = None
    client_id: Annotated[str, Field(max_length=64)] | None = None


class NewMessage(Strict):
    text: Text = ""
    files: Annotated[list[Annotated[str, Field(max_length=43)]], Field(max_length=10)] = []
    resolve: bool = False
    seen: Annotated[int, Field(ge=0, le=10**9)] | None = None
    to: Addresses | None = None
    cc: Addresses = []
    bcc: Addresses = []
    at: Moment | None = None
    client_id: Annotated[str, Field(max_length=64)] | None = None


class NewNote(Strict):
    text: Text = ""
    files: Annotated[list[Annotated[str, Field(max_length=43)]], Field(max_length=10)] = []
    mentions: Annotated[list[PublicId], Field(max_length=50)] = []
    client_id: Annotated[str, Field(max_length=64)] | None = None


class KeepDraft(Strict):
    kind: Literal["reply", "note"]
    text: Annotated[str, Field(max_length=20_000)]


@doors.door("GET", "/conversations", needs="conversation.read", shape=answers.Rows)
def list_conversations(request: HttpRequest, agent: Agent, query: Query[ListQuery]) -> Any:
    """A list: a named one (`view`, `tab`), or by filters, or certain ones (`ids`, up to 100, comma-separated; those not yours are absent). Newest activity first;
    in the `order` due first what has something due, soonest first, and then the rest. With the filter `due` it always comes so."""
    if query.ids is not None:
        return {"rows": rows_by_id(agent, [key for key in query.ids.split(",") if key]), "next": None, "cursor": mark()}
    return list_page(agent, _asked(request, agent, query), query.before, query.size)


def _asked(request: HttpRequest, agent: Agent, query: ListQuery) -> Any:
    chosen = _filter(request, query)
    if query.view is None:
        return filtered(agent, chosen or Filter(), query.order)
    if chosen is not None:
        raise Problem(400, "view.filters", _("A named list takes no further filters."), field="view")
    try:
        return view(agent, query.view, query.tab, query.order)
    except UnknownView:
        raise Problem(404, "view.unknown", _("This list is not here."), field="view") from None


def _filter(request: HttpRequest, query: ListQuery) -> Filter | None:
    """The filters of the query, None when there is none."""
    names = ("assignee", "team", "inbox", "brand", "tag", "request_type", "customer", "due")
    given: dict[str, Any] = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    if query.priority is not None:
        given["priority"] = tuple(query.priority.split(","))
    if query.status is not None:
        given["status"] = None if query.status == "any" else query.status
    fields = {name.removeprefix("field."): request.GET[name] for name in request.GET if name.startswith("field.")}
    if not given and not fields:
        return None
    return msgspec.convert({**given, "fields": fields}, Filter)


@doors.door("GET", "/conversations/counts", needs="conversation.read", shape=answers.Counts)
def count_conversations(request: HttpRequest, agent: Agent) -> Any:
    """How many stand in each of the standing lists, counted up to 1000."""
    return {**counts(agent), "notifications": unseen(agent)}


@doors.door("GET", "/search", needs="conversation.read", shape=answers.Rows)
def search_conversations(request: HttpRequest, agent: Agent, query: Query[SearchQuery]) -> Any:
    """By words of messages and notes, by reference, by person; newest first, up to 30."""
    return {"rows": find(agent, query.q), "next": None, "cursor": mark()}


@doors.door("POST", "/conversations", needs="conversation.import", shape=answers.Written, status=201)
def create_conversation(request: HttpRequest, agent: Agent, given: NewConversation) -> Any:
    """Bring in what a customer wrote elsewhere, as a new conversation. A repeat (client_id or Idempotency-Key) answers the first one."""
    key = client_id(request, given.client_id)
    check_body(key, given.text, ())
    inbox = next(iter(sql.pick(Inbox, "public_id = ?", (given.inbox,))), None)
    if inbox is None or not inbox.active or not works_in(agent, inbox, "conversation.import"):
        raise Problem(422, "inbox.unknown", _("What you chose is no longer here. Please reload the page."), field="inbox")
    if given.at is not None and (given.at.tzinfo is None or given.at.year < 1970 or given.at > clock.now()):
        raise Problem(422, "at.invalid", _("This time is missing its zone, or has not come yet."), field="at")
    who: list[Customer] = []

    def inbound() -> Inbound:
        who.append(_customer(agent, given.customer))
        return Inbound(inbox.pk, who[0].pk, None, key, given.text, (), given.customer.lang, given.at or clock.now())

    written = bring(f"api:{agent.pk}:{key}", inbound, about=About(subject=given.subject))
    if written.begun is None:
        return with_item(agent, written.conversation_id, written.version)
    written.begun.customer, written.begun.inbox = who[0], inbox
    return with_first(written.begun, written)


def _customer(agent: Agent, who: From) -> Customer:
    if who.id is not None:
        found = customers_of(agent).filter(public_id=who.id).first()
        if found is None:
            raise Problem(422, "customer.unknown", _("What you chose is no longer here. Please reload the page."), field="customer.id")
        return found.survivor()
    ways = {kind: value for kind, value in (("email", who.email), ("phone", who.phone)) if value}
    return tending.customer_by(ways, name=who.name, lang=who.lang, by=agent.actor)


@doors.door("GET", "/conversations/{id}", needs="conversation.read", shape=answers.Conversation)
def get_conversation(request: HttpRequest, agent: Agent, id: str) -> Any:
    """One conversation with its person. Of a merged one its survivor. The ETag is its version."""
    at = mark()
    found = conversation_for(agent, id)
    [row] = rows(agent, [found])
    typed = sql.pick(Draft, "agent_id = ? AND conversation_id = ?", (agent.pk, found.pk)) if row.draft else []
    drafts = {"reply": "", "note": ""} | {draft.kind: draft.text for draft in typed}
    gone = merged_into(found.pk)
    items, before = timeline(found.pk, merged=gone)
    merged = Conversation.objects.filter(pk__in=gone) if gone else []
    response = answer({
        "row": row, "customer": customer_card(agent, found.customer, apart_from=found.pk), "timeline": {"items": items, "before": before},
        "drafts": drafts, "seen": {"agent": found.agent_seen, "customer": found.customer_seen}, "people": presence.facts(found.public_id),
        "fields": found.fields, "followers": followers_of(found.pk),
        "linked": rows(agent, linked_with(agent, found.pk)), "merged": [{"id": c.public_id, "reference": c.reference, "subject": c.subject} for c in merged], "held": held_in([found.pk, *gone]), "promises": promises_of(found.pk), "recipients": recipients_of(found), "cursor": at,
    })  # fmt: skip
    response.headers["ETag"] = f'"{found.event_seq}"'
    return response


@doors.door("GET", "/conversations/{id}/timeline", needs="conversation.read", shape=answers.Timeline)
def get_timeline(request: HttpRequest, agent: Agent, id: str, query: Query[TimelineQuery]) -> Any:
    """Older items (`before` a version), or newer ones (`after`), 50 a page, ascending."""
    items, edge = timeline(conversation_for(agent, id).pk, before=query.before, after=query.after)
    return {"items": items, "before": edge}


def _told_before(request: HttpRequest, model: Any, survivor: Conversation, public_id: str, key: str) -> Any:
    """What was sent under this client id to a conversation that has been merged since, or at a version that it has made an old one itself: sent again, it is still
    the same one. Else whoever writes it finds it."""
    if survivor.public_id == public_id and version_wanted(request) is None:
        return None
    return model.objects.filter(conversation__public_id=public_id, client_id=key).first()


@doors.door("POST", "/conversations/{id}/messages", needs="conversation.reply", shape=answers.Written, status=201)
def create_message(request: HttpRequest, agent: Agent, id: str, given: NewMessage) -> Any:
    """Answer the customer. With `seen` (a message seq): 409 with what they wrote meanwhile, when that has not been seen. Where answers leave the house the
    answer is `held` until it leaves: by itself after some seconds, or `at` a time. `to`, `cc`, `bcc` (addresses) say who gets it, if not whoever usually does."""
    conversation, key = conversation_for(agent, id, "conversation.reply"), client_id(request, given.client_id)
    if told := _told_before(request, Message, conversation, id, key):
        return with_item(agent, told.conversation_id, told.version)
    if kept := _told_before(request, HeldReply, conversation, id, key):
        return _held(agent, conversation, kept)
    check_body(key, given.text, given.files)
    to = None if given.to is None else {"to": given.to, "cc": given.cc, "bcc": given.bcc}

    def write() -> Any:
        return outgoing.answer(
            conversation, by=agent, client_id=key, text=given.text, files=given.files, seen=given.seen, resolving=given.resolve, given=to, at=given.at
        )

    try:
        sent = unless_stale(request, agent, conversation, write)
    except actions.CustomerWrote as wrote:
        items = [item for item in timeline(conversation.pk)[0] if item.seq and not item.origin and item.seq > wrote.seen]
        raise Problem(409, "customer.wrote", _("The customer wrote again. Read it, then send."), extra={"items": items}) from None
    if isinstance(sent, HeldReply):
        return _held(agent, conversation, sent)
    return with_item(agent, sent.conversation_id, sent.version, None if given.files else said(agent_author(agent), sent))


def _held(agent: Agent, conversation: Conversation, held: HeldReply) -> HttpResponse:
    return answer({"item": None, "row": row_of(agent, conversation), "held": held_facts(held)}, 201)


@doors.door("POST", "/conversations/{id}/notes", needs="conversation.note", shape=answers.Written, status=201)
def create_note(request: HttpRequest, agent: Agent, id: str, given: NewNote) -> Any:
    """Note something for the team; whoever is mentioned finds it under Mentions."""
    conversation, key = conversation_for(agent, id, "conversation.note"), client_id(request, given.client_id)
    if told := _told_before(request, Note, conversation, id, key):
        return with_item(agent, told.conversation_id, told.version)
    check_body(key, given.text, given.files)
    mentions = list(Agent.objects.filter(public_id__in=given.mentions, is_active=True))

    def write() -> Note:
        return write_note(conversation.pk, by=agent, client_id=key, text=given.text, files=given.files, mentions=mentions)

    written = unless_stale(request, agent, conversation, write)
    return with_item(agent, conversation.pk, written.version)


@doors.door("PUT", "/conversations/{id}/draft", needs="conversation.read")
def put_draft(request: HttpRequest, agent: Agent, id: str, given: KeepDraft) -> None:
    """Keep what is typed and not sent; empty text forgets it. Each agent has their own."""
    actions.keep_draft(conversation_for(agent, id).pk, given.kind, given.text, by=agent)
