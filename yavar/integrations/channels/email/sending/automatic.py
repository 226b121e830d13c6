"""What the mails that no person writes have in common (a form's question, a digest, a transcript): each is sent at most once."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import connection

from yavar.conversations.models import Inbox
from yavar.desk.accent import HOUSE

from ..compose import Address, Look
from ..models import Outlet
from . import outlets
from .letter import Letter

Row = TypeVar("Row")
LEFT = "left"  # to be sent: the server is away, nothing of it was said


def once(
    key: int, outlet: Outlet | None, begin: Callable[[int], Row | None], letter: Callable[[Row, Outlet], Letter], settle: Callable[[int, str], object]
) -> Callable[[], None]:
    """The call of a job, on a thread with a connection of its own; without an outlet it does nothing.

    `begin` commits that it is about to happen before its first byte and answers the row, or None when that is not so any more.
    """
    return partial(_send, key, outlet, begin, letter, settle) if outlet is not None else lambda: None


def _send(key: int, outlet: Outlet, begin: Callable[[int], Row | None], letter: Callable[[Row, Outlet], Letter], settle: Callable[[int, str], object]) -> None:
    try:
        row = begin(key)
        if row is not None:
            outcome = letter(row, outlet).send()
            if outcome.trouble:
                outlets.troubled(outlet.pk, outcome.reason, outcome.detail)
            settle(key, LEFT if outcome.state == "queued" else outcome.state)
    finally:
        connection.close()


def sender_of(outlet: Outlet, lang: str) -> tuple[Address, Look]:
    """As whom and in which colour it goes out: the shop, in the reader's language."""
    inbox = Inbox.objects.select_related("brand").get(pk=outlet.inbox_id)
    shop, accent = inbox.brand.name_in(lang), inbox.brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    return Address(inbox.config["address"], shop), Look(shop, float(accent["h"]), float(accent["c"]))
