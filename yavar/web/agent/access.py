"""Who is at the agents' doors, and which conversation they mean."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.conversations.models import Conversation
from yavar.conversations.policies import visible_to
from yavar.conversations.queries import FOR_ROWS
from yavar.people.models import Agent
from yavar.web.ui.templating import page

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


def manages(agent: Agent) -> bool:
    """Whether someone decides for the desk: owners and supervisors do."""
    return agent.role != Agent.Role.AGENT


def for_managers(view: View) -> View:
    """A page for owners and supervisors. Whoever else is signed in reads whom to ask."""

    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))
        if not manages(request.user):
            able = Agent.objects.filter(is_active=True).exclude(role=Agent.Role.AGENT).order_by("name")
            return page(request, "agent/denied.html", 403, people=[{"name": each.name, "role": each.role} for each in able], theme=request.user.theme)
        return view(request, *args, **kwargs)

    return enter


def absent() -> Problem:
    """Absent and forbidden are the same."""
    return Problem(404, "conversation.unknown", _("This conversation is not here, or it is not yours to see."))


def conversation_for(agent: Agent, public_id: str) -> Conversation:
    """A conversation the agent may see. Raises Problem 404."""
    found = visible_to(agent).filter(public_id=public_id).select_related(*FOR_ROWS).first()
    if found is None:
        raise absent()
    return found
