"""A new desk is not empty: it has a shop, a chat inbox, closed until the owner names her page, and working hours."""

import secrets

from yavar.channels.chat import ChatConfig
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox
from yavar.desk.actions import add_brand
from yavar.desk.models import Brand
from yavar.flow.sla import defaults as promises
from yavar.people.hours.actions import main_calendar
from yavar.people.models import Agent
from yavar.web.agent.welcome import code

from .place import address


def furnish() -> None:
    """What every desk needs. Twice is the same as once."""
    brand = Brand.objects.order_by("pk").first() or add_brand({"en": "My shop", "fa": "فروشگاه من", "ru": "Мой магазин"}, "en")
    if not Inbox.objects.filter(kind="chat").exists():
        add_inbox(brand, "chat", "Chat", ChatConfig(), secret=secrets.token_urlsafe(32))
    main_calendar()
    promises.furnish()


def hints() -> list[str]:
    """The next step of a new desk, if there is one."""
    found = []
    if not Agent.objects.exists():
        return [f"Open {address()}/welcome?code={code()} to make yourself its owner."]
    if not any(inbox.config.get("origins") for inbox in Inbox.objects.filter(kind="chat")):
        found.append("The chat is on no page yet: yavar chat allow https://shop.example")
    return found
