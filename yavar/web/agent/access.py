"""Who may open which page of the desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from yavar.people.models import Agent
from yavar.people.team.roles import BUILT_IN, PERMISSIONS
from yavar.people.team.sessions import session_of
from yavar.web.ui.templating import page

View = Callable[..., HttpResponse]


def needs(permission: str) -> Callable[[View], View]:
    """A page for those who have a right. Whoever else is signed in reads whom to ask."""

    def wrap(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))
            agent: Agent = request.user
            session = session_of(agent, request.session.session_key)
            agent.via = f"s:{session.pk}" if session else "s:0"
            if permission and not agent.may(permission):
                able = [
                    each
                    for each in Agent.objects.filter(is_active=True, kind="person").prefetch_related("grants").order_by("name")
                    if each.powers.everywhere(permission)
                ]
                people = [{"name": each.name, "role": BUILT_IN[each.title].label if each.title in BUILT_IN else ""} for each in able[:10]]
                return page(request, "agent/denied.html", 403, people=people, right=PERMISSIONS[permission], theme=agent.theme)
            return view(request, *args, **kwargs)

        return enter

    return wrap
