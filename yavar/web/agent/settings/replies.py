"""Canned replies and macros: one's own and the team's."""

from typing import Any

import msgspec
from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base.problem import Problem
from yavar.base.search import fold
from yavar.conversations.canned.actions import remove, restore, save
from yavar.conversations.canned.fields import definitions, filled, labelled
from yavar.conversations.canned.macro import Actions, read
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.canned.policies import SHARE, known_to, may_change
from yavar.conversations.models import Tag
from yavar.desk import settings as desk
from yavar.desk.locales import LOCALES
from yavar.desk.models import RequestType, translated
from yavar.people.models import Agent, Team
from yavar.web.api.canned import loaded

from .frame import Form, Said, Typed, isolated, kept, settings_page, unexpected
from .replies_words import does_words, samples, used, who_words
from .views import PRIORITIES
from .words import choices

TEXTS = {f"text_{code}" for code in LOCALES}
ONE, MANY = ("assignee", "team", "priority", "request_type", "then"), ("add_tags", "remove_tags")
WHO: dict[str, Promise] = {"me": gettext_lazy("Only me"), "everyone": gettext_lazy("Everyone"), "teams": gettext_lazy("Certain teams")}
THEN: dict[str, Promise] = {
    "resolve": gettext_lazy("Resolve it"),
    "snooze_reply": gettext_lazy("Snooze until the customer replies"),
    "snooze_day": gettext_lazy("Snooze until tomorrow, 9:00"),
}


def reply_of(agent: Agent, query: Typed) -> CannedReply:
    """The one that `?reply=` names. Raises Http404."""
    found = known_to(agent).filter(public_id=query.get("reply", "")).first()
    if found is None:
        raise Http404
    return found


def _save(agent: Agent, typed: Typed, canned: CannedReply | None) -> CannedReply:
    if typed["who"] not in WHO:
        raise unexpected()
    try:
        does = msgspec.convert({**{name: typed[name] for name in ONE if typed[name]}, **{name: typed[name] for name in MANY}}, Actions)
    except msgspec.ValidationError:
        raise unexpected() from None
    teams = list(Team.objects.filter(public_id__in=typed["teams"])) if typed["who"] == "teams" else None
    return save(
        by=agent, name=typed["name"], shortcut=typed["shortcut"], texts={code: typed[f"text_{code}"] for code in LOCALES}, actions=does,
        shared=typed["who"] != "me", teams=teams, canned=canned,
    )  # fmt: skip


def _add(agent: Agent, typed: Typed) -> Said:
    canned = _save(agent, typed, None)
    return Said("replies", _("The canned reply {name} is here.").format(name=isolated(canned.name)))


def _change(agent: Agent, typed: Typed) -> Said:
    _save(agent, typed, reply_of(agent, typed["query"]))
    return Said("reply", _("Saved."))


def _remove(agent: Agent, typed: Typed) -> Said:
    canned = reply_of(agent, typed["query"])
    remove(canned, by=agent)
    return Said(
        "replies", _("{name} is removed. What was sent with it stays.").format(name=isolated(canned.name)), undo=canned.public_id, to="/settings/replies"
    )


def _restore(agent: Agent, typed: Typed) -> Said:
    canned = CannedReply.objects.filter(public_id=typed["removed"]).first()
    if canned is None or (canned.owner_id not in (None, agent.pk)):
        raise Http404
    restore(canned, by=agent)
    return Said("replies", _("{name} is back.").format(name=isolated(canned.name)))


WHAT = {"name", "shortcut", "who", *TEXTS, *ONE}
FORMS = {
    "add": Form("add", _add, WHAT, lists={"teams", *MANY}),
    "change": Form("reply", _change, WHAT, lists={"teams", *MANY}),
    "remove": Form("remove", _remove),
    "restore": Form("replies", _restore, {"removed"}),
}


