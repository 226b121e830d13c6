"""Saved views: filters under a name, one's own and everybody's."""

from datetime import date
from typing import Any

import msgspec
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import days
from yavar.base.problem import Problem
from yavar.conversations.filters import Filter, condition
from yavar.conversations.models import SavedView, Tag
from yavar.conversations.policies import brands_of, inboxes_of
from yavar.conversations.setup import remove_view, save_view
from yavar.desk.fields import wrong
from yavar.desk.models import FieldDefinition, RequestType, translated
from yavar.people.models import Agent, Team
from yavar.web.api.words import views_of

from .frame import Form, Said, Typed, isolated, kept, listed, settings_page, unexpected, without_right
from .words import choices, no_day

STATUSES: dict[str, Promise] = {"open": gettext_lazy("Open"), "snoozed": gettext_lazy("Snoozed"), "resolved": gettext_lazy("Resolved"), "": gettext_lazy("Any")}
PRIORITIES: dict[str, Promise] = {"urgent": gettext_lazy("Urgent"), "high": gettext_lazy("High"), "normal": gettext_lazy("Normal"), "low": gettext_lazy("Low")}
ONE = ("assignee", "team", "inbox", "brand", "tag", "request_type", "due")
YES_NO: dict[str, Promise] = {"1": gettext_lazy("Yes"), "0": gettext_lazy("No")}


def view_of(agent: Agent, query: Typed, change: bool = True) -> SavedView:
    """The one that `?view=` names. Raises Http404, or Problem 403 for everybody's without the right to share."""
    found = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True), public_id=query.get("view", "")).first()
    if found is None:
        raise Http404
    if change and found.owner_id is None and not agent.may("view.share"):
        raise without_right()
    return found


def filterable() -> list[FieldDefinition]:
    """The conversation's fields that lists can be filtered by."""
    return list(FieldDefinition.objects.filter(on="conversation", filter=True, active=True).order_by("position", "pk"))


def _value(definition: FieldDefinition, text: str) -> str | int | float | bool:
    if definition.kind == "number":
        try:
            number = float(text.replace("٫", ".").replace(",", "."))
            if not abs(number) < 10**15:  # also what is no number
                raise ValueError(text)
            return int(number) if number.is_integer() else number
        except ValueError:
            raise Problem(422, "field.invalid", wrong("number"), field=f"fields.{definition.key}") from None
    if definition.kind == "date":
        try:
            return days.typed_day(text).isoformat()
        except ValueError:
            raise Problem(422, "field.invalid", no_day(), field=f"fields.{definition.key}") from None
    return text == "1" if definition.kind == "yesno" else text


def _chosen(agent: Agent, typed: Typed, before: SavedView | None) -> Filter:
    known = {each.key: each for each in filterable()}
    if len(typed["keys"]) != len(typed["values"]) or not set(typed["keys"]) <= set(known):
        raise unexpected()
    fields = {key: _value(known[key], value.strip()) for key, value in zip(typed["keys"], typed["values"], strict=True) if value.strip()}
    raw = {"status": typed["status"] or None, "priority": typed["priority"], "fields": fields, **{name: typed[name] or None for name in ONE}}
    if before and before.filter.get("customer"):
        raw["customer"] = before.filter["customer"]  # only programs and the inbox set it; the form keeps it
    try:
        chosen = msgspec.convert(raw, Filter)
    except msgspec.ValidationError:
        raise unexpected() from None
    condition(chosen, agent)
    return chosen


def _save(agent: Agent, typed: Typed, view: SavedView | None) -> SavedView:
    shared = "shared" in typed
    if shared and not agent.may("view.share"):
        raise without_right()
    return save_view(typed["name"], _chosen(agent, typed, view), by=agent, shared=shared, view=view)


def _add(agent: Agent, typed: Typed) -> Said:
    view = _save(agent, typed, None)
    return Said("views", _("The view {name} stands in the inbox, on the side.").format(name=isolated(view.name)))


def _change(agent: Agent, typed: Typed) -> Said:
    _save(agent, typed, view_of(agent, typed["query"]))
    return Said("view", _("Saved."))


def _remove(agent: Agent, typed: Typed) -> Said:
    view = view_of(agent, typed["query"])
    name = view.name
    remove_view(view, by=agent)
    return Said("views", _("The view {name} is removed. Its conversations stay.").format(name=isolated(name)), to="/settings/views")


