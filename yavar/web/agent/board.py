"""The supervisor's board as a page: its first numbers come with it, then its own module keeps them fresh."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base import clock
from yavar.base.days import calendar_of
from yavar.base.numbers import numerals
from yavar.base.problem import Problem
from yavar.conversations.policies import inboxes_of
from yavar.desk.models import Brand
from yavar.flow.board import alarms
from yavar.people.models import Agent
from yavar.web.api.board import BoardFacts, board_facts
from yavar.web.api.team import agent_facts, colleagues
from yavar.web.ui.strings import client_strings
from yavar.web.ui.templating import direction, json_block, page

from .access import needs
from .inbox import notify_of
from .settings.frame import unexpected


@needs("desk.supervise")
def board(request: HttpRequest) -> HttpResponse:
    """`/board`, of one team or inbox with `?team=` and `?inbox=` (public ids)."""
    agent: Agent = request.user
    if set(request.GET) - {"team", "inbox", "lang"} or any("\0" in value for value in request.GET.values()):
        raise unexpected()
    team, inbox = request.GET.get("team", ""), request.GET.get("inbox", "")
    try:
        facts = board_facts(agent, team, inbox)
    except Problem:
        raise Http404 from None
    lang = translation.get_language() or "en"
    brand = Brand.objects.order_by("pk").first()
    return page(
        request, "agent/board.html", theme=agent.theme, boot_json=json_block(boot(request, facts, team, inbox)), board=facts, first=first_numbers(facts, facts.now),
        desk={"name": brand.name_in(lang), "initials": brand.initials(lang)} if brand else {"name": "Yavar", "initials": "Y"},
        teams=[(each.id, each.name) for each in facts.teams], inboxes=list(inboxes_of(agent).order_by("pk").values_list("public_id", "name")), team=team, inbox=inbox,
    )  # fmt: skip


def boot(request: HttpRequest, facts: BoardFacts, team: str, inbox: str) -> dict[str, Any]:
    """What the page's module begins with."""
    agent: Agent = request.user
    lang = translation.get_language() or "en"
    return {
        "me": agent_facts(agent), "csrf": get_token(request), "lang": lang, "dir": direction(lang), "calendar": calendar_of(agent.calendar, lang), "digits": agent.digits,
        "single_keys": agent.single_keys, "now": clock.now(), "board": facts, "alarms": alarms.read(agent), "team": team, "inbox": inbox, "people": colleagues(),
        "notify": notify_of(agent), **client_strings("board", lang),
    }  # fmt: skip


def first_numbers(facts: BoardFacts, now: datetime) -> list[dict[str, str]]:
    """The strip of numbers as it stands before any script has come: number, name, what is beside it, icon, tone."""
    total = facts.total
    here, people = numerals(str(len(facts.agents))), numerals(str(facts.people))
    soon, late = ("is-warn" if total.soon else ""), ("is-bad" if total.late else "")
    nearest = -_since(total.nearest, now)
    return [
        {"n": shown(total.waiting), "name": _("waiting"), "more": _("longest {time}").format(time=shortly(_since(total.longest, now))) if total.longest else _("nobody waits"), "icon": "clock", "tone": ""},
        {"n": shown(total.assigned), "name": _("in work"), "more": _("{n} unassigned").format(n=shown(total.unassigned)), "icon": "inbox", "tone": ""},
        {"n": shown(total.soon), "name": _("due soon"), "more": _("nearest in {time}").format(time=shortly(nearest)) if total.nearest else _("none"), "icon": "timer", "tone": soon},
        {"n": shown(total.late), "name": _("late"), "more": _("worst {time} late").format(time=shortly(_since(total.worst, now))) if total.worst else _("none"), "icon": "circle-alert", "tone": late},
        {"n": _("{n} of {all}").format(n=here, all=people), "name": _("here now"), "more": _("{n} with people away").format(n=shown(facts.away)), "icon": "users", "tone": ""},
    ]  # fmt: skip


def _since(at: datetime | None, now: datetime) -> int:
    return int((now - at).total_seconds()) if at else 0


def shown(number: int) -> str:
    """A count as it is said: beyond 999 only "many" matters."""
    return numerals("999") + "+" if number > 999 else numerals(str(number))


def shortly(seconds: int) -> str:
    """A length of time as the module writes it: "1:42", "55 min", "1 h 19", "4 h", "3 days"."""
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 10:
        return numerals(f"{max(0, minutes)}:{max(0, seconds) % 60:02}")
    if hours < 1:
        return _("{n} min").format(n=numerals(str(minutes)))
    if hours < 10 and minutes % 60:
        return _("{h} h {m}").format(h=numerals(str(hours)), m=numerals(str(minutes % 60)))
    if hours < 24:
        return _("{n} h").format(n=numerals(str(hours)))
    return ngettext("{n} day", "{n} days", hours // 24).format(n=numerals(str(hours // 24)))
