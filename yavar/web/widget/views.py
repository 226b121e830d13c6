"""The chat's calm doors: the launcher, the panel, the session, older messages, files."""

import gzip
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.channels import transcripts, ways
from yavar.channels.chat import ChatConfig, SignedIdentity, config_of, origin, vouched
from yavar.conversations.models import Conversation, Inbox
from yavar.conversations.public import conversation_of, latest_conversation, messages, team_faces
from yavar.desk import settings as desk_settings
from yavar.people.customers import identities
from yavar.people.customers.actions import open_session, recognise
from yavar.people.models import VisitorSession
from yavar.realtime import loads
from yavar.web.ui.address import TRY, desk_url, only_from_here
from yavar.web.ui.assets import assets
from yavar.web.ui.bodies import Strict, answer, body, whole_number
from yavar.web.ui.files import upload
from yavar.web.ui.strings import client_strings
from yavar.web.ui.templating import Markup, direction, json_block, page

from . import launcher
from .pace import line_of, pace
from .shrink import sheet_of
from .visitors import Known, forget, load, peek

LANGUAGES = ("fa", "ru", "en")
sessions_rate = Rate(1.0 if settings.ENV.rate else 0.0, 60)
transcripts_rate = Rate(0.1 if settings.ENV.rate else 0.0, 5)
uploads_rate = Rate(0.5 if settings.ENV.rate else 0.0, 20)


class OpenSession(Strict, frozen=True):
    token: str
    lang: str = "en"
    page: str = ""
    time_zone: str = ""
    name: str = ""
    email: str = ""
    identity: SignedIdentity | None = None


def open_inbox(key: str) -> tuple[Inbox, ChatConfig]:
    """The chat inbox behind a public key; off, absent and of another kind are the same 404."""
    inbox = Inbox.objects.select_related("brand").filter(public_id=key, kind="chat", active=True).first()
    if inbox is None:
        raise Http404
    return inbox, config_of(inbox.config)


@require_GET
def loader(request: HttpRequest, key: str) -> HttpResponse:
    """The launcher's script with its few settings in front: the one request before the chat is opened."""
    inbox, config = open_inbox(key)
    if loaded_by := origin(request.headers.get("Referer", "")):
        loads.note(inbox.public_id, loaded_by)
    script = launcher.script(inbox, config, desk_url(request)).encode()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")  # here, since the house's own packing adds noise against guessing, and this has no secret
    response = HttpResponse(gzip.compress(script, 9, mtime=0) if packed else script, content_type="text/javascript; charset=utf-8")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_GET
def panel(request: HttpRequest, key: str) -> HttpResponse:
    """The panel's page. Only pages of the inbox's origins may frame it; a frame that says it comes from elsewhere gets nothing."""
    inbox, config = open_inbox(key)
    referer = request.headers.get("Referer", "")
    # The desk's own page for trying the chat may show it too, and no other page of the desk; a foreign page cannot send that Referer.
    tried = [desk_url(request)] if referer.partition("?")[0] == desk_url(request) + TRY else []
    origins = [*config.origins, *tried]
    request.frame_ancestors = " ".join(origins) or "'none'"  # type: ignore[attr-defined]
    came_from = origin(referer)
    if came_from is not None and came_from not in (*config.origins, desk_url(request)):
        raise Problem(403, "origin.foreign", _("This page may not show this chat."))
    lang = request.GET.get("lang", "")
    lang = lang if lang in LANGUAGES else inbox.brand.locale
    with translation.override(lang):
        others = ways.shown(config.ways, lang, inbox.brand.locale, desk_url(request))
        known = panel_config(inbox, config, lang, origins, others)
        response = page(request, "widget/panel.html", config_json=json_block(known), panel_css=_styles(), ways=others)
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@cache
def _styles() -> Markup:
    return Markup(sheet_of(assets().text("widget/panel.css")))


def panel_config(inbox: Inbox, config: ChatConfig, lang: str, origins: list[str], others: list[ways.Shown]) -> dict[str, Any]:
    """What the panel must know before it speaks with us (docs/develop/client-api.md)."""
    brand = inbox.brand
    here, words = pace(inbox)
    return {
        "inbox": inbox.public_id, "lang": lang, "dir": direction(lang), "origins": origins,
        "brand": {"name": brand.name_in(lang), "initials": brand.initials(lang), "accent": brand.accent},
        "team": team_faces(), "online": here, "pace": words,
        "prechat": {"name": config.ask_name, "email": config.ask_email}, "ways": [{"href": way.href, "words": way.words, "icon": launcher.ICONS[way.kind]} for way in others], **client_strings("widget", lang),
    }  # fmt: skip


