"""The chat's settings, for owners and supervisors: where it may be shown, what it asks, how it looks, and the secret the shop signs with.

The page has one form for each thing that can be changed; `do` names it. A change is a verb, then the page comes anew and says so.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yavar.base.problem import Problem
from yavar.channels.chat import changed, config_of, typed_origin
from yavar.conversations.models import Conversation, Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE, Accent
from yavar.desk.actions import configure_brand
from yavar.desk.locales import LOCALES, digits
from yavar.people.models import Agent, Customer
from yavar.web.ui.address import TRY, desk_url
from yavar.web.ui.templating import page

from .access import for_managers, manages

LANGUAGES = [("fa", "فارسی"), ("ru", "Русский"), ("en", "English")]
Typed = dict[str, str]


@dataclass(frozen=True)
class Said:
    """What the page confirms: beside which part, and with what to press."""

    at: str
    text: str
    undo: str = ""  # an origin that can be allowed again
    secret: bool = False  # the secret may be read this once


@dataclass(frozen=True)
class Form:
    """One form: the part of the page it stands in, its fields, what it does."""

    at: str
    act: Callable[[Inbox, Typed], Said]
    fields: set[str] = field(default_factory=set)
    boxes: set[str] = field(default_factory=set)  # a box that is not ticked sends nothing

    def read(self, request: HttpRequest) -> Typed:
        """The fields as typed. Raises Problem 400 for a field too many or too few: no page of ours sends such a form."""
        typed = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "do")}
        if not self.fields <= set(typed) <= self.fields | self.boxes:
            raise unexpected()
        return typed


def unexpected() -> Problem:
    """The form is not one of ours."""
    return Problem(400, "form.unexpected", _("The request isn’t in the expected form."))


def chat_inbox() -> Inbox:
    """The desk's chat. Raises Http404."""
    inbox = Inbox.objects.filter(kind="chat").select_related("brand").order_by("pk").first()
    if inbox is None:
        raise Http404
    return inbox


def _switch(inbox: Inbox, typed: Typed) -> Said:
    on = typed["active"] == "on"
    configure_inbox(inbox, config_of(inbox.config), active=on)
    return Said("chat", _("The chat is on.") if on else _("The chat is off. Open conversations stay in the inbox."))


def _allow(inbox: Inbox, typed: Typed) -> Said:
    origin, known = typed_origin(typed["origin"]), config_of(inbox.config).origins
    configure_inbox(inbox, changed(inbox.config, origins=[*known, *({origin} - set(known))]))
    return Said("pages", _("{address} may show the chat.").format(address=_isolated(origin)))


def _disallow(inbox: Inbox, typed: Typed) -> Said:
    kept = [known for known in config_of(inbox.config).origins if known != typed["origin"]]
    configure_inbox(inbox, changed(inbox.config, origins=kept))
    return Said("pages", _("{address} is off the list.").format(address=_isolated(typed["origin"])), undo=typed["origin"])


def _ask(inbox: Inbox, typed: Typed) -> Said:
    try:
        asked = {name: typed[name] for name in ("ask_name", "ask_email")}
        config = changed(inbox.config, **asked, identity_required="identity_required" in typed)
    except msgspec.ValidationError:
        raise unexpected() from None
    configure_inbox(inbox, config)
    return Said("ask", _("Saved."))


def _look(inbox: Inbox, typed: Typed) -> Said:
    minutes = re.fullmatch(r"\s*(\d{0,3})\s*", typed["reply_minutes"])
    if minutes is None:
        wrong = _("Give the minutes as a number from {least} to {most}, or leave this empty.").format(least=digits(1), most=digits(999))
        raise Problem(422, "reply_minutes.invalid", wrong, field="reply_minutes")
    accent = None
    if typed["colour"] != "house":
        try:
            accent = msgspec.convert({"h": float(typed["hue"]), "c": float(typed["strength"]) / 100}, Accent)
        except ValueError:
            raise unexpected() from None
    configure_brand(inbox.brand, name={code: typed[f"name_{code}"] for code in LOCALES}, locale=typed["locale"], accent=accent)
    desk.change(reply_minutes=int(minutes[1] or 0))
    return Said("look", _("Saved."))


def _show(inbox: Inbox, typed: Typed) -> Said:
    return Said("secret", "", secret=True)


def _renew(inbox: Inbox, typed: Typed) -> Said:
    configure_inbox(inbox, config_of(inbox.config), secret=secrets.token_urlsafe(32))
    return Said("secret", _("This is the new secret. Put it on your shop’s server now."), secret=True)


FORMS = {
    "switch": Form("chat", _switch, {"active"}),
    "allow": Form("pages", _allow, {"origin"}),
    "disallow": Form("pages", _disallow, {"origin"}),
    "ask": Form("ask", _ask, {"ask_name", "ask_email"}, {"identity_required"}),
    "look": Form("look", _look, {*(f"name_{code}" for code in LOCALES), "locale", "colour", "hue", "strength", "reply_minutes"}),
    "show": Form("secret", _show),
    "renew": Form("secret", _renew),
}


