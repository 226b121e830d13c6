"""The one mail to an address that somebody typed into a form: whether its reader wrote to the shop. Nothing of what was typed is in it."""

from functools import partial

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.channels import claims
from yavar.channels.models import Claim
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE
from yavar.desk.place import address

from ..channel import KIND
from ..compose import Address, Look, Outgoing
from ..models import Outlet
from . import outlets
from .jobs import UNSET, open_outlet
from .letter import Letter

AGAIN = UNSET * 10
GIVEN_UP = claims.DAY  # after that nobody waits for the question any more


@job(f"{KIND}.confirm", outside=True)
def confirm(inbox: int, claim: int) -> Steps:
    """Mail the question, once. A server that is away is tried again for a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    if outlet is not None:
        yield partial(send, claim, outlet)
    else:
        yield lambda: None
    waiting = Claim.objects.filter(pk=claim, state=Claim.State.LEFT).first()
    if waiting is None or waiting.asked_at is None:
        return
    if clock.now() - waiting.asked_at > GIVEN_UP:
        claims.give_up(waiting.pk)
    else:
        claims.wake(waiting, Inbox.objects.get(pk=inbox), due=opens - clock.now() if outlet is None else AGAIN)


def send(key: int, outlet: Outlet) -> None:
    """The call, on a thread with a connection of its own: what is about to happen is committed before its first byte."""
    try:
        claim = claims.begin(key)
        if claim is not None:
            outcome = letter(claim, outlet).send()
            if outcome.trouble:
                outlets.troubled(outlet.pk, outcome.reason, outcome.detail)
            claims.settle(key, Claim.State.LEFT if outcome.state == "queued" else outcome.state)
    finally:
        connection.close()


def letter(claim: Claim, outlet: Outlet) -> Letter:
    """The question in the form's language: the shop's name and a link, and not a word of what somebody typed."""
    inbox = Inbox.objects.select_related("brand").get(pk=outlet.inbox_id)
    shop, sender, accent = inbox.brand.name_in(claim.lang), inbox.config["address"], inbox.brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    with translation.override(claim.lang):
        subject = _("Please confirm that you wrote to {shop}").format(shop=shop)
        text = _(
            "Somebody wrote to {shop} and gave this address for the answer. If it was you, please confirm it here within a week:\n\n{link}\n\n"
            "If it wasn’t you, you needn’t do anything. You’ll get no further mail like this one for a week."
        ).format(shop=shop, link=f"{address()}/form/confirm/{claims.token_of(claim)}")
    mail = Outgoing(
        message_id=f"c.{claim.seed}@{sender.rpartition('@')[2]}", sender=Address(sender, shop), to=(Address(claim.address),), subject=subject, lang=claim.lang,
        zone=desk.read().time_zone, at=claim.asked_at or clock.now(), text=text, look=Look(shop, float(accent["h"]), float(accent["c"])), automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", claim.address, mail, ())
