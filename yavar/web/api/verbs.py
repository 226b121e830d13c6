"""What is done to a conversation: each door is one verb of the core, answers the row after it, and takes If-Match."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import ids
from yavar.base.problem import Problem
from yavar.conversations import actions, describing, merging, splitting, ties
from yavar.conversations.models import Conversation, Tag
from yavar.conversations.policies import teams_of
from yavar.desk.models import RequestType
from yavar.notifications import actions as notifications
from yavar.people.models import Agent

from . import answers
from .frame import Doors, Empty, Strict, client_id
from .reading import changed, conversation_for, one, row_of, unless_stale

doors = Doors(tags=["conversations"])
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
Value = str | int | float | bool | None


class Assign(Strict):
    agent: PublicId | Literal[False] | None = False
    team: PublicId | Literal[False] | None = False


class Tags(Strict):
    add: Annotated[list[PublicId], Field(max_length=50)] = []
    remove: Annotated[list[PublicId], Field(max_length=50)] = []


class Priority(Strict):
    priority: Literal["low", "normal", "high", "urgent"]


class Snooze(Strict):
    until: datetime | None


class Kind(Strict):
    id: PublicId | None


class Seen(Strict):
    version: Annotated[int, Field(ge=0, le=10**9)]


class Describe(Strict):
    subject: Annotated[str, Field(max_length=200)] | None = None
    fields: Annotated[dict[Annotated[str, Field(max_length=40)], Value], Field(max_length=100)] | None = None


class Into(Strict):
    into: PublicId


class Other(Strict):
    conversation: PublicId


class OtherQuery(Strict):
    conversation: PublicId


class SplitOff(Strict):
    messages: Annotated[list[Annotated[int, Field(ge=1, le=10**9)]], Field(min_length=1, max_length=200)]
    subject: Annotated[str, Field(max_length=200)] = ""
    client_id: Annotated[str, Field(max_length=64)] | None = None


def verb(path: str, shape: type[Strict], needs: str = "conversation.edit") -> Any:
    """A door whose answer is the row after `act(conversation, agent, given)`."""

    def register(act: Any) -> Any:
        def view(request: HttpRequest, agent: Agent, id: str, given: Any) -> Any:
            conversation = conversation_for(agent, id, needs)
            return changed(request, agent, conversation, lambda: act(conversation, agent, given))

        view.__name__, view.__doc__ = act.__name__, act.__doc__
        view.__annotations__ = {"request": HttpRequest, "agent": Agent, "id": str, "given": shape}
        return doors.door("POST", f"/conversations/{{id}}/{path}", needs=needs, shape=answers.Changed)(view)

    return register


@verb("assign", Assign, "conversation.assign")
def assign_conversation(c: Conversation, by: Agent, given: Assign) -> None:
    """Give it to an agent, to a team, or (null) to none; what is left out stays."""
    if given.agent is not False:
        actions.assign(c.pk, one(Agent, given.agent, is_active=True) if given.agent else None, by=by)
    if given.team is not False:
        team = teams_of(by, "conversation.assign").filter(public_id=given.team).first() if given.team else None
        if given.team and team is None:
            raise Problem(422, "team.unknown", _("What you chose is no longer here. Please reload the page."), field="team")
        actions.give_to_team(c.pk, team, by=by)


@verb("tags", Tags)
def tag_conversation(c: Conversation, by: Agent, given: Tags) -> None:
    """Put tags on and take tags off."""
    actions.tag(c.pk, add=[one(Tag, key) for key in given.add], remove=[one(Tag, key) for key in given.remove], by=by)


@verb("priority", Priority)
def prioritise_conversation(c: Conversation, by: Agent, given: Priority) -> None:
    """Set the priority."""
    actions.prioritise(c.pk, given.priority, by=by)


@verb("snooze", Snooze)
def snooze_conversation(c: Conversation, by: Agent, given: Snooze) -> None:
    """Put it away until a time, or (null) until the customer writes."""
    if given.until is not None and (given.until.tzinfo is None or not 1970 <= given.until.year <= 9000):
        raise Problem(400, "until.invalid", _("The request isn’t in the expected form."), field="until")
    actions.snooze(c.pk, given.until, by=by)


@verb("resolve", Empty)
def resolve_conversation(c: Conversation, by: Agent, _given: Empty) -> None:
    """The matter is settled."""
    actions.resolve(c.pk, by=by)


@verb("reopen", Empty)
def reopen_conversation(c: Conversation, by: Agent, _given: Empty) -> None:
    """Take it up again, from resolved or snoozed."""
    actions.reopen(c.pk, by=by)


@verb("request_type", Kind)
def type_conversation(c: Conversation, by: Agent, given: Kind) -> None:
    """Say what it is about, by one of the owner's request types."""
    actions.set_request_type(c.pk, one(RequestType, given.id) if given.id else None, by=by)


