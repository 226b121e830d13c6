"""Who stands behind a token or session, remembered for some seconds, so that a program's hundredth request does not ask the database who it is.

In this process a change of rights, a revoked token or an ended session counts at once; in others within REMEMBER, and in open streams within a minute.
"""

import time
from collections import OrderedDict
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from yavar.base import crypto
from yavar.people.models import Agent
from yavar.people.team import changes
from yavar.people.team.sessions import session_of
from yavar.people.team.tokens import PURPOSE, agent_of_hash

REMEMBER = 25.0  # seconds
KEEP = 5000
Key = tuple[str, str]  # ("token", its hash) or ("session", its key)

_known: OrderedDict[Key, tuple[Agent, float, int]] = OrderedDict()


def key_of_token(secret: str) -> Key:
    """How a token is remembered."""
    return ("token", crypto.token_hash(secret, PURPOSE))


def remembered(key: Key) -> Agent | None:
    """From memory alone."""
    found = _known.get(key)
    return found[0] if found and found[1] > time.monotonic() and found[2] == changes.number() else None


def find(key: Key) -> Agent | None:
    """From memory, else from the database."""
    return remembered(key) or load(key)


def load(key: Key) -> Agent | None:
    """From the database: who may come with this, or None."""
    number = changes.number()
    agent = agent_of_hash(key[1]) if key[0] == "token" else _of_session(key[1])
    if agent is None:
        _known.pop(key, None)
        return None
    agent.powers  # noqa: B018 - asked of the database here, once
    _known[key] = (agent, time.monotonic() + REMEMBER, number)
    while len(_known) > KEEP:
        _known.popitem(last=False)
    return agent


def _of_session(session_key: str) -> Agent | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    found = get_user(request) if session_key else None
    if not isinstance(found, Agent) or not found.is_active:
        return None
    session = session_of(found, session_key)
    found.via = f"s:{session.pk}" if session else "s:0"
    return found


def forget() -> None:
    """All of it: for tests."""
    _known.clear()
