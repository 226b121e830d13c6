"""Verbs about mailboxes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox

from .events import MailboxAdded, MailboxChanged, MailboxRemoved
from .models import Folder, Mailbox


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mailbox as its owner describes it. `secret` '' keeps the one there is."""

    protocol: str = "imap"
    host: str
    port: int
    security: str = "tls"
    user: str
    auth: str = "password"
    secret: str = ""
    folders: list[str] = []
    after: str = "leave"
    move_to: str = ""
    start: str = "new"


CHOICES = {
    "protocol": ("imap", "pop3"), "security": ("tls", "starttls", "none"), "auth": ("password", "xoauth2"), "after": ("leave", "move", "delete"), "start": ("new", "all"),
}  # fmt: skip


def checked_account(facts: Mapping[str, Any], *, sign_in: bool = True) -> dict[str, Any]:
    """What says how one signs in at a server, tidied; with `sign_in` somebody has to. Raises Problem 422 for what makes no sense."""
    for name, choices in CHOICES.items():
        if name in facts and facts[name] not in choices:
            raise Problem(422, "choice.unknown", _("What you chose is no longer here. Please reload the page."), field=name)
    host, user = facts["host"].strip().lower(), facts["user"].strip()
    if not host or any(c.isspace() or c in "/@" for c in host) or len(host) > 253 or not _is_name(host):
        raise Problem(422, "host.invalid", _("Type the server’s name, such as imap.shop.example."), field="host")
    if not 0 < facts["port"] < 65536:
        raise Problem(422, "port.invalid", _("A port is a number from 1 to 65535."), field="port")
    if (sign_in and not user) or "\0" in user:
        raise Problem(422, "user.missing", _("Type the name you sign in to the mailbox with."), field="user")
    return {**facts, "host": host, "user": user}


def checked(given: Settings) -> Settings:
    """The settings, tidied. Raises Problem 422 for what makes no sense."""
    account = checked_account(msgspec.structs.asdict(given))
    if given.after == "move" and (not given.move_to.strip() or given.protocol == "pop3"):
        raise Problem(422, "folder.missing", _("Name the folder that mails are moved to. POP3 has no folders."), field="move_to")
    return Settings(**account | {"folders": [name.strip() for name in given.folders if name.strip()] or ["INBOX"], "move_to": given.move_to.strip()})


def _is_name(host: str) -> bool:
    """Whether it can be asked for at all: no label is empty or too long."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _can_begin(given: Settings, field: str) -> None:
    if given.protocol == "pop3" and given.start == "new":
        raise Problem(422, "start.unknown", _("POP3 can’t tell old mail from new. Choose to begin with everything that lies there, or use IMAP."), field=field)


def unsaved(inbox: Inbox, given: Settings) -> Mailbox:
    """The mailbox these settings describe, without a row: to try them. Raises Problem 422."""
    facts: dict[str, Any] = msgspec.to_builtins(checked(given))
    _can_begin(given, "start")
    return Mailbox(inbox=inbox, **facts | {"secret": crypto.seal(given.secret)}, created_at=clock.now())


def add_mailbox(inbox: Inbox, given: Settings, *, by: Actor) -> Mailbox:
    """From now on this mailbox is asked for mail. Raises Problem 422."""
    if not given.secret:
        raise Problem(422, "secret.missing", _("Type the password."), field="secret")
    with transaction():
        mailbox = unsaved(inbox, given)
        mailbox.save()
        record(MailboxAdded(inbox.pk), subject=("mailbox", mailbox.pk), by=by)
    return mailbox


def change_mailbox(mailbox: Mailbox, changes: Mapping[str, Any], *, by: Actor) -> Mailbox:
    """Change some settings, or `active`. Whoever is connected connects anew. Raises Problem 422."""
    before = {name: getattr(mailbox, name) for name in Settings.__struct_fields__ if name != "secret"}
    given = checked(Settings(**{**before, **{name: value for name, value in changes.items() if name != "active"}}))
    if given.protocol != mailbox.protocol:
        _can_begin(given, "protocol")
    after = {**msgspec.to_builtins(given), "active": changes.get("active", mailbox.active)}
    secret = after.pop("secret")
    changed = [name for name, value in after.items() if value != getattr(mailbox, name)] + (["secret"] if secret else [])
    if not changed:
        return mailbox
    with transaction():
        mailbox = Mailbox.objects.get(pk=mailbox.pk)
        for name in changed:
            setattr(mailbox, name, crypto.seal(secret) if name == "secret" else after[name])
        mailbox.version += 1
        mailbox.failing_since, mailbox.failure, mailbox.failure_detail = None, "", ""
        mailbox.save()
        record(MailboxChanged(mailbox.inbox_id, changed, mailbox.active), subject=("mailbox", mailbox.pk), by=by)
    return mailbox


def remove_mailbox(mailbox: Mailbox, *, by: Actor) -> None:
    """It is asked no more. What came from it stays, also in the ledger."""
    with transaction():
        record(MailboxRemoved(mailbox.inbox_id), subject=("mailbox", mailbox.pk), by=by)
        mailbox.delete()


def lease(key: int, by: str, length: timedelta) -> bool:
    """Whether this mailbox is `by`'s for the next while."""
    with transaction():
        now = clock.now()
        mine = Mailbox.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now) | Q(lease_by=by), pk=key)
        return bool(mine.update(lease_until=now + length, lease_by=by))


def forget_leases() -> None:
    """Whoever held them is gone."""
    with transaction():
        Mailbox.objects.filter(lease_until__isnull=False).update(lease_until=None)


def polled(key: int) -> None:
    """All that lies in the mailbox is here."""
    with transaction():
        Mailbox.objects.filter(pk=key).update(polled_at=clock.now(), failing_since=None, failure="", failure_detail="")


def failed(key: int, code: str, detail: str) -> None:
    """It could not be read."""
    with transaction():
        Mailbox.objects.filter(pk=key).update(failure=code, failure_detail=detail)
        Mailbox.objects.filter(pk=key, failing_since__isnull=True).update(failing_since=clock.now())


def read_up_to(folder: Folder, uid: int, uidvalidity: int | None = None) -> None:
    """All UIDs up to this one are in the ledger."""
    folder.last_uid, folder.uidvalidity = uid, folder.uidvalidity if uidvalidity is None else uidvalidity
    with transaction():
        folder.save(update_fields=["last_uid", "uidvalidity"])
