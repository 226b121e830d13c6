"""What is one's own: where one is signed in, who tried, one's password, and the lines beneath one's mails."""

from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.desk.locales import digits
from yavar.people.models import Agent
from yavar.people.team.actions import end_sessions, set_password, sign_as

from .frame import Form, Said, Typed, kept, settings_page, unexpected
from .people import tries_of
from .words import place_of

tries = Rate(1 / 10 if settings.ENV.rate else 0, 10)
MOST = 100


def _end(agent: Agent, typed: Typed) -> Said:
    found = agent.sign_ins.filter(public_id=typed["session_id"], outcome="ok").first()
    if found is None or found.session_key == typed["session"].session_key:
        raise unexpected()
    end_sessions(agent, by=agent.actor, only=found)
    return Said("sessions", _("Signed out there."))


def _end_others(agent: Agent, typed: Typed) -> Said:
    number = end_sessions(agent, by=agent.actor, keep=typed["session"].session_key or "")
    return Said("sessions", ngettext("{n} other session is ended.", "{n} other sessions are ended.", number).format(n=digits(number)))


def _password(agent: Agent, typed: Typed) -> Said:
    if tries.take(str(agent.pk)):
        raise Problem(429, "password.tries", _("Too many tries. Please wait a minute."), field="old")
    if not agent.check_password(typed["old"]):
        raise Problem(422, "password.wrong", _("This isn’t your password now."), field="old")
    set_password(agent, typed["password"], by=agent.actor, keep=typed["session"].session_key or "")
    typed["session"][HASH_SESSION_KEY] = agent.get_session_auth_hash()  # this session goes on
    return Said("password", _("Your new password holds. Everywhere else you’re signed out."))


def _sign(agent: Agent, typed: Typed) -> Said:
    sign_as(agent, typed["signature"], by=agent.actor)
    return Said("signature", _("Saved."))


FORMS = {
    "sign": Form("signature", _sign, {"signature"}),
    "end": Form("sessions", _end, {"session_id"}),
    "end_others": Form("sessions", _end_others),
    "password": Form("password", _password, {"old", "password"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    here = request.session.session_key
    found = agent.sign_ins.filter(outcome="ok", ended_at__isnull=True).order_by("-seen_at", "-pk")[:MOST]
    rows = [
        {"id": each.public_id, "place": place_of(each.ip, each.browser), "at": each.at, "seen": each.seen_at, "here": each.session_key == here}
        for each in found
    ]
    return {
        "sessions": sorted(rows, key=lambda each: not each["here"]),
        "others": any(not each["here"] for each in rows),
        "tries": tries_of(agent),
        "email": agent.email,
        "signature": kept(typed, "sign", {"signature": agent.signature})["signature"],
    }


security = settings_page("security", FORMS, _facts)
