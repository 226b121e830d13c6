"""Verbs that furnish the room: inboxes, tags, saved views."""

import zlib
from collections.abc import Sequence
from types import EllipsisType

import msgspec

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import tidy, unique
from yavar.base.search import fold
from yavar.desk.models import Brand
from yavar.people.models import Agent, Calendar, Customer

from .events import CustomerTagged, InboxAdded, InboxChanged, TagChanged, TagRemoved, ViewRemoved, ViewSaved
from .filters import Filter
from .models import ConversationTag, Inbox, SavedView, Tag

SYSTEM = Actor("system")


def add_inbox(brand: Brand, kind: str, name: str, config: msgspec.Struct, *, secret: str = "", by: Actor = SYSTEM) -> Inbox:
    """A new door for messages. `secret` is kept sealed."""
    with transaction():
        inbox = Inbox.objects.create(
            brand=brand,
            kind=kind,
            name=tidy(name, 80),
            config=msgspec.to_builtins(config),
            secret=crypto.seal(secret) if secret else "",
            created_at=clock.now(),
        )
        record(InboxAdded(inbox.pk, kind), subject=("inbox", inbox.pk), by=by)
    return inbox


def configure_inbox(
    inbox: Inbox, config: msgspec.Struct | None = None, *, name: str | None = None, secret: str | None = None, active: bool | None = None,
    calendar: Calendar | EllipsisType | None = ..., by: Actor = SYSTEM,
) -> Inbox:  # fmt: skip
    """Change how an inbox works; what is None stays as it is. `calendar`: when somebody is there for it (None: when the desk is; `...` stays)."""
    changed = []
    if config is not None and msgspec.to_builtins(config) != inbox.config:
        inbox.config = msgspec.to_builtins(config)
        changed.append("config")
    if name is not None and name != inbox.name:
        inbox.name = tidy(name, 80)
        changed.append("name")
    if secret is not None:
        inbox.secret = crypto.seal(secret) if secret else ""
        changed.append("secret")
    if active is not None and active != inbox.active:
        inbox.active = active
        changed.append("active")
    if not isinstance(calendar, EllipsisType) and calendar != inbox.calendar:
        inbox.calendar = calendar
        changed.append("calendar")
    if changed:
        with transaction():
            inbox.save(update_fields=changed)
            record(InboxChanged(inbox.pk, changed, inbox.active), subject=("inbox", inbox.pk), by=by)
    return inbox


def make_tag(name: str) -> Tag:
    """The tag of this name, made if it is new; spelling differences that nobody sees are one tag."""
    shown = tidy(name, 60)
    with transaction():
        found, _made = Tag.objects.get_or_create(folded=fold(shown)[:60], defaults={"name": shown, "hue": zlib.crc32(shown.encode()) % 6 + 1})
    return found


def change_tag(tag: Tag, *, by: Actor, name: str | None = None, hue: int | None = None) -> Tag:
    """Rename or recolour a tag. Raises Problem 409 for another tag's name."""
    with transaction():
        before, tag.name = tag.name, tag.name if name is None else tidy(name, 60)
        tag.folded, tag.hue = fold(tag.name)[:60], tag.hue if hue is None else hue
        with unique():
            tag.save()
        record(TagChanged(tag.pk, before, tag.name), subject=("tag", tag.pk), by=by)
    return tag


def tag_customer(customer: Customer, *, add: Sequence[Tag] = (), remove: Sequence[Tag] = (), by: Agent) -> None:
    """Put tags on a person and take tags off; what is so already is not told."""
    with transaction():
        present = set(customer.tags.values_list("pk", flat=True))
        added = [tag.pk for tag in add if tag.pk not in present]
        removed = [tag.pk for tag in remove if tag.pk in present]
        if added or removed:
            customer.tags.add(*added)
            customer.tags.remove(*removed)
            record(CustomerTagged(added, removed), subject=("customer", customer.pk), by=by.actor)


def remove_tag(tag: Tag, *, by: Actor) -> None:
    """The tag is gone from every conversation and customer."""
    with transaction():
        number = ConversationTag.objects.filter(tag=tag).count()
        record(TagRemoved(tag.pk, tag.name, number), subject=("tag", tag.pk), by=by)
        tag.delete()


def save_view(name: str, chosen: Filter, *, by: Agent, shared: bool, view: SavedView | None = None) -> SavedView:
    """Keep a filter under a name, for oneself or for all; with `view` change that one."""
    with transaction():
        saved = view or SavedView(position=SavedView.objects.count())
        saved.name, saved.filter, saved.owner = tidy(name, 60), msgspec.to_builtins(chosen), None if shared else by
        saved.save()
        record(ViewSaved(saved.pk, shared), subject=("view", saved.pk), by=by.actor)
    return saved


def remove_view(view: SavedView, *, by: Agent) -> None:
    """The list is gone; conversations stay."""
    with transaction():
        record(ViewRemoved(view.pk, view.owner_id is None), subject=("view", view.pk), by=by.actor)
        view.delete()
