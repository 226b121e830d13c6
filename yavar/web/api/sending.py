"""What has not left yet, and how far it has come: held answers, copies on their way."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base import clock, files
from yavar.base.files.models import File
from yavar.base.problem import Problem
from yavar.channels import envelope, outgoing, outreach
from yavar.channels.contract import channel
from yavar.channels.envelope import Envelope
from yavar.conversations import deliveries, holding, union
from yavar.conversations.append import check_body
from yavar.conversations.merging import merged_into
from yavar.conversations.models import Conversation, Delivery, HeldReply, Inbox
from yavar.conversations.notes.timeline import copy_of, held_facts, held_in
from yavar.conversations.policies import works_in
from yavar.conversations.queries import rows
from yavar.people.models import Agent, Identity

from . import answers
from .frame import Doors, Moment, Strict, client_id
from .reading import conversation_for, here, unless_stale

doors = Doors(tags=["conversations"])
Addresses = Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=50)]
REPLY = "conversation.reply"


class Begin(Strict):
    inbox: Annotated[str, Field(min_length=1, max_length=22)]
    to: Addresses
    cc: Addresses = []
    bcc: Addresses = []
    subject: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=10_000)] = ""
    files: Annotated[list[Annotated[str, Field(max_length=43)]], Field(max_length=10)] = []
    about: Annotated[str, Field(min_length=1, max_length=22)] | None = None
    copies: Annotated[list[Annotated[str, Field(max_length=43)]], Field(max_length=10)] = []
    at: Moment | None = None
    client_id: Annotated[str, Field(max_length=64)] | None = None


class PutOff(Strict):
    at: Moment | None = None


class Decide(Strict):
    outcome: Literal["again", "sent"]


def recipients_of(conversation: Conversation) -> dict[str, Any] | None:
    """Whom an answer reaches by itself, with names; None where it is read where it is said."""
    found = channel(conversation.inbox.kind)
    if found is None or not found.way:
        return None
    usual: Envelope = envelope.usual(conversation, found.way)
    named = Identity.objects.filter(kind=found.way, scope="", value__in=[*usual.to, *usual.cc]).order_by("pk").values_list("value", "customer__name")
    names = {value: name for value, name in named if name}
    return {role: [{"address": each, "name": names.get(each, "")} for each in getattr(usual, role)] for role in ("to", "cc")}


@doors.door("POST", "/outgoing", needs=REPLY, shape=answers.Begun, status=201, repeatable=False)
def begin_conversations(request: HttpRequest, agent: Agent, given: Begin) -> Any:
    """Write first: a conversation of its own with each address in `to`, up to 50. What is written is held as every answer is. To forward something name the
    conversation it is `about`, and as `copies` the keys of its files that go along. A repeat (client_id or Idempotency-Key) answers the first ones."""
    key = client_id(request, given.client_id)
    check_body(key, given.text, [*given.files, *given.copies])
    inbox = Inbox.objects.select_related("brand").filter(public_id=given.inbox, active=True).first()
    if inbox is None or not works_in(agent, inbox, REPLY):
        raise Problem(422, "inbox.unknown", _("What you chose is no longer here. Please reload the page."), field="inbox")
    about = conversation_for(agent, given.about) if given.about else None
    held = outreach.write_to(
        inbox, given.to, by=agent, client_id=key, subject=" ".join(given.subject.split()), text=given.text, files=[*given.files, *_copies(agent, about, given.copies)],
        cc=given.cc, bcc=given.bcc, at=given.at, about=about,
    )  # fmt: skip
    shown = rows(agent, union.load([each.conversation_id for each in held]))
    return {"begun": [{"row": row, "held": held_facts(each)} for row, each in zip(shown, held, strict=True)]}


def _copies(agent: Agent, about: Conversation | None, keys: list[str]) -> list[str]:
    """Files of a conversation once more, for somebody else. Raises Problem 400 for one that is not of it."""
    if not keys:
        return []
    talks = [about.pk, *merged_into(about.pk)] if about else []
    found = {each.key: each for each in File.objects.filter(key__in=keys, message__conversation__in=talks).distinct()}
    if len(found) != len(set(keys)):
        raise Problem(400, "file.unknown", _("One of the files is no longer here. Please attach it again."), field="copies")
    return [files.again(found[key], agent.actor).key for key in keys]


@doors.door("GET", "/conversations/{id}/held", needs="conversation.read", shape=answers.HeldReplies)
def list_held(request: HttpRequest, agent: Agent, id: str) -> Any:
    """Answers that are written and have not left: for the seconds in which they can be taken back, or until a time. What leaves first first."""
    key = conversation_for(agent, id).pk
    return {"held": held_in([key, *merged_into(key)])}


@doors.door("DELETE", "/conversations/{id}/held/{key}", needs=REPLY, shape=answers.Recalled)
def recall_held(request: HttpRequest, agent: Agent, id: str, key: str) -> Any:
    """Take an answer back: it never leaves, and its words are its author's draft again. 409 `reply.left` when it has left."""
    conversation = conversation_for(agent, id, REPLY)
    return {"held": held_facts(unless_stale(request, agent, conversation, lambda: holding.recall(_held(conversation, key), by=agent)))}


@doors.door("PUT", "/conversations/{id}/held/{key}", needs=REPLY, shape=answers.Recalled)
def put_off_held(request: HttpRequest, agent: Agent, id: str, key: str, given: PutOff) -> Any:
    """Let it leave at another time, or (null) now; also one that was stopped. 409 `reply.left` when it has left."""
    conversation = conversation_for(agent, id, REPLY)
    held = _held(conversation, key)
    outgoing.check_time(given.at)
    return {"held": held_facts(unless_stale(request, agent, conversation, lambda: holding.put_off(held, given.at or clock.now(), by=agent)))}


def _held(conversation: Conversation, key: str) -> HeldReply:
    found = HeldReply.objects.filter(public_id=key, conversation__in=[conversation.pk, *merged_into(conversation.pk)]).first()
    if found is None:
        raise Problem(409, "reply.left", _("It has left already."))
    return found


@doors.door("POST", "/conversations/{id}/copies/{key}", needs=REPLY, shape=answers.Decided)
def decide_copy(request: HttpRequest, agent: Agent, id: str, key: str, given: Decide) -> Any:
    """Decide about a copy that failed, came back, or of which nobody knows whether it left: send it `again` (under the same Message-ID), or call it `sent`."""
    conversation = conversation_for(agent, id, REPLY)
    delivery: Delivery = here(Delivery, key, message__conversation__in=[conversation.pk, *merged_into(conversation.pk)])
    unless_stale(request, agent, conversation, lambda: deliveries.decide(delivery, again=given.outcome == "again", by=agent.actor))
    delivery.refresh_from_db()
    return {"copy": copy_of(delivery, delivery.customer)}
