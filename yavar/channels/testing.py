"""Builders: a contact form, and people who fill it in."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from yavar.base import clock
from yavar.base.events import Actor
from yavar.base.jobs import run_due
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox
from yavar.desk.models import Brand

from . import stamp
from .form import FormConfig, sheet
from .slip import Slip, read
from .submitting import Sent, submit

_numbers = itertools.count(1)
TYPED = {"name": "Maryam Karimi", "email": "maryam@shop.example", "text": "Where is my kettle?"}


def form_inbox(brand: Brand, **config: Any) -> Inbox:
    """A contact form."""
    return add_inbox(brand, "form", "Contact form", FormConfig(**config), by=Actor("system"))


def stamped(inbox: Inbox, ago: float = 60.0) -> str:
    """The stamp of an empty form that was handed out some seconds ago."""
    with clock.stopped_at(clock.now() - timedelta(seconds=ago)):
        return stamp.issue(inbox.public_id)


def filled(inbox: Inbox, *, lang: str = "en", files: Sequence[str] = (), doubt: str = "", **typed: str) -> Slip:
    """A filled-in form; what is not said is said by Maryam. Raises Refused."""
    return read(sheet(inbox, lang), TYPED | typed, files, nonce=f"nonce-{next(_numbers)}", doubt=doubt)


def sends(inbox: Inbox, **how: Any) -> Sent:
    """Somebody fills the form in and sends it."""
    return submit(inbox, filled(inbox, **how))


def read_forms() -> None:
    """Decide about what waits, as the worker does."""
    while run_due():
        pass
