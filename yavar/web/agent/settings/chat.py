"""The chat's settings: where it may be shown, what it asks, how it looks, and the secret the shop signs with."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from yavar.base import hosts
from yavar.base.problem import Problem
from yavar.channels.chat import changed, config_of, typed_origin
from yavar.conversations.models import Conversation, Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE, Accent
from yavar.desk.actions import configure_brand
from yavar.desk.locales import LOCALES, digits
from yavar.people.models import Agent, Customer
from yavar.realtime.loads import last
from yavar.web.ui.address import TRY, desk_url
from yavar.web.ui.templating import page

from ..access import needs
from . import greetings, ways
from .frame import Form, Said, Typed, settings_page, unexpected
from .managed import chat_inbox, managed

MAIL_AFTER = (0, 1, 3, 10, 30)
LANGUAGES = [("fa", "فارسی"), ("ru", "Русский"), ("en", "English")]


def _switch(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    on = typed["active"] == "on"
    configure_inbox(inbox, config_of(inbox.config), active=on, by=agent.actor)
    return Said("chat", _("The chat is on.") if on else _("The chat is off. Open conversations stay in the inbox."))


def _allow(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    origin, known = typed_origin(typed["origin"]), config_of(inbox.config).origins
    configure_inbox(inbox, changed(inbox.config, origins=[*known, *({origin} - set(known))]), by=agent.actor)
    return Said("pages", _("{address} may show the chat.").format(address=_isolated(origin)))


def _disallow(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    kept = [known for known in config_of(inbox.config).origins if known != typed["origin"]]
    configure_inbox(inbox, changed(inbox.config, origins=kept), by=agent.actor)
    return Said("pages", _("{address} is off the list.").format(address=_isolated(typed["origin"])), undo=typed["origin"])


def _ask(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    try:
        asked = {name: typed[name] for name in ("ask_name", "ask_email")}
        config = changed(inbox.config, **asked, identity_required="identity_required" in typed, mail_after=int(typed["mail_after"]))
    except (msgspec.ValidationError, ValueError):
        raise unexpected() from None
    configure_inbox(inbox, config, by=agent.actor)
    return Said("ask", _("Saved."))


def _look(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    minutes = re.fullmatch(r"\s*(\d{0,3})\s*", typed["reply_minutes"])
    if minutes is None:
        wrong = _("Give the minutes as a number from {least} to {most}, or leave this empty.").format(least=digits(1), most=digits(999))
        raise Problem(422, "reply_minutes.invalid", wrong, field="reply_minutes")
    configure_brand(inbox.brand, name={code: typed[f"name_{code}"] for code in LOCALES}, locale=typed["locale"], accent=accent_typed(typed), by=agent.actor)
    desk.change(by=agent.actor, reply_minutes=int(minutes[1] or 0))
    return Said("look", _("Saved."))


def accent_typed(typed: Typed) -> Accent | None:
    """The colour a form chose; None for the house's. Raises Problem 400."""
    if typed["colour"] == "house":
        return None
    try:
        return msgspec.convert({"h": float(typed["hue"]), "c": float(typed["strength"]) / 100}, Accent)
    except ValueError:
        raise unexpected() from None


