"""A new desk is not empty: it has a shop and a chat inbox, closed until the owner names her page."""

import secrets

from yavar.channels.chat import ChatConfig
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox
from yavar.desk.models import Brand
from yavar.people.models import Agent


def furnish() -> None:
    """What every desk needs. Twice is the same as once."""
    brand = Brand.objects.order_by("pk").first() or Brand.objects.create(name={"en": "My shop", "fa": "فروشگاه من", "ru": "Мой магазин"})
    if not Inbox.objects.filter(kind="chat").exists():
        add_inbox(brand, "chat", "Chat", ChatConfig(), secret=secrets.token_urlsafe(32))


def hints() -> list[str]:
    """The next step of a new desk, if there is one."""
    found = []
    if not Agent.objects.exists():
        found.append("Nobody can sign in yet:   yavar user add you@shop.example --name 'Your Name' --role owner")
    if not any(inbox.config.get("origins") for inbox in Inbox.objects.filter(kind="chat")):
        found.append("The chat is on no page yet: yavar chat allow https://shop.example")
    return found
