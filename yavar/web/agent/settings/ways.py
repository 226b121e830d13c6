"""The card of a chat's settings on which a shop says how else it is reached."""

from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base.problem import Problem
from yavar.channels import delivery, ways
from yavar.channels.chat import CHAT, config_of
from yavar.channels.contract import channel
from yavar.channels.ways import Way
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk.locales import LOCALES
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, labels_typed, unexpected
from .managed import chat_inbox

AT = "ways"
SIGNS = {
    "phone": "phone", "email": "mail", "telegram": "send-horizontal", "whatsapp": "message-circle", "instagram": "image", "vk": "users", "form": "file",
    "help": "book-open", "link": "globe",
}  # fmt: skip
EMPTY = {"kind": "phone", "value": "", **{f"label_{code}": "" for code in LOCALES}}


def key_of(way: Way) -> str:
    """What names a way in a form of the page."""
    return f"{way.kind}:{way.value}"


def _save(agent: Agent, inbox: Inbox, found: list[Way]) -> None:
    try:
        config = CHAT.changed(inbox.config, {"ways": msgspec.to_builtins(found)})
    except msgspec.ValidationError:
        raise unexpected() from None
    configure_inbox(inbox, config, by=agent.actor)


def _add(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    before = config_of(inbox.config).ways
    try:
        way = msgspec.convert({"kind": typed["kind"], "value": typed["value"], "label": labels_typed(typed, "label")}, Way)
    except msgspec.ValidationError:
        raise unexpected() from None
    [new] = ways.checked([way])
    if key_of(new) in map(key_of, before):
        raise Problem(422, "way.known", _("This way is already on the list."), field="value")
    _save(agent, inbox, [*before, new])
    return Said(AT, _("{way} is among the ways.").format(way=_name(inbox, new)))


def _remove(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    found = config_of(inbox.config).ways
    gone = next((way for way in found if key_of(way) == typed["way"]), None)
    if gone is None:
        return Said(AT, "")
    _save(agent, inbox, [way for way in found if way != gone])
    return Said(AT, _("{way} is off the list.").format(way=_name(inbox, gone)))


def _up(agent: Agent, typed: Typed) -> Said:
    inbox = chat_inbox(agent, typed["query"])
    found = list(config_of(inbox.config).ways)
    at = next((at for at, way in enumerate(found) if key_of(way) == typed["way"]), 0)
    if at:
        found[at - 1], found[at] = found[at], found[at - 1]
        _save(agent, inbox, found)
    return Said(AT, _("Saved."))


FORMS = {
    "way_add": Form(AT, _add, set(EMPTY)),
    "way_remove": Form(AT, _remove, {"way"}),
    "way_up": Form(AT, _up, {"way"}),
}


def _name(inbox: Inbox, way: Way) -> str:
    """What customers call a way, isolated for a sentence."""
    return isolated(ways.words(way, _lang(), inbox.brand.locale))


def _lang() -> str:
    return translation.get_language() or "en"


def facts(inbox: Inbox, found: list[Way], desk: str, typed: Typed | None) -> dict[str, Any]:
    """What the card shows: the ways with those that nobody sees marked, what one click would add, and the form as it was typed."""
    lang, shop = _lang(), inbox.brand.locale
    there = {key_of(way): way for way in found}
    seen = {(each.kind, each.href) for each in ways.shown(found, lang, shop, desk)}
    rows = [
        {"key": key, "icon": SIGNS[way.kind], "words": ways.words(way, lang, shop), "value": "" if way.kind == "form" else way.value.removeprefix("https://"),
         "seen": (way.kind, ways.href(way, lang, desk)) in seen}
        for key, way in there.items()
    ]  # fmt: skip
    offers = [way for way in _offered(inbox) if way.kind not in {each.kind for each in found}]
    return {
        "way_rows": rows, "way_new": kept(typed, "way_add", EMPTY), "way_full": len(found) >= ways.MOST,
        "way_offers": [{"kind": way.kind, "value": way.value, "icon": SIGNS[way.kind], "words": ways.words(way, lang, shop)} for way in offers],
        "way_kinds": [(kind, str(words) or _("Link")) for kind, words in ways.USUAL.items() if kind != "form"],
    }  # fmt: skip


def _offered(inbox: Inbox) -> list[Way]:
    """What the desk has itself: the shop's contact form, and the address its mail leaves from."""
    form = Inbox.objects.filter(kind="form", brand=inbox.brand_id, active=True).order_by("pk").first()
    mail = delivery.mail_of(inbox.brand_id)
    offered = channel(mail.kind) if mail else None
    address = offered.sender(offered.changed(mail.config, {})) if mail and offered else ""
    return [*([Way("form", form.public_id)] if form else []), *([Way("email", address)] if address else [])]