def _options(lang: str) -> dict[str, list[tuple[str, str]]]:
    """What each action can be, one query each."""
    stays = ("", _("Leave as it is"))
    people = choices(Agent.objects.filter(is_active=True, kind="person"))
    types = RequestType.objects.select_related("brand").order_by("pk")
    several = len({kind.brand_id for kind in types}) > 1
    return {
        "assignee": [stays, ("me", _("whoever uses it")), ("nobody", _("nobody")), *people],
        "team": [stays, ("none", _("no team")), *choices(Team.objects.all())],
        "priority": [stays, *((key, str(words)) for key, words in PRIORITIES.items())],
        "request_type": [stays, ("none", _("no type")), *((each.public_id, f"{translated(each.name, lang)}{f' ({each.brand.name_in(lang)})' if several else ''}") for each in types)],
        "then": [stays, *((key, str(words)) for key, words in THEN.items())],
        "tags": choices(Tag.objects.order_by("name")[:1000]),
    }  # fmt: skip


def _blank(agent: Agent) -> Typed:
    new: Typed = {
        "name": "",
        "shortcut": "",
        "who": "everyone" if agent.may(SHARE) else "me",
        "teams": [],
        **dict.fromkeys(TEXTS, ""),
        **dict.fromkeys(ONE, ""),
    }
    return new | {name: [] for name in MANY}


def _saved(canned: CannedReply) -> Typed:
    does = read(canned.actions)
    shown: Typed = dict.fromkeys(TEXTS, "") | {f"text_{each.locale}": each.text for each in canned.texts.all()}
    shown |= {name: getattr(does, name) or "" for name in ONE} | {name: list(getattr(does, name)) for name in MANY}
    who = "me" if canned.owner_id is not None else "everyone" if canned.everyone else "teams"
    return shown | {"name": canned.name, "shortcut": canned.shortcut, "who": who, "teams": [team.public_id for team in canned.teams.all()]}


def _row(canned: CannedReply, options: dict[str, list[tuple[str, str]]], known: dict[str, str], lang: str, zone: str) -> dict[str, Any]:
    texts = {each.locale: each.text for each in canned.texts.all()}
    first = lang if lang in texts else next((code for code in LOCALES if code in texts), lang)
    words, gone = does_words(read(canned.actions), options)
    gone = gone or any(filled(text, known)[1] for text in texts.values())  # a field that is not asked any more
    return {
        "id": canned.public_id, "name": canned.name, "shortcut": canned.shortcut, "who": who_words(canned), "lang": first, "text": " ".join(texts.get(first, "").split())[:160],
        "words": words, "gone": gone, "used": used(canned, zone),
    }  # fmt: skip


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang = translation.get_language() or "en"
    own, options = definitions(), _options(lang)
    given, zone = samples(agent, own), desk.read().time_zone
    more = {
        "options": options, "fields": labelled(own, lang), "samples": msgspec.json.encode(given).decode(), "may_share": agent.may(SHARE), "who": list(WHO.items()),
        "teams": [(key, name) for key, name in options["team"] if key not in ("", "none")],
    }  # fmt: skip
    if "reply" in request.GET:
        here = reply_of(agent, request.GET.dict())
        shown = kept(typed, "change", _saved(here))
        return {
            **more,
            "here": here,
            "shown": shown,
            "may_change": may_change(agent, here),
            "used": used(here, zone),
            "words": does_words(read(here.actions), options)[0],
            "read": _read(shown, given),
        }
    wanted = request.GET.get("q", "").strip()
    rows = [
        _row(each, options, dict.fromkeys(given[lang], "known"), lang, zone)
        for each in loaded(known_to(agent))
        if fold(wanted) in fold(f"{each.name} {each.shortcut}")
    ]
    shown = kept(typed, "add", _blank(agent))
    return {**more, "here": None, "replies": rows, "q": wanted, "shown": shown, "may_change": True, "read": _read(shown, given)}


def _read(shown: Typed, given: dict[str, dict[str, str]]) -> dict[str, str]:
    """Each text as its customer would read it."""
    return {code: filled(shown[f"text_{code}"].strip(), given[code])[0] for code in LOCALES}


replies = settings_page("replies", FORMS, _facts)