@verb("describe", Describe)
def describe_conversation(c: Conversation, by: Agent, given: Describe) -> None:
    """Write its subject, fill in custom fields (null empties one); what is left out stays."""
    if given.subject is not None:
        describing.retitle(c.pk, given.subject, by=by)
    if given.fields:
        describing.describe(c.pk, given.fields, by=by)


@verb("seen", Seen, "conversation.read")
def see_conversation(c: Conversation, by: Agent, given: Seen) -> None:
    """It was read up to this version, and with it what you were told of it. Whoever may only read leaves no mark for others."""
    if by.may("conversation.edit"):
        actions.mark_read(c.pk, given.version, by=by)
    notifications.see(by, c.pk)


@verb("unread", Empty)
def unread_conversation(c: Conversation, by: Agent, _given: Empty) -> None:
    """Put it back as unread."""
    actions.mark_unread(c.pk, by=by)


@verb("merge", Into, "conversation.merge")
def merge_conversation(c: Conversation, by: Agent, given: Into) -> None:
    """It goes on in another conversation of the same customer; undo with unmerge."""
    merging.merge(c.pk, conversation_for(by, given.into, "conversation.merge").pk, by=by)


@verb("links", Other, "conversation.merge")
def link_conversation(c: Conversation, by: Agent, given: Other) -> None:
    """It has to do with another conversation."""
    ties.link(c.pk, conversation_for(by, given.conversation).pk, by=by)


@doors.door("DELETE", "/conversations/{id}/links", needs="conversation.merge", shape=answers.Changed)
def unlink_conversation(request: HttpRequest, agent: Agent, id: str, query: Query[OtherQuery]) -> Any:
    """They have nothing to do with each other after all."""
    conversation, other = conversation_for(agent, id, "conversation.merge"), conversation_for(agent, query.conversation)
    return changed(request, agent, conversation, lambda: ties.unlink(conversation.pk, other.pk, by=agent))


@doors.door("POST", "/conversations/{id}/unmerge", needs="conversation.merge", shape=answers.Changed)
def unmerge_conversation(request: HttpRequest, agent: Agent, id: str, given: Empty) -> Any:
    """Undo a merge: `id` is the conversation that was merged away; it answers as itself again."""
    conversation = conversation_for(agent, id, "conversation.merge", merged=True)
    if conversation.merged_into_id is not None:  # the one that loses it must be theirs to change, too
        conversation_for(agent, ids.public_id_of(Conversation, conversation.merged_into_id), "conversation.merge", merged=True)
    return changed(request, agent, conversation, lambda: merging.unmerge(conversation.pk, by=agent))


@doors.door("POST", "/conversations/{id}/split", needs="conversation.merge", shape=answers.Changed, status=201)
def split_conversation(request: HttpRequest, agent: Agent, id: str, given: SplitOff) -> Any:
    """Copy messages (by their seqs) into a new conversation, linked with this one; answers the new row."""
    conversation, key = conversation_for(agent, id, "conversation.merge"), client_id(request, given.client_id)
    made = unless_stale(request, agent, conversation, lambda: splitting.split(conversation.pk, given.messages, by=agent, client_id=key, subject=given.subject))
    return {"row": row_of(agent, made), "gone": False}


@doors.door("PUT", "/conversations/{id}/followers/{agent_id}", needs="conversation.read", shape=answers.Changed)
def follow_conversation(request: HttpRequest, agent: Agent, id: str, agent_id: str) -> Any:
    """Someone wants to hear of it. Everybody may follow themselves; adding others needs conversation.assign."""
    return _follow(request, agent, id, agent_id, on=True)


@doors.door("DELETE", "/conversations/{id}/followers/{agent_id}", needs="conversation.read", shape=answers.Changed)
def unfollow_conversation(request: HttpRequest, agent: Agent, id: str, agent_id: str) -> Any:
    """Someone need not hear of it any more."""
    return _follow(request, agent, id, agent_id, on=False)


def _follow(request: HttpRequest, agent: Agent, id: str, agent_id: str, *, on: bool) -> Any:
    other = agent_id != agent.public_id and agent_id != "me"
    conversation = conversation_for(agent, id, "conversation.assign" if other else "conversation.read")
    who = one(Agent, agent_id, is_active=True) if other else agent
    return changed(request, agent, conversation, lambda: ties.follow(conversation.pk, who, by=agent, on=on))
