"""Signing in to a mailbox with Google or Microsoft: the owner's own application there, their consent in the browser, and back to the form it is for."""

import secrets
import time
from typing import Any

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yavar.base import crypto
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.integrations.channels.email.channel import KIND
from yavar.integrations.channels.email.doors import oauth
from yavar.integrations.channels.email.doors.verdict import WORDS, Trouble
from yavar.people.models import Agent
from yavar.web.ui.address import desk_url

from ..access import needs
from .frame import Form, Said, Typed, kept, settings_page
from .managed import managed

BACK = "/settings/consent/granted"
MINUTES = 15  # from the press of the button to the way back; and then to the form
PROVIDERS = [("google", "Google"), ("microsoft", "Microsoft")]
CONSOLES = {"google": "https://console.cloud.google.com/apis/credentials", "microsoft": "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps"}


def _inbox(agent: Agent, query: Typed) -> Inbox:
    found = next((inbox for inbox in managed(agent) if inbox.kind == KIND and inbox.public_id == query.get("inbox")), None)
    if found is None:
        raise Http404
    return found


def _begin(agent: Agent, typed: Typed) -> Said:
    inbox, purpose = _inbox(agent, typed["query"]), "outgoing" if typed["query"].get("for") == "outgoing" else "mail"
    if typed["provider"] not in oauth.ENDPOINTS:
        raise Problem(422, "choice.unknown", _("What you chose is no longer here. Please reload the page."), field="provider")
    if not typed["client_id"].strip() or not typed["client_secret"].strip():
        raise Problem(422, "client.missing", _("Type both: the client id and the client secret of your application there."), field="client_id")
    typed["session"]["mail_consent"] = {
        "state": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "until": time.time() + 60 * MINUTES, "provider": typed["provider"],
        "client_id": typed["client_id"].strip(), "client_secret": crypto.seal(typed["client_secret"].strip()), "to": f"/settings/{purpose}?inbox={inbox.public_id}",
    }  # fmt: skip
    return Said("go", "")


FORMS = {"begin": Form("begin", _begin, {"provider", "client_id", "client_secret"})}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    inbox = _inbox(agent, request.GET.dict())
    back, asked = f"{desk_url(request)}{BACK}", _asked(request)
    url = ""
    if asked and problem is None:
        url = oauth.consent_url(asked["provider"], asked["client_id"], back=back, state=asked["state"], verifier=asked["verifier"])
    return {
        "inbox": {"id": inbox.public_id, "name": inbox.name}, "purpose": "outgoing" if request.GET.get("for") == "outgoing" else "mail", "back": back, "url": url,
        "provider": dict(PROVIDERS).get(asked["provider"], "") if asked else "", "providers": PROVIDERS, "consoles": CONSOLES, "public": settings.ENV.secure,
        "shown": kept(typed, "begin", {"provider": "google", "client_id": ""}), "failed": request.session.pop("mail_consent_failed", ""),
    }  # fmt: skip


def _asked(request: HttpRequest) -> Typed | None:
    asked: Typed | None = request.session.get("mail_consent")
    return asked if asked and asked["until"] > time.time() else None


@needs("inbox.manage")
@require_safe
def granted(request: HttpRequest) -> HttpResponse:
    """The way back from the provider, with a code or with a no. What was granted is kept sealed in the session until the form takes it."""
    asked = _asked(request)
    if asked is None or not crypto.same(asked["state"], request.GET.get("state", "")):
        raise Http404
    del request.session["mail_consent"]
    page = asked["to"].replace("/settings/mail?", "/settings/consent?").replace("/settings/outgoing?", "/settings/consent?for=outgoing&")
    try:
        if "code" not in request.GET:
            raise Trouble("grant", request.GET.get("error_description", request.GET.get("error", "")))
        found = oauth.redeem(
            asked["provider"], asked["client_id"], crypto.unseal(asked["client_secret"]), code=request.GET["code"], back=f"{desk_url(request)}{BACK}", verifier=asked["verifier"],
        )  # fmt: skip
    except Trouble as trouble:
        request.session["mail_consent_failed"] = f"{WORDS[trouble.code]} {trouble.detail}".strip()
        return HttpResponseRedirect(page)
    request.session["mail_grant"] = {
        "provider": asked["provider"],
        "grant": crypto.seal(msgspec.json.encode(found).decode()),
        "until": time.time() + 60 * MINUTES,
    }
    return HttpResponseRedirect(f"{asked['to']}#{'server' if 'outgoing' in asked['to'] else 'connect'}")


consent = settings_page("consent", FORMS, _facts, within="mail")
