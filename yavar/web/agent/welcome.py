"""The first start, in the browser: who owns the desk, the shop, its page, the first colleague, and the line that puts the chat there.

Until there is an owner the page opens only to whoever has the code that the desk printed in the terminal.
"""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yavar.base import crypto, hosts
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.channels.chat import changed, config_of, typed_origin
from yavar.channels.looking import look
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE, Accent
from yavar.desk.actions import configure_brand
from yavar.desk.locales import LOCALES
from yavar.desk.models import Brand
from yavar.flow.sla import defaults as promises
from yavar.people.customers import identities
from yavar.people.hours.actions import change_calendar, main_calendar
from yavar.people.hours.usual import rules_for
from yavar.people.models import Agent
from yavar.people.team.actions import add_agent, check_password
from yavar.people.team.roles import BUILT_IN
from yavar.people.team.sessions import note_sign_in
from yavar.realtime import loads
from yavar.web.ui.address import TRY, desk_url
from yavar.web.ui.bodies import answer
from yavar.web.ui.templating import page

from .access import needs

SYSTEM = Actor("system", via="cli")
STEPS = ("you", "shop", "page", "team", "line")
ROLES = ("agent", "supervisor", "admin")
HUES = (205, 250, 300, 350, 25, 60, 145)
tries = Rate(1 / 5, 10)
checks = Rate(1 / 3, 5)


def code() -> str:
    """What the terminal shows and the first visitor must bring: made of the desk's key, so it needs no row."""
    return crypto.hmac_sha256(settings.SECRET_KEY, "welcome")[:10]


def is_new() -> bool:
    """Whether nobody owns the desk yet."""
    return not Agent.objects.filter(kind=Agent.Kind.PERSON).exists()


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, step: str = "you") -> HttpResponse:
    """One step of the first start."""
    if step not in STEPS:
        raise Http404
    if step == "you":
        return _you(request) if is_new() else HttpResponseRedirect("/welcome/shop" if request.user.is_authenticated else "/sign-in")
    return _step(request, step)


def _you(request: HttpRequest) -> HttpResponse:
    given = request.GET.get("code") or request.session.get("welcome", "")
    if not crypto.same(given, code()):
        if given and tries.take(request.META.get("REMOTE_ADDR", "")):
            raise Problem(429, "rate.limited", _("Too many tries. Please wait a minute."))
        return page(request, "agent/welcome.html", 403, step="code", steps=[], typed={}, problem=None, **_about(request))
    request.session["welcome"] = given
    if request.method == "GET":
        return _draw(request, "you", {})
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "email")}
    password = request.POST.get("password", "")
    try:
        email = identities.email(typed["email"])
        if not typed["name"]:
            raise Problem(422, "name.missing", _("Please tell us your name."), field="name")
        if email is None:
            raise Problem(422, "email.invalid", _("Please check the e-mail address."), field="email")
        check_password(password)
        owner = add_agent(email=email, name=typed["name"], password=password, role="owner", lang=translation.get_language() or "en", by=SYSTEM)
    except Problem as problem:
        return _draw(request, "you", typed, problem)
    promises.speak(owner.lang)
    configure_inbox(_chat(), name=_("Chat"), by=SYSTEM)
    begin_hours(owner.lang, request.POST.get("zone", ""), by=SYSTEM)
    login(request, owner)
    request.session.pop("welcome", None)
    place = {"ip": request.META.get("REMOTE_ADDR", ""), "browser": request.headers.get("User-Agent", "")}
    note_sign_in(owner, email=owner.email, outcome="ok", session_key=request.session.session_key or "", **place)
    return HttpResponseRedirect("/welcome/shop", status=303)


def begin_hours(lang: str, zone: str, *, by: Actor) -> None:
    """The desk's hours are at first the usual ones of the owner's language, by the clock of her browser (`zone`, IANA; '' if it is not known), which becomes the desk's."""
    if desk.is_time_zone(zone) and desk.read().time_zone == "UTC":
        desk.change(by=by, time_zone=zone)
    calendar = main_calendar()
    if calendar.version == 1:
        change_calendar(calendar, by=by, name=_("Working hours"), rules=rules_for(lang, desk.read().time_zone))


@needs("setting.manage")
def _step(request: HttpRequest, step: str) -> HttpResponse:
    if request.method == "GET" or step == "line":
        return _draw(request, step, {"made": request.session.pop("welcome_made", None)})
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        {"shop": _shop, "page": _allow, "team": _colleague}[step](request, typed)
    except Problem as problem:
        if problem.field is None:
            raise
        return _draw(request, step, typed, problem)
    after = step if step == "team" and typed.get("email") else STEPS[STEPS.index(step) + 1]
    return HttpResponseRedirect(f"/welcome/{after}", status=303)