def _show(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    return Said("secret", "", secret=_secret(inbox))


def _renew(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    configure_inbox(inbox, config_of(inbox.config), secret=secrets.token_urlsafe(32), by=agent.actor)
    return Said("secret", _("This is the new secret. Put it on your shop’s server now."), secret=_secret(inbox))


FORMS = {
    "switch": Form("chat", _switch, {"active"}),
    "allow": Form("pages", _allow, {"origin"}),
    "disallow": Form("pages", _disallow, {"origin"}),
    "ask": Form("ask", _ask, {"ask_name", "ask_email", "mail_after"}, {"identity_required"}),
    "look": Form("look", _look, {*(f"name_{code}" for code in LOCALES), "locale", "colour", "hue", "strength", "reply_minutes"}),
    "show": Form("secret", _show),
    "renew": Form("secret", _renew),
    **ways.FORMS,
    **greetings.FORMS,
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    inbox = chat_inbox(agent, request.GET.dict())
    config, brand, url = config_of(inbox.config), inbox.brand, desk_url(request)
    own = Accent(**brand.accent) if brand.accent else HOUSE
    minutes, lang = desk.read().reply_minutes, translation.get_language() or "en"
    shown = {
        "origin": "", "ask_name": config.ask_name, "ask_email": config.ask_email, "mail_after": str(config.mail_after), **{f"name_{code}": brand.name.get(code, "") for code in LOCALES},
        "locale": brand.locale, "colour": "own" if brand.accent else "house", "hue": f"{own.h:g}", "strength": f"{own.c * 100:g}",
        "reply_minutes": digits(minutes) if minutes else "", **(typed or {}),
    }  # fmt: skip
    return {
        "shown": shown, "active": inbox.active, "action": request.get_full_path(), "chats": _chats(agent, inbox), "origins": [{"origin": origin, "shown": hosts.shown(origin)} for origin in config.origins], "identity_required": config.identity_required, "see_visitors": config.see_visitors,
        "after": [(str(n), _("Never") if n == 0 else ngettext("After {n} minute", "After {n} minutes", n).format(n=digits(n))) for n in sorted({*MAIL_AFTER, config.mail_after})],
        "line": f'<script async src="{url}/chat/{inbox.public_id}/loader.js"></script>', "only_here": urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1"),
        "secret": said.secret if said else None, "has_secret": bool(inbox.secret), "languages": LANGUAGES, "preview": preview_of(shown),
        "brand": {"name": brand.name_in(lang), "initials": brand.initials(lang)}, "try_url": TRY,
        **ways.facts(inbox, config.ways, url, typed), **greetings.facts(inbox, config.greetings, config.greetings_a_day, typed),
    }  # fmt: skip


chat = settings_page("chat", FORMS, _facts)


def _chats(agent: Agent, here: Inbox) -> list[dict[str, Any]]:
    """The desk's chats to choose from, when there are several."""
    found = [inbox for inbox in managed(agent) if inbox.kind == "chat"]
    return [{"id": each.public_id, "name": each.name, "here": each == here} for each in found] if len(found) > 1 else []


def preview_of(shown: dict[str, str]) -> Accent:
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


def _isolated(origin: str) -> str:
    """An address inside a sentence of any direction."""
    return f"\u2066{hosts.shown(origin)}\u2069"


@needs("inbox.manage")
@require_safe
def try_chat(request: HttpRequest) -> HttpResponse:
    """A bare page of the desk with the chat on it."""
    inbox = chat_inbox(request.user, request.GET.dict())
    return page(request, "agent/try.html", theme=request.user.theme, active=inbox.active, loader_url=f"/chat/{inbox.public_id}/loader.js")


def setup_of(agent: Agent) -> dict[str, Any] | None:
    """The first steps of a desk whose chat stands nowhere yet or has never been written in; for whoever can take them."""
    inbox = Inbox.objects.filter(kind="chat").order_by("pk").first() if agent.may("inbox.manage") else None
    if inbox is None:
        return None
    origins, loaded, written = config_of(inbox.config).origins, last(inbox.public_id), Conversation.objects.filter(inbox=inbox).exists()
    allowed = bool(origins)
    if allowed and written:
        return None
    placed = allowed and ((loaded is not None and loaded[0] in origins) or Customer.objects.exclude(page="").exists())
    steps = [
        (_("Allow your shop’s page"), _("The chat appears only on pages you name."), "/settings/chat#pages", allowed),
        (_("Put the line on the page"), _("One line before the end of your page, the same on all of them."), "/settings/chat#line", placed),
        (_("Send a test message"), _("Write as a customer would, and see it arrive here."), TRY, written),
    ]
    return {"steps": [{"title": title, "text": text, "url": url, "done": done} for title, text, url, done in steps]}