def start(request: HttpRequest) -> HttpResponse:
    """The chat's are the only settings yet."""
    return HttpResponseRedirect("/settings/chat")


@for_managers
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest) -> HttpResponse:
    """The page, and each of its forms."""
    inbox = chat_inbox()
    if request.method == "GET":
        said = request.session.pop("settings_said", None)
        return _page(request, inbox, Said(**said) if said else None)
    form = FORMS.get(request.POST.get("do", ""))
    if form is None:
        raise unexpected()
    typed = form.read(request)
    try:
        said = form.act(inbox, typed)
    except Problem as problem:
        if problem.field is None:
            raise
        return _page(request, chat_inbox(), None, problem, typed)
    request.session["settings_said"] = {"at": said.at, "text": said.text, "undo": said.undo, "secret": said.secret}
    return HttpResponseRedirect(f"/settings/chat#{form.at}", status=303)


def _page(request: HttpRequest, inbox: Inbox, said: Said | None, problem: Problem | None = None, typed: Typed | None = None) -> HttpResponse:
    """What is saved; where a form was refused, what was typed and why it was refused."""
    config, brand, url = config_of(inbox.config), inbox.brand, desk_url(request)
    own = Accent(**brand.accent) if brand.accent else HOUSE
    minutes, lang = desk.read().reply_minutes, translation.get_language() or "en"
    shown = {
        "origin": "", "ask_name": config.ask_name, "ask_email": config.ask_email, **{f"name_{code}": brand.name.get(code, "") for code in LOCALES},
        "locale": brand.locale, "colour": "own" if brand.accent else "house", "hue": f"{own.h:g}", "strength": f"{own.c * 100:g}",
        "reply_minutes": digits(minutes) if minutes else "", **(typed or {}),
    }  # fmt: skip
    return page(
        request, "agent/settings_chat.html", 422 if problem else 200, theme=request.user.theme, shown=shown, said=said, problem=problem,
        active=inbox.active, origins=[{"origin": origin, "shown": _readable(origin)} for origin in config.origins], identity_required=config.identity_required,
        line=f'<script async src="{url}/chat/{inbox.public_id}/loader.js"></script>', only_here=urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1"),
        secret=_secret(inbox) if said and said.secret else None, has_secret=bool(inbox.secret), languages=LANGUAGES, preview=_preview(shown),
        brand={"name": brand.name_in(lang), "initials": brand.initials(lang)}, try_url=TRY,
    )  # fmt: skip


def _preview(shown: dict[str, str]) -> Accent:
    """The colour the page previews before anything is moved; what was typed may be refused and yet be shown."""
    try:
        return msgspec.convert({"h": float(shown["hue"]), "c": float(shown["strength"]) / 100}, Accent) if shown["colour"] == "own" else HOUSE
    except ValueError:
        return HOUSE


def _secret(inbox: Inbox) -> str:
    """The secret, or '' when it was sealed with another desk key."""
    try:
        return inbox.unsealed_secret()
    except ValueError:
        return ""


def _readable(origin: str) -> str:
    """An origin as people read it: a Persian or Russian domain in its own letters."""
    try:
        return origin.encode().decode("idna")
    except UnicodeError:
        return origin


def _isolated(origin: str) -> str:
    """An address inside a sentence of any direction."""
    return f"\u2066{_readable(origin)}\u2069"


@for_managers
@require_safe
def try_chat(request: HttpRequest) -> HttpResponse:
    """A bare page of the desk with the chat on it."""
    inbox = chat_inbox()
    return page(request, "agent/try.html", theme=request.user.theme, active=inbox.active, loader_url=f"/chat/{inbox.public_id}/loader.js")


def setup_of(agent: Agent) -> dict[str, Any] | None:
    """The first steps of a desk whose chat stands nowhere yet or has never been written in; for whoever can take them."""
    inbox = Inbox.objects.filter(kind="chat").order_by("pk").first() if manages(agent) else None
    if inbox is None:
        return None
    allowed, written = bool(config_of(inbox.config).origins), Conversation.objects.filter(inbox=inbox).exists()
    if allowed and written:
        return None
    placed = allowed and Customer.objects.exclude(page="").exists()
    steps = [
        (_("Allow your shop’s page"), _("The chat appears only on pages you name."), "/settings/chat#pages", allowed),
        (_("Put the line on the page"), _("One line before the end of your page, the same on all of them."), "/settings/chat#line", placed),
        (_("Send a test message"), _("Write as a customer would, and see it arrive here."), TRY, written),
    ]
    return {"steps": [{"title": title, "text": text, "url": url, "done": done} for title, text, url, done in steps]}