def _shop(request: HttpRequest, typed: dict[str, str]) -> None:
    brand, lang, hue = _chat().brand, translation.get_language() or "en", _hue(typed) or HOUSE.h
    if not typed.get("name", "").strip():
        raise Problem(422, "name.missing", _("Please give your shop a name."), field=f"name_{lang}")
    # the shop is called so in every language until the owner says otherwise in the settings; hers comes first, so that a fault of the name is one of hers
    name = dict.fromkeys((lang, *LOCALES), typed["name"])
    configure_brand(brand, name=name, locale=lang, accent=None if hue == HOUSE.h else Accent(hue, 0.09), by=request.user.actor)


def _hue(typed: dict[str, Any]) -> int | None:
    return int(typed["hue"]) % 360 if str(typed.get("hue", "")).isdecimal() else None


def _allow(request: HttpRequest, typed: dict[str, str]) -> None:
    inbox = _chat()
    if typed.get("origin", "").strip():
        found = typed_origin(typed["origin"])
        configure_inbox(inbox, changed(inbox.config, origins=list(dict.fromkeys([*config_of(inbox.config).origins, found]))), by=request.user.actor)


def _colleague(request: HttpRequest, typed: dict[str, str]) -> None:
    if not typed.get("email", "").strip():
        return
    email = identities.email(typed["email"])
    if email is None:
        raise Problem(422, "email.invalid", _("Please check the e-mail address."), field="email")
    password, lang = secrets.token_urlsafe(9), translation.get_language() or "en"
    role = typed["role"] if typed.get("role") in ROLES else "agent"
    made = add_agent(email=email, name=typed.get("name", "").strip() or email.partition("@")[0], password=password, role=role, lang=lang, by=request.user.actor)
    request.session["welcome_made"] = {"email": made.email, "password": password}


@needs("setting.manage")
@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Whether the chat was loaded by a page just now: asked every two seconds by whoever waits for it."""
    inbox = _chat()
    found = loads.last(inbox.public_id)
    return answer({"origin": hosts.shown(found[0]), "seconds": found[1], "allowed": found[0] in config_of(inbox.config).origins} if found else None)


@needs("setting.manage")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Open the shop's page and say whether the line stands on it and can work."""
    if wait := checks.take(str(request.user.pk)):
        raise Problem(429, "rate.limited", _("Too many tries. Please wait a minute."), retry_after=wait)
    inbox = _chat()
    found = look(request.POST.get("url", "").strip(), desk=desk_url(request), key=inbox.public_id, origins=config_of(inbox.config).origins)
    return answer({"code": found.code, "good": found.good, "text": found.text})


def _chat() -> Inbox:
    inbox = Inbox.objects.filter(kind="chat").select_related("brand").order_by("pk").first()
    if inbox is None:
        raise Http404
    return inbox


def _about(request: HttpRequest) -> dict[str, Any]:
    brand = Brand.objects.order_by("pk").first()
    return {"theme": "system", "languages": [("fa", "فارسی"), ("ru", "Русский"), ("en", "English")], "brand": brand, "hues": HUES, "try_url": TRY}


def _draw(request: HttpRequest, step: str, typed: dict[str, Any], problem: Problem | None = None) -> HttpResponse:
    inbox, lang = _chat(), translation.get_language() or "en"
    origins = [hosts.shown(each) for each in config_of(inbox.config).origins]
    names = {"you": _("You"), "shop": _("Your shop"), "page": _("Your page"), "team": _("A colleague"), "line": _("The line")}
    steps = [{"name": name, "label": names[name], "now": name == step, "done": STEPS.index(name) < STEPS.index(step)} for name in STEPS]
    line = f'<script async src="{desk_url(request)}/chat/{inbox.public_id}/loader.js"></script>'
    brand_name = "" if step == "shop" and set(inbox.brand.name.values()) <= {"My shop", "فروشگاه من", "Мой магазин"} else inbox.brand.name_in(lang)
    return page(
        request, "agent/welcome.html", problem.status if problem else 200, step=step, steps=steps, typed=typed, problem=problem, origins=origins, line=line,
        shop_name=brand_name, hue=_hue(typed) or int(inbox.brand.accent["h"] if inbox.brand.accent else HOUSE.h),
        roles=[(role, BUILT_IN[role].label) for role in ROLES], **_about(request),
    )  # fmt: skip
