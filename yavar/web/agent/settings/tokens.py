"""Programs' keys to the API."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import clock
from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.desk.locales import digits
from yavar.people.models import Agent, Token
from yavar.people.team.roles import PERMISSIONS, scopes_of
from yavar.people.team.tokens import make_program, make_token, revoke_token

from .frame import Form, Said, Typed, isolated, kept, settings_page, unexpected
from .words import rights

DAYS = {"30": gettext_lazy("30 days"), "90": gettext_lazy("90 days"), "365": gettext_lazy("a year"), "": gettext_lazy("no expiry")}
MOST = 500
NEW = "new"


def _add(agent: Agent, typed: Typed) -> Said:
    if typed["days"] not in DAYS:
        raise unexpected()
    if not typed["scopes"]:
        raise Problem(422, "permissions.none", _("Tick at least one right."), field="scopes")
    ends = clock.now() + timedelta(days=int(typed["days"])) if typed["days"] else None
    if typed["whose"] == NEW:
        token, secret = make_program(typed["name"], typed["scopes"], by=agent, expires_at=ends)
    else:
        found = Agent.objects.filter(public_id=typed["whose"], is_active=True).first()
        if found is None:
            raise Problem(422, "agent.unknown", _("What you chose is no longer here. Please reload the page."), field="whose")
        token, secret = make_token(found, typed["name"], typed["scopes"], by=agent, expires_at=ends)
    return Said("made", _("The token {name} works.").format(name=isolated(token.name)), secret=secret)


def _revoke(agent: Agent, typed: Typed) -> Said:
    found = Token.objects.filter(public_id=typed["token"]).first()
    if found is None:
        raise unexpected()
    revoke_token(found, by=agent.actor)
    return Said("tokens", _("The token {name} is revoked; it opens nothing any more.").format(name=isolated(found.name)))


FORMS = {
    "add": Form("add", _add, {"whose", "name", "days"}, lists={"scopes"}),
    "revoke": Form("tokens", _revoke, {"token"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    found = [_row(each) for each in Token.objects.select_related("agent").order_by("-pk")[:MOST]]
    able = by_name(Agent.objects.filter(is_active=True).order_by("pk"))
    new = {"whose": NEW, "name": "", "days": "365", "scopes": ["conversation.read", "customer.read"]}
    return {
        "tokens": [each for each in found if each["works"]], "past": [each for each in found if not each["works"]], "groups": rights(), "mine": agent.powers.everywhere,
        "people": [(each.public_id, each.name) for each in able if each.kind == "person"], "programs": [(each.public_id, each.name) for each in able if each.kind != "person"],
        "days": list(DAYS.items()), "new": NEW, "shown": kept(typed, "add", new),
    }  # fmt: skip


def _row(each: Token) -> dict[str, Any]:
    over = each.expires_at is not None and each.expires_at <= clock.now()
    allowed = scopes_of(each.scopes)
    return {
        "id": each.public_id, "name": each.name, "agent": each.agent.name, "program": each.agent.kind == Agent.Kind.PROGRAM, "active": each.agent.is_active, "scopes": each.scopes,
        "rights": [words for name, words in PERMISSIONS.items() if name in allowed], "number": digits(len(allowed)), "made": each.created_at, "used": each.used_at, "expires": each.expires_at,
        "revoked": each.revoked_at, "works": each.revoked_at is None and not over,
    }  # fmt: skip


tokens = settings_page("tokens", FORMS, _facts)
