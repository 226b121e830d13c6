"""The card of a chat's settings on which a shop writes what the chat says first."""

import re
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.problem import Problem
from yavar.channels import greetings
from yavar.channels.chat import CHAT, config_of
from yavar.channels.greetings import Greeting
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk.locales import LOCALES, digits
from yavar.people.models import Agent

from .frame import Form, Said, Typed, kept, labels_typed, unexpected
from .managed import chat_inbox

AT = "greetings"
CAPS = (1, 2, 3, 5, 10)
EMPTY = {"page": "*", "after": "20", "who": "all", **{f"text_{code}": "" for code in LOCALES}}


def _save(agent: Agent, inbox: Inbox, **changes: Any) -> None:
    try:
        config = CHAT.changed(inbox.config, msgspec.to_builtins(changes))
    except msgspec.ValidationError:
        raise unexpected() from None
    configure_inbox(inbox, config, by=agent.actor)


def _add(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    seconds = re.fullmatch(r"\s*(\d{1,3})\s*", typed["after"])
    if seconds is None or int(seconds[1]) > 600:
        raise Problem(422, "after.invalid", _("Give the seconds as a number up to {most}.").format(most=digits(600)), field="after")
    new = {"text": labels_typed(typed, "text"), "page": typed["page"], "after": int(seconds[1]), "who": typed["who"]}
    _save(agent, inbox, greetings=[*config_of(inbox.config).greetings, new])
    return Said(AT, _("The greeting is on."))


def _remove(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    _save(agent, inbox, greetings=[each for each in config_of(inbox.config).greetings if each.id != typed["greeting"]])
    return Said(AT, _("The greeting is gone."))


def _switch(agent: Agent, typed: Typed) -> Said:
    inbox, on = chat_inbox(agent, typed["query"]), typed["active"] == "on"
    found = config_of(inbox.config).greetings
    _save(agent, inbox, greetings=[msgspec.structs.replace(each, active=on) if each.id == typed["greeting"] else each for each in found])
    return Said(AT, _("The greeting is on.") if on else _("The greeting is off."))


def _cap(agent: Agent, typed: Typed) -> Said:
    if not typed["a_day"].isdecimal():
        raise unexpected()
    _save(agent, chat_inbox(agent, typed["query"]), greetings_a_day=int(typed["a_day"]))
    return Said(AT, _("Saved."))


def _visitors(agent: Agent, typed: Typed) -> Said:
    _save(agent, chat_inbox(agent, typed["query"]), see_visitors="see_visitors" in typed)
    return Said("visitors", _("Saved."))


FORMS = {
    "visitors": Form("visitors", _visitors, boxes={"see_visitors"}),
    "greet_add": Form(AT, _add, set(EMPTY)),
    "greet_remove": Form(AT, _remove, {"greeting"}),
    "greet_switch": Form(AT, _switch, {"greeting", "active"}),
    "greet_cap": Form(AT, _cap, {"a_day"}),
}


def facts(inbox: Inbox, found: list[Greeting], a_day: int, typed: Typed | None) -> dict[str, Any]:
    """What the card shows: each greeting with a sentence on when it comes, and the form as it was typed."""
    lang = translation.get_language() or "en"
    rows = [
        {"id": each.id, "active": each.active, "text": greetings.words(each, lang, inbox.brand.locale), "page": "" if each.page == "*" else each.page, "when": _when(each)}
        for each in found
    ]  # fmt: skip
    caps = [(str(n), ngettext("{n} greeting a day", "{n} greetings a day", n).format(n=digits(n))) for n in sorted({*CAPS, a_day})]
    return {
        "greet_rows": rows, "greet_new": kept(typed, "greet_add", EMPTY), "greet_full": len(found) >= greetings.MOST, "greet_caps": caps, "greet_cap": str(a_day),
        "greet_who": [("all", _("Everyone")), ("new", _("Only who is here for the first day")), ("returning", _("Only who was here on an earlier day"))],
    }  # fmt: skip


def _when(greeting: Greeting) -> str:
    """When it comes, in words."""
    when = ngettext("After {n} second", "After {n} seconds", greeting.after).format(n=digits(greeting.after)) if greeting.after else _("At once")
    who = {"new": _("first-day visitors"), "returning": _("returning visitors")}.get(greeting.who, "")
    return f"{when} · {who}" if who else when
