"""The hot doors of inbox and programs: the stream, and where an agent is."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import msgspec
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yavar.base.db import is_sqlite
from yavar.base.edge import Door, Feed, Later, Request, Stream, no_content
from yavar.base.edge.feed import RESYNC
from yavar.base.edge.wire import Reply
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.models import Conversation
from yavar.conversations.policies import READ, may_see
from yavar.notifications import actions as notifications
from yavar.people.models import Agent
from yavar.realtime.hub import FAR, LATE, TEAM, hub
from yavar.realtime.signals import presence
from yavar.realtime.staff import frames, read_cursor
from yavar.web.ui.address import only_from_here

from . import known
from .frame import denied

MAX_MISSED = 1000


class PostPresence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    conversation: str | None
    state: Literal["viewing", "writing"] = "viewing"


def signed_in(request: Request) -> Agent | None:
    """The agent who comes, if memory knows. Raises Problem 403 for a foreign page's write."""
    only_from_here(request.header("origin"), request.own_origin())
    return known.remembered(_key(request))


def _key(request: Request) -> known.Key:
    bearer = request.bearer()
    return known.key_of_token(bearer) if bearer else ("session", request.cookie(settings.SESSION_COOKIE_NAME))


def load_agent(key: known.Key) -> Agent:
    """The agent, from the database. Raises Problem 401."""
    agent = known.load(key)
    if agent is None:
        raise Problem(401, "signed_out", _("You’re signed out. Sign in again; what you typed is kept."))
    return agent


def for_agent(needs: str, handler: Callable[[Request, Agent], Reply]) -> Callable[[Request], Reply]:
    """Find the agent first: from memory, else on a thread. Raises Problem 401 or 403."""

    def able(request: Request, agent: Agent) -> Reply:
        if not agent.may(needs):
            raise denied(needs)
        return handler(request, agent)

    def enter(request: Request) -> Reply:
        agent = signed_in(request)
        if agent is not None:
            return able(request, agent)
        return Later(lambda: able(request, load_agent(_key(request))))

    return enter


class Sight:
    """What one agent may hear of: asked of the database again after REMEMBER seconds per conversation."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._known: dict[int, tuple[bool, float]] = {}
        self._all = agent.powers.all_of(READ)

    def __call__(self, conversation: int) -> bool:
        if self._all:
            return True
        found = self._known.get(conversation)
        if found is None or found[1] < time.monotonic():
            found = self._known[conversation] = (may_see(self._agent, conversation), time.monotonic() + known.REMEMBER)
        return found[0]


def stream(request: Request, agent: Agent) -> Reply:
    """An inbox listens, from the cursor it has."""
    mark = read_cursor(request.query().get("cursor", ""))
    who = _key(request)

    def begin(feed: Feed) -> Callable[[], None]:
        sight = Sight(agent)
        end = hub().subscribe(feed, [TEAM], sight)
        feed.release([RESYNC] if mark is None else missed(mark, sight))
        return end

    def check() -> bool:
        try:
            fresh = load_agent(who)
        except Problem:
            return False
        return fresh.powers == agent.powers  # other rights: come again and get other frames

    return Stream(begin, check)


def missed(mark: int, sight: Callable[[int], bool]) -> list[bytes]:
    """What happened after the mark, as frames; too much of it is a resync. PostgreSQL: also what committed late, below the mark."""
    found = Event.objects.filter(subject_kind="conversation").order_by("pk")
    newer = list(found.filter(pk__gt=mark)[: MAX_MISSED + 1])
    if len(newer) > MAX_MISSED:
        return [RESYNC]
    at = Event.objects.filter(pk=mark).values_list("at", flat=True).first()
    if at is not None and not is_sqlite():
        newer = [*found.filter(pk__lt=mark, pk__gt=mark - FAR, at__gte=at - timedelta(seconds=LATE)), *newer]
    return [data for about, data in frames(newer) if sight(about)]


def post_presence(request: Request, agent: Agent) -> Reply:
    """A heartbeat: where the agent is."""
    given = request.json(PostPresence)

    def place() -> Reply:
        key = 0
        if given.conversation is not None:
            key = Conversation.objects.filter(public_id=given.conversation).values_list("pk", flat=True).first() or 0
            if not key or not may_see(agent, key):
                raise Problem(404, "conversation.unknown", _("This conversation is not here, or it is not yours to see."))
            notifications.see(agent, key)  # they have it before them
        presence.put(agent.public_id, agent.first_name(), given.conversation, key, given.state)
        return no_content()

    return Later(place)


DOORS = [Door("GET", "/api/v1/stream", for_agent(READ, stream)), Door("POST", "/api/v1/presence", for_agent(READ, post_presence), max_body=1024)]
