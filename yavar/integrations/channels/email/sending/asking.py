"""The one mail to an address that somebody typed into a form: whether its reader wrote to the shop. Nothing of what was typed is in it."""

from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.channels import claims
from yavar.channels.models import Claim
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk
from yavar.desk.place import address

from ..channel import KIND
from ..compose import Address, Outgoing
from ..models import Outlet
from .automatic import once, sender_of
from .jobs import UNSET, open_outlet
from .letter import Letter

AGAIN = UNSET * 10
GIVEN_UP = claims.DAY  # after that nobody waits for the question any more


@job(f"{KIND}.confirm", outside=True)
def confirm(inbox: int, claim: int) -> Steps:
    """Mail the question, once. A server that is away is tried again for a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    yield once(claim, outlet, claims.begin, letter, claims.settle)
    waiting = Claim.objects.filter(pk=claim, state=Claim.State.LEFT).first()
    if waiting is None or waiting.asked_at is None:
        return
    if clock.now() - waiting.asked_at > GIVEN_UP:
        claims.give_up(waiting.pk)
    else:
        claims.wake(waiting, Inbox.objects.get(pk=inbox), due=opens - clock.now() if outlet is None else AGAIN)


def letter(claim: Claim, outlet: Outlet) -> Letter:
    """The question in the form's language: the shop's name and a link, and not a word of what somebody typed."""
    sender, look = sender_of(outlet, claim.lang)
    with translation.override(claim.lang):
        subject = _("Please confirm that you wrote to {shop}").format(shop=sender.name)
        text = _(
            "Somebody wrote to {shop} and gave this address for the answer. If it was you, please confirm it here within a week:\n\n{link}\n\n"
            "If it wasn’t you, you needn’t do anything. You’ll get no further mail like this one for a week."
        ).format(shop=sender.name, link=f"{address()}/form/confirm/{claims.token_of(claim)}")
    mail = Outgoing(
        message_id=f"c.{claim.seed}@{sender.address.rpartition('@')[2]}", sender=sender, to=(Address(claim.address),), subject=subject, lang=claim.lang,
        zone=desk.read().time_zone, at=claim.asked_at or clock.now(), text=text, look=look, automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", claim.address, mail, ())