@csrf_exempt
@require_POST
def session(request: HttpRequest, key: str) -> HttpResponse:
    """A visitor begins to write, or is recognised."""
    inbox, config = open_inbox(key)
    only_from_here(request.headers.get("Origin", ""), f"{request.scheme}://{request.get_host()}")
    if wait := sessions_rate.take(request.META.get("REMOTE_ADDR", "")):
        raise Problem(429, "rate.limited", _("That was very fast. Your message is kept and is sent again in a moment."), retry_after=wait)
    given = body(request, OpenSession)
    peek(given.token)  # refuses what cannot be a token
    who = vouched(given.identity, inbox.unsealed_secret()) if given.identity else None
    if who is None and config.identity_required:
        raise Problem(403, "identity.required", _("Please sign in to the shop to write to us."))
    name, email = check_form(given, config, known=who is not None or _is_open(given.token))
    lang = given.lang if given.lang in LANGUAGES else inbox.brand.locale
    shop_page = given.page if origin(given.page) in config.origins else ""
    zone = given.time_zone if desk_settings.is_time_zone(given.time_zone) else ""
    opened = open_session(given.token, brand=inbox.brand.public_id, inbox=inbox.public_id, lang=lang, page=shop_page, name=name, email=email, time_zone=zone)
    if who is not None:
        recognise(opened, external=who.external, name=who.name, email=identities.email(who.email) or "")
    forget(given.token)
    return answer(hello_of(load(given.token)))


def check_form(given: OpenSession, config: ChatConfig, *, known: bool) -> tuple[str, str]:
    """The pre-chat form's name and e-mail, checked. Somebody known need not fill it in."""
    name = " ".join(given.name.split())[:120] if config.ask_name != "off" else ""
    if config.ask_name == "require" and not name and not known:
        raise Problem(400, "name.missing", _("Please tell us your name."), field="name")
    email = identities.email(given.email) or "" if config.ask_email != "off" else ""
    if config.ask_email != "off" and not email and (given.email.strip() or (config.ask_email == "require" and not known)):
        raise Problem(400, "email.invalid", _("Please check the e-mail address."), field="email")
    return name, email


def _is_open(token: str) -> bool:
    try:
        load(token)
    except Problem:
        return False
    return True


def visitor(request: HttpRequest) -> Known:
    """Who asks. Raises Problem 401."""
    only_from_here(request.headers.get("Origin", ""), f"{request.scheme}://{request.get_host()}")
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = ""
    return peek(token) or load(token)


def hello_of(known: Known) -> dict[str, Any]:
    """Where a visitor stands."""
    session_row = VisitorSession.objects.select_related("customer").get(token_hash=known.key)
    email = session_row.customer.identities.filter(kind="email").values_list("value", flat=True).first() or ""
    conversation = latest_conversation(known.customer_id, known.inbox_id)
    shown, more = messages(conversation.pk) if conversation else ([], False)
    return {"customer": {"name": known.author.name, "email": email}, "conversation": conversation_facts(conversation), "messages": shown, "more": more,
            "mailable": transcripts.possible(known.customer_id, Inbox.objects.get(pk=known.inbox_id).brand_id)}  # fmt: skip


def conversation_facts(c: Conversation | None) -> dict[str, Any] | None:
    """A conversation as its customer may see it: snoozed is the team's own business, so it is simply open."""
    if c is None:
        return None
    status = "resolved" if c.status == "resolved" else "open"
    return {"id": c.public_id, "reference": c.reference, "status": status, "seen": {"agent": c.agent_seen, "customer": c.customer_seen}}


@require_GET
def hello(request: HttpRequest) -> HttpResponse:
    """A returning visitor."""
    return answer(hello_of(visitor(request)))


@require_GET
def older(request: HttpRequest) -> HttpResponse:
    """A page of messages before or after a seq."""
    known = visitor(request)
    conversation = conversation_of(known.customer_id, request.GET.get("conversation", ""))
    if conversation is None:
        raise Problem(404, "conversation.unknown", _("This conversation is not here."))
    shown, more = messages(conversation.pk, before=whole_number(request, "before"), after=whole_number(request, "after"))
    return answer({"messages": shown, "more": more})


@require_GET
def line(request: HttpRequest) -> HttpResponse:
    """Where a visitor stands who waits."""
    known = visitor(request)
    lang = request.headers.get("X-Lang", "")
    return answer(line_of(known, request.GET.get("conversation", ""), lang if lang in LANGUAGES else known.lang))


class AskTranscript(Strict, frozen=True):
    conversation: str


@csrf_exempt
@require_POST
def transcript(request: HttpRequest) -> HttpResponse:
    """A visitor wants the chat by mail."""
    known = visitor(request)
    if wait := transcripts_rate.take(known.key):
        raise Problem(429, "rate.limited", _("That was very fast. Your message is kept and is sent again in a moment."), retry_after=wait)
    conversation = conversation_of(known.customer_id, body(request, AskTranscript).conversation)
    if conversation is None:
        raise Problem(404, "conversation.unknown", _("This conversation is not here."))
    lang = request.headers.get("X-Lang", "")
    transcripts.ask(conversation, customer_id=known.customer_id, lang=lang if lang in LANGUAGES else known.lang)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def files(request: HttpRequest) -> HttpResponse:
    """A visitor brings a file."""
    known = visitor(request)
    if wait := uploads_rate.take(known.key):
        raise Problem(429, "rate.limited", _("That was very fast. Your message is kept and is sent again in a moment."), retry_after=wait)
    return upload(request, Actor("customer", known.customer_id))
