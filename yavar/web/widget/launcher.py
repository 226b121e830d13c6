"""The launcher's script: its few facts in front, small enough that a shop never notices it."""

import re
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yavar.channels import greetings, ways
from yavar.channels.chat import ChatConfig
from yavar.conversations.models import Inbox
from yavar.desk.locales import LOCALES
from yavar.web.ui.assets import assets
from yavar.web.ui.templating import json_block

from .pace import pace
from .shrink import script_of

# One path of 24 x 24 each, so that the launcher carries those it needs and no sprite. After Lucide (ISC), simpler; the two letters of VK are ours.
ICONS: dict[ways.Kind, str] = {
    "phone": "M22 17v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3l-2.3 2.3a14 14 0 0 0 7.4 7.4L17 15h3a2 2 0 0 1 2 2z",
    "email": "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM2 6.5l10 6 10-6",
    "telegram": "M22 2 11 13M22 2l-7 20-4-9-9-4z",
    "whatsapp": "M7.9 20A9 9 0 1 0 4 16.1L2 22zM8.5 8.5c0 4 3 7 7 7v-2l-2.2-.8-1 .9a5 5 0 0 1-2-2l.9-1-.8-2.1z",
    "instagram": "M7 2h10a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5H7a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5zM16 11.37A4 4 0 1 1 12.63 8 4 4 0 0 1 16 11.37zM17.5 6.5h.01",
    "vk": "m2 7 4.5 10L11 7M14 7v10M21 7l-7 6 7 4",
    "form": "M6 2h12a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zM8 7h8M8 12h8M8 17h4",
    "help": "M12 7v14M3 18a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h5a4 4 0 0 1 4 4 4 4 0 0 1 4-4h5a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-6a3 3 0 0 0-3 3 3 3 0 0 0-3-3z",
    "link": "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20M2 12h20",
}  # fmt: skip


def script(inbox: Inbox, config: ChatConfig, desk: str) -> str:
    """What the shop's page runs: nothing is fetched besides until somebody opens the chat."""
    facts: dict[str, Any] = {"key": inbox.public_id, "desk": desk, "accent": inbox.brand.accent}
    strings = {}
    for lang in LOCALES:
        with translation.override(lang):
            shown = ways.shown(config.ways, lang, inbox.brand.locale, desk)
            strings[lang] = _words(inbox, lang, shown) | _greetings(inbox, config, lang)
            facts["icons"] = [ICONS[way.kind] for way in shown]
    greets = [each for each in config.greetings if each.active]
    if greets or config.see_visitors:
        facts |= {"greets": [(each.id, each.page, each.after, each.who) for each in greets], "daily": config.greetings_a_day}
    return f"(()=>{{const YAVAR={json_block(facts | {'strings': strings})};\n{_code(bool(greets) or config.see_visitors, config.see_visitors)}}})();"


def _words(inbox: Inbox, lang: str, shown: list[ways.Shown]) -> dict[str, Any]:
    """What the launcher says in the active language."""
    words = {"open": _("Open chat"), "close": _("Close chat"), "title": pgettext("panel", "Chat with {shop}").format(shop=inbox.brand.name_in(lang))}
    if not shown:
        return words
    return {**words, "open": _("Contact us"), "pace": pace(inbox, short=True)[1], "ways": [(way.href, way.words) for way in shown]}


def _greetings(inbox: Inbox, config: ChatConfig, lang: str) -> dict[str, Any]:
    """What the shop says first, in the same order as the greetings' facts, and whose face stands beside it."""
    found = [greetings.words(each, lang, inbox.brand.locale) for each in config.greetings if each.active]
    return {"greets": found, "face": inbox.brand.initials(lang), "shut": _("Close")} if found or config.see_visitors else {}


@cache
def _code(greeting: bool, visit: bool) -> str:
    """A shop pays for what it has: greetings, or seeing its visitors (who are written to in the same bubble)."""
    code = assets().text("widget/loader.js")
    for name, wanted in (("greeting", greeting), ("visit", visit)):
        code = assets().text(f"widget/{name}.js") + code if wanted else re.sub(rf"(?m)^.*// {name}\n", "", code)
    return script_of(code)
