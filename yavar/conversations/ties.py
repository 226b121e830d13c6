"""What ties conversations to each other and to people: links and followers."""

from django.utils.translation import gettext_lazy as _

from yavar.base import ids
from yavar.base.db import sql, transaction
from yavar.base.problem import Problem
from yavar.people.models import Agent

from . import union
from .actions import locked, tell
from .events import Followed, Linked, Unlinked
from .models import Conversation, Link
from .policies import visible_to


def link(conversation_id: int, other_id: int, *, by: Agent) -> Conversation:
    """They have to do with each other; both tell it. Twice is the same as once. Raises Problem 422 for one with itself."""
    if conversation_id == other_id:
        raise Problem(422, "link.self", _("A conversation can’t be linked with itself."), field="conversation")
    return _tie(conversation_id, other_id, by, on=True)


def unlink(conversation_id: int, other_id: int, *, by: Agent) -> Conversation:
    """They have nothing to do with each other after all."""
    return _tie(conversation_id, other_id, by, on=False)


def _tie(conversation_id: int, other_id: int, by: Agent, *, on: bool) -> Conversation:
    one, other = sorted((conversation_id, other_id))
    with transaction():
        rows = {key: locked(key) for key in (one, other)}
        if on:
            _link, changed = Link.objects.get_or_create(one=rows[one], other=rows[other])
        else:
            changed = bool(Link.objects.filter(one=one, other=other).delete()[0])
        if changed:
            for key, row in rows.items():
                far = other if key == one else one
                tell(row, Linked(far) if on else Unlinked(far), by.actor)
    return rows[conversation_id]


def linked_with(agent: Agent, conversation_id: int) -> list[Conversation]:
    """The linked conversations that this agent may see."""
    links = sql.pick(Link, "one_id = ? OR other_id = ? ORDER BY id DESC LIMIT 50", (conversation_id, conversation_id))
    keys = [link.other_id if link.one_id == conversation_id else link.one_id for link in links]
    return union.load(list(visible_to(agent).filter(pk__in=keys).order_by("-last_at").values_list("pk", flat=True))) if keys else []


def followers_of(conversation_id: int) -> list[str]:
    """The public ids of the agents who follow it."""
    links = sql.pick(Conversation.followers.through, "conversation_id = ? ORDER BY id", (conversation_id,))
    return [ids.public_id_of(Agent, link.agent_id) for link in links]


def follow(conversation_id: int, agent: Agent, *, by: Agent, on: bool = True) -> Conversation:
    """Someone of the team wants to hear of it, or no longer. Twice is the same as once."""
    with transaction():
        conversation = locked(conversation_id)
        present = conversation.followers.filter(pk=agent.pk).exists()
        if present == on:
            return conversation
        if on:
            conversation.followers.add(agent)
        else:
            conversation.followers.remove(agent)
        return tell(conversation, Followed(agent.pk, on), by.actor)
