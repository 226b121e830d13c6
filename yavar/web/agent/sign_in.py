"""The agents' door."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.desk.models import Brand
from yavar.people.models import Agent
from yavar.people.team.sessions import note_sign_in, note_sign_out
from yavar.web.ui.bodies import Strict, answer, body
from yavar.web.ui.templating import page

from .welcome import is_new

tries = Rate(1 / 10 if settings.ENV.rate else 0, 10)
demo_people: list[dict[str, str]] = []  # filled by the demo alone


def start(request: HttpRequest) -> HttpResponse:
    """The bare address: to work, or to the door."""
    return HttpResponseRedirect("/inbox" if request.user.is_authenticated else "/welcome" if is_new() else "/sign-in")


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail and password. A wrong pair says the same whether or not the address is known."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    target = wanted if url_has_allowed_host_and_scheme(wanted, None) else "/inbox"
    error, status = "", 200
    if request.method == "POST":
        try:
            enter(request, request.POST.get("username", ""), request.POST.get("password", ""))
            return HttpResponseRedirect(target)
        except Problem as problem:
            error, status = str(problem.title), problem.status
    return page(
        request, "agent/sign_in.html", status, error=error, next=target, username=request.POST.get("username", ""), demo_people=demo_people, brand=brand_facts()
    )


class Again(Strict, frozen=True):
    email: str
    password: str


@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Signing in without leaving the page: answers who is signed in (or null) and the CSRF token of the pages from now on."""
    if request.method == "POST":
        given = body(request, Again)
        enter(request, given.email, given.password)
    return answer({"me": request.user.public_id if request.user.is_authenticated else None, "csrf": get_token(request)})


def enter(request: HttpRequest, typed: str, password: str) -> None:
    """Begin a session. Raises Problem 422 for a wrong pair, 429 after too many tries."""
    email = typed.strip()
    if tries.take(f"{request.META.get('REMOTE_ADDR')}") or tries.take(email.lower()):
        raise Problem(429, "sign_in.tries", _("Too many tries. Please wait a minute."))
    agent = authenticate(request, username=email, password=password)
    _remember(request, agent, email)
    if agent is None:
        raise Problem(422, "sign_in.wrong", _("The e-mail address and password don’t fit together."))


def _remember(request: HttpRequest, agent: Agent | None, email: str) -> None:
    """The try, and the session that begins with a good one."""
    place = {"ip": request.META.get("REMOTE_ADDR", ""), "browser": request.headers.get("User-Agent", "")}
    if agent is not None:
        login(request, agent)
        note_sign_in(agent, email=email, outcome="ok", session_key=request.session.session_key or "", **place)
    else:
        known = Agent.objects.filter(email__iexact=email, kind=Agent.Kind.PERSON).first()
        note_sign_in(known, email=email, outcome="off" if known and not known.is_active else "wrong", **place)


def brand_facts() -> dict[str, str] | None:
    """The shop at whose desk one signs in."""
    lang = translation.get_language() or "en"
    brand = Brand.objects.order_by("pk").first()
    return {"name": brand.name_in(lang), "initials": brand.initials(lang)} if brand else None


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    note_sign_out(request.session.session_key or "")
    logout(request)
    return HttpResponseRedirect("/sign-in")