WHAT = {"name", "status", *ONE}
FORMS = {
    "add": Form("add", _add, WHAT, {"shared"}, {"priority", "keys", "values"}),
    "change": Form("view", _change, WHAT, {"shared"}, {"priority", "keys", "values"}),
    "remove": Form("remove", _remove),
}


def _options(agent: Agent, lang: str) -> dict[str, list[tuple[str, str]]]:
    """What each part of a filter can be, one query each."""
    brands = {each.pk: each for each in brands_of(agent).order_by("pk")}
    types = RequestType.objects.select_related("brand").order_by("pk")
    people = choices(Agent.objects.filter(is_active=True, kind="person"))
    return {
        "assignee": [("", _("anybody or nobody")), ("me", _("whoever looks at it")), ("none", _("nobody")), *people],
        "team": [("", _("any or none")), ("none", _("no team")), *choices(Team.objects.all())],
        "inbox": [("", _("any")), *choices(inboxes_of(agent))],
        "brand": [("", _("any")), *((each.public_id, each.name_in(lang)) for each in brands.values())],
        "tag": [("", _("any or none")), *choices(Tag.objects.order_by("name")[:1000])],
        "due": [("", _("any or none")), ("soon", _("due within the hour")), ("late", _("overdue"))],
        "request_type": [("", _("any or none")), *((each.public_id, f"{translated(each.name, lang)}{f' ({each.brand.name_in(lang)})' if len(brands) > 1 else ''}") for each in types)],
    }  # fmt: skip


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang = translation.get_language() or "en"
    here = view_of(agent, request.GET.dict(), change=False) if "view" in request.GET else None
    options, definitions = _options(agent, lang), filterable()
    saved = {"status": "open", **(here.filter if here else {})}
    fields = (
        dict(zip(typed["keys"], typed["values"], strict=False))
        if typed and "keys" in typed
        else {each.key: _shown(each, saved["fields"][each.key], agent, lang) for each in definitions if each.key in saved.get("fields", {})}
    )
    known = {
        "name": here.name if here else "", "status": saved["status"] or "", "priority": saved.get("priority", []), "shared": bool(here and here.owner_id is None),
        **{name: saved.get(name) or "" for name in ONE},
    }  # fmt: skip
    return {
        "here": here, "views": [] if here else [_row(each, options, definitions, agent, lang) for each in views_of(agent)], "options": options, "statuses": list(STATUSES.items()),
        "priorities": list(PRIORITIES.items()), "shown": kept(typed, "change" if here else "add", known, {"shared"}), "may_share": agent.may("view.share"),
        "may_change": here is None or here.owner_id is not None or agent.may("view.share"),
        "fields": [{"key": each.key, "label": translated(each.label, lang), "kind": each.kind, "options": list(YES_NO.items()) if each.kind == "yesno" else [(word, word) for word in each.choices], "value": fields.get(each.key, "")} for each in definitions],
    }  # fmt: skip


def _shown(definition: FieldDefinition, value: Any, agent: Agent, lang: str) -> str:
    if definition.kind == "date":
        return days.in_field(date.fromisoformat(value), days.calendar_of(agent.calendar, lang), lang)
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _row(view: SavedView, options: dict[str, list[tuple[str, str]]], definitions: list[FieldDefinition], agent: Agent, lang: str) -> dict[str, Any]:
    chosen = {"status": "open", **view.filter}
    words = [str(STATUSES[chosen["status"]])] if chosen["status"] else []
    labels = {
        "assignee": _("given to {name}"),
        "team": _("team {name}"),
        "inbox": _("inbox {name}"),
        "brand": _("shop {name}"),
        "tag": _("tag {name}"),
        "request_type": "{name}",
        "due": "{name}",
    }
    special = {("assignee", "me"): _("given to whoever looks"), ("assignee", "none"): _("given to nobody"), ("team", "none"): _("no team")}
    for name in ONE:
        if key := chosen.get(name):
            words.append(special.get((name, key)) or labels[name].format(name=isolated(dict(options[name]).get(key, "?"))))
    if chosen.get("priority"):
        words.append(listed(str(PRIORITIES[each]) for each in chosen["priority"]))
    for each in definitions:
        if each.key in chosen.get("fields", {}):
            value = chosen["fields"][each.key]
            shown = _shown(each, value, agent, lang)
            words.append(f"{isolated(translated(each.label, lang))}: {isolated(str(YES_NO[shown]) if isinstance(value, bool) else shown)}")
    return {"id": view.public_id, "name": view.name, "shared": view.owner_id is None, "words": " · ".join(words)}


views = settings_page("views", FORMS, _facts)
