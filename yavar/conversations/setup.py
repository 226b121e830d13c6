"""Verbs that furnish the room: inboxes and tags."""

import zlib

import msgspec

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.search import fold
from yavar.desk.models import Brand

from .models import Inbox, Tag


def add_inbox(brand: Brand, kind: str, name: str, config: msgspec.Struct, *, secret: str = "") -> Inbox:
    """A new door for messages. `secret` is kept sealed."""
    with transaction():
        return Inbox.objects.create(
            brand=brand, kind=kind, name=name, config=msgspec.to_builtins(config), secret=crypto.seal(secret) if secret else "", created_at=clock.now()
        )


def configure_inbox(inbox: Inbox, config: msgspec.Struct, *, secret: str | None = None, active: bool | None = None) -> Inbox:
    """Change how an inbox works; a secret of None stays as it is."""
    inbox.config = msgspec.to_builtins(config)
    changed = ["config"]
    if secret is not None:
        inbox.secret = crypto.seal(secret) if secret else ""
        changed.append("secret")
    if active is not None:
        inbox.active = active
        changed.append("active")
    with transaction():
        inbox.save(update_fields=changed)
    return inbox


def make_tag(name: str) -> Tag:
    """The tag of this name, made if it is new; spelling differences that nobody sees are one tag."""
    shown = " ".join(name.split())[:60]
    with transaction():
        found, _ = Tag.objects.get_or_create(folded=fold(shown)[:60], defaults={"name": shown, "hue": zlib.crc32(shown.encode()) % 6 + 1})
    return found
