"""Inboxes: through which doors messages come, by shop, and by whose hours they are answered."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base.problem import Problem
from yavar.channels.contract import channel
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox, configure_inbox
from yavar.desk.models import Brand
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, settings_page, without_right
from .hours_words import chosen, offered
from .managed import managed

KINDS: dict[str, Promise] = {"chat": gettext_lazy("Chat"), "email": gettext_lazy("E-mail"), "form": gettext_lazy("Form")}
PAGES = {"chat": "chat", "email": "mail", "form": "forms"}
NEW = "chat"  # what can be made here: other channels bring their own pages


def inbox_of(agent: Agent, query: Typed) -> Inbox:
    """The one that `?inbox=` names, if `agent` may change it. Raises Http404."""
    found = next((inbox for inbox in managed(agent) if inbox.public_id == query.get("inbox")), None)
    if found is None:
        raise Http404
    return found


def _add(agent: Agent, typed: Typed) -> Said:
    brand, offered = Brand.objects.filter(public_id=typed["shop"]).first(), channel(NEW)
    if brand is None or offered is None:
        raise Problem(422, "brand.unknown", _("What you chose is no longer here. Please reload the page."), field="shop")
    if not agent.powers.at("inbox.manage", "brand", brand.pk):
        raise without_right()
    inbox = add_inbox(brand, NEW, typed["name"], offered.config(), secret=offered.new_secret(), by=agent.actor)
    return Said("inboxes", _("The inbox {name} is here. Allow your shop’s page in its settings, else nobody sees the chat.").format(name=isolated(inbox.name)))


def _rename(agent: Agent, typed: Typed) -> Said:
    configure_inbox(inbox_of(agent, typed["query"]), name=typed["name"], by=agent.actor)
    return Said("name", _("Saved."))


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    configure_inbox(inbox_of(agent, typed["query"]), active=on, by=agent.actor)
    return Said("state", _("The inbox is on.") if on else _("The inbox is off. Its conversations stay."), undo="" if on else "on")


def _hours(agent: Agent, typed: Typed) -> Said:
    configure_inbox(inbox_of(agent, typed["query"]), calendar=chosen(typed), by=agent.actor)
    return Said("hours", _("Saved."))


FORMS = {
    "add": Form("add", _add, {"shop", "name"}),
    "rename": Form("name", _rename, {"name"}),
    "hours": Form("hours", _hours, {"calendar"}),
    "switch": Form("state", _switch, {"active"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang = translation.get_language() or "en"
    if "inbox" in request.GET:
        here = inbox_of(agent, request.GET.dict())
        saved = {"calendar": here.calendar.public_id if here.calendar else ""}
        return {
            "here": _row(here, lang), "shown": kept(typed, "rename", {"name": here.name}), "calendar": kept(typed, "hours", saved)["calendar"], "calendars": offered(_("as the desk")),
            "may_hours": agent.may("setting.manage"),
        }  # fmt: skip
    found = managed(agent)
    by_shop: dict[int, dict[str, Any]] = {}
    for inbox in found:
        by_shop.setdefault(inbox.brand_id, {"name": inbox.brand.name_in(lang), "inboxes": []})["inboxes"].append(_row(inbox, lang))
    shops = [(each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk") if agent.powers.at("inbox.manage", "brand", each.pk)]
    return {"here": None, "groups": list(by_shop.values()), "shops": shops, "shown": kept(typed, "add", {"shop": "", "name": ""})}


def _row(inbox: Inbox, lang: str) -> dict[str, Any]:
    offered = channel(inbox.kind)
    return {
        "id": inbox.public_id, "name": inbox.name, "kind": KINDS.get(inbox.kind, inbox.kind), "active": inbox.active, "shop": inbox.brand.name_in(lang), "known": offered is not None,
        "icon": offered.icon if offered else "inbox", "settings": f"/settings/{PAGES[inbox.kind]}?inbox={inbox.public_id}" if inbox.kind in PAGES else "",
    }  # fmt: skip


inboxes = settings_page("inboxes", FORMS, _facts)
