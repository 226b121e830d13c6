"""Who is at the agents' doors, and which conversation they mean."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.conversations.models import Conversation
from yavar.conversations.policies import visible_to
from yavar.people.models import Agent

View = Callable[..., HttpResponse]


def for_agents(*methods: str) -> Callable[[View], View]:
    """Only signed-in agents, only these methods. Raises Problem 401 or 405: the clients read JSON."""

    def wrap(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                raise Problem(401, "signed_out", _("You’re signed out. Sign in again; what you typed is kept."))
            if request.method not in methods:
                raise Problem(405, "method", _("The request isn’t in the expected form."))
            return view(request, *args, **kwargs)

        return enter

    return wrap


def absent() -> Problem:
    """Absent and forbidden are the same."""
    return Problem(404, "conversation.unknown", _("This conversation is not here, or it is not yours to see."))


def conversation_for(agent: Agent, public_id: str) -> Conversation:
    """A conversation the agent may see. Raises Problem 404."""
    found = visible_to(agent).filter(public_id=public_id).select_related("customer", "inbox", "assignee", "team", "request_type").first()
    if found is None:
        raise absent()
    return found
