"""The audit log: who did what, from where, and whether the chain that seals it is whole."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from yavar.base.audit.models import Seal
from yavar.base.audit.seal import START, digest
from yavar.base.days import typed_day
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.models import Inbox, SavedView, Tag
from yavar.desk import settings as desk
from yavar.desk.models import Brand, FieldDefinition, RequestType, translated
from yavar.flow.models import Policy
from yavar.people.models import Agent, Calendar, Role, Team
from yavar.web.api.audit import entries, events_of
from yavar.webhooks.models import Endpoint

from .audit_words import FAMILIES, WORDS, said
from .frame import Said, Typed, settings_page
from .words import big, choices, no_day, place_of

PAGE, MOST = 50, 100_000
SEALS, SEALED = 20, 5000  # so many of the newest seals are checked for the page, and about so many entries at most
FILTERS = ("who", "what", "since", "until")
NAMES: dict[str, Any] = {
    "brand": (Brand, "name"), "inbox": (Inbox, "name"), "team": (Team, "name"), "calendar": (Calendar, "name"), "policy": (Policy, "name"), "role": (Role, "name"), "tag": (Tag, "name"), "view": (SavedView, "name"), "canned": (CannedReply, "name"),
    "field": (FieldDefinition, "label"), "request_type": (RequestType, "name"), "webhook": (Endpoint, "name"),
}  # fmt: skip


def asked(query: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The filter as `events_of` takes it, and what is wrong with it, by field. Days are the desk's."""
    zone, faults, days = ZoneInfo(desk.read().time_zone), {}, {}
    for name in ("since", "until"):
        try:
            days[name] = typed_day(query[name]) if query.get(name) else None
        except ValueError:
            faults[name], days[name] = no_day(), None
    begin = lambda day: datetime.combine(day, time(), zone).astimezone(UTC)  # noqa: E731
    what = query.get("what", "")
    found = {
        "agent": query.get("who") or None, "what": what if what in WORDS or what in FAMILIES else None,
        "since": days["since"] and begin(days["since"]), "until": days["until"] and begin(days["until"] + timedelta(days=1)),
    }  # fmt: skip
    return found, faults


def rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events in words. A fixed number of queries for any number."""
    lang, names = translation.get_language() or "en", {}
    for kind, (model, field) in NAMES.items():
        keys = {event.subject_id for event in events if event.subject_kind == kind}
        named = model.objects.filter(pk__in=keys).values_list("pk", field) if keys else ()
        names |= {(kind, key): translated(name, lang) if isinstance(name, dict) else name for key, name in named}
    found = []
    for event, each in zip(events, entries(events), strict=True):
        origin = each["origin"]
        places = {
            "session": place_of(origin["ip"], origin["browser"]) or _("Signed in"),
            "token": _("Token {name}").format(name=f"\u2068{origin['name']}\u2069"),
            "command": _("Command line"),
        }
        label = each["about"]["label"] or names.get((event.subject_kind, event.subject_id), "")
        found.append({
            "at": each["at"], "name": each["what"], "words": said(each["what"]), "by": each["by"]["name"] or (_("Operator") if each["by"]["kind"] == "system" else each["by"]["kind"]),
            "from": places[origin["kind"]], "origin": origin, "about": label, "kind": event.subject_kind,
            "facts": [(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value)) for key, value in each["data"].items() if value not in (None, "", [])],
        })  # fmt: skip
    return found


def chain() -> dict[str, Any]:
    """Whether the newest seals fit what they seal: {"state": none, whole or broken, "entries", "since"}."""
    seals = list(Seal.objects.order_by("-last")[: SEALS + 1])
    checked, since, good = 0, None, True
    for seal, before in zip(seals, [*seals, None][1:], strict=True):
        if (before is None and seal.first != 1) or checked >= SEALED:
            break
        events = list(Event.objects.filter(pk__gte=seal.first, pk__lte=seal.last).order_by("pk"))
        good = (
            good
            and seal.first == (before.last if before else 0) + 1
            and len(events) == seal.count
            and digest(before.digest if before else START, events) == seal.digest
        )
        checked, since = checked + seal.count, events[0].at if events else seal.at
    return {"state": "none" if since is None else "whole" if good else "broken", "entries": big(checked), "since": since}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    query = request.GET.dict()
    wanted, faults = asked(query)
    cursor = query.get("before", "")
    events = list(events_of(**wanted, before=int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None)[: PAGE + 1])
    chosen = {name: query.get(name, "") for name in FILTERS}
    link = urlencode({name: value for name, value in chosen.items() if value} | {"before": events[PAGE - 1].pk}) if len(events) > PAGE else ""
    kinds = [(family, label, [(name, words) for name, words in WORDS.items() if name.startswith(f"{family}.")]) for family, label in FAMILIES.items()]
    return {
        "rows": rows(events[:PAGE]), "next": link, "chosen": chosen, "faults": faults, "kinds": kinds, "filtered": any(chosen.values()), "later": bool(cursor),
        "people": choices(Agent.objects.all()), "chain": None if cursor else chain(), "most": big(MOST),
    }  # fmt: skip


audit = settings_page("audit", {}, _facts)
