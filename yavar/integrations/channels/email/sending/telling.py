"""The mail to somebody of the team about what they have not seen: put together by the notifications, sent by the desk's first way out."""

from functools import partial

from django.db import connection

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE
from yavar.notifications import mailing
from yavar.notifications.models import Digest

from ..channel import KIND
from ..compose import Address, Look, Outgoing
from ..models import Outlet
from . import outlets
from .asking import AGAIN
from .jobs import open_outlet
from .letter import Letter


@job(f"{KIND}.digest", outside=True)
def mail_digest(inbox: int, digest: int) -> Steps:
    """Mail it, once. A server that is away is tried again for half a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    if outlet is not None:
        yield partial(send, digest, outlet)
    else:
        yield lambda: None
    found = mailing.waits(digest)
    if found is not None:
        mailing.wake(found, Inbox.objects.get(pk=inbox), due=opens if outlet is None else clock.now() + AGAIN)


def send(key: int, outlet: Outlet) -> None:
    """The call, on a thread with a connection of its own: what is about to happen is committed before its first byte."""
    try:
        found = mailing.begin(key)
        if found is not None:
            outcome = letter(found, outlet).send()
            if outcome.trouble:
                outlets.troubled(outlet.pk, outcome.reason, outcome.detail)
            mailing.settle(key, Digest.State.LEFT if outcome.state == "queued" else outcome.state)
    finally:
        connection.close()


def letter(found: Digest, outlet: Outlet) -> Letter:
    """The digest as a mail of the shop's to one of its own."""
    inbox = Inbox.objects.select_related("brand").get(pk=outlet.inbox_id)
    shop, sender, accent = inbox.brand.name_in(found.lang), inbox.config["address"], inbox.brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    mail = Outgoing(
        message_id=f"n.{found.seed}@{sender.rpartition('@')[2]}", sender=Address(sender, shop), to=(Address(found.agent.email, found.agent.name),), subject=found.subject,
        lang=found.lang, zone=found.agent.time_zone or desk.read().time_zone, at=found.created_at, text=found.text, look=Look(shop, float(accent["h"]), float(accent["c"])),
        automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", found.agent.email, mail, ())
