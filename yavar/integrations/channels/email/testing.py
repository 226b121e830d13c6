"""Builders: an inbox, raw mails, and somebody who reads what waits."""

import itertools
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.channels import ledger
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox
from yavar.desk.models import Brand

from .channel import KIND, MIME, EmailConfig
from .keys import key_of
from .models import Outlet
from .reading import read_inbox

_numbers = itertools.count(1)
SUPPORT = "support@nila.example"


def email_inbox(brand: Brand, address: str = SUPPORT, *aliases: str) -> Inbox:
    """An inbox that takes mail."""
    return add_inbox(brand, KIND, address, EmailConfig(address, list(aliases)), by=Actor("system"))


def outlet(brand: Brand, address: str = SUPPORT, *, port: int = 25, **facts: Any) -> Outlet:
    """An inbox that takes mail and sends it to a server on this machine, without signing in."""
    inbox = email_inbox(brand, address)
    return Outlet.objects.create(inbox=inbox, host="127.0.0.1", port=port, security="none", created_at=clock.now(), **facts)


def facts(name: str) -> list[Event]:
    """What was recorded under the name, oldest first."""
    return list(Event.objects.filter(name=name).order_by("pk"))


def mail(
    text: str = "Where is my kettle?", *, sender: str = "Maryam Karimi <maryam@shop.example>", to: str = SUPPORT, subject: str = "My kettle", **fields: str
) -> bytes:
    """A raw mail. Fields by their names with `_` for `-`; each mail has a Message-ID of its own."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    head: Mapping[str, str] = {"Message-ID": f"<{next(_numbers)}@shop.example>", "Date": "Wed, 25 Nov 2026 10:00:00 +0330"} | {
        name.replace("_", "-"): value for name, value in fields.items()
    }
    for name, value in head.items():
        made[name] = value
    made.set_content(text)
    return made.as_bytes()


def hand_in(inbox: Inbox, *raw: bytes, source: str = "smtp") -> int:
    """Bring mails to the ledger; answers how many are new."""
    return ledger.take_in(inbox, [ledger.Came(key_of(each), each, source) for each in raw], mime=MIME)


def read_everything(inbox: Inbox) -> None:
    """Read what waits, as the worker does."""
    while ledger.waiting(inbox.pk, 1):
        steps = read_inbox(inbox.pk)
        found = next(steps)()
        with transaction():
            try:
                steps.send(found)
            except StopIteration:
                continue


def arrives(inbox: Inbox, *raw: bytes) -> None:
    """Mails come and are read."""
    hand_in(inbox, *raw)
    read_everything(inbox)
