"""The mail to somebody of the team about what they have not seen: put together by the notifications, sent by the desk's first way out."""

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk
from yavar.notifications import mailing
from yavar.notifications.models import Digest

from ..channel import KIND
from ..compose import Address, Outgoing
from ..models import Outlet
from .asking import AGAIN
from .automatic import once, sender_of
from .jobs import open_outlet
from .letter import Letter


@job(f"{KIND}.digest", outside=True)
def mail_digest(inbox: int, digest: int) -> Steps:
    """Mail it, once. A server that is away is tried again for half a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    yield once(digest, outlet, mailing.begin, letter, mailing.settle)
    found = mailing.waits(digest)
    if found is not None:
        mailing.wake(found, Inbox.objects.get(pk=inbox), due=opens if outlet is None else clock.now() + AGAIN)


def letter(found: Digest, outlet: Outlet) -> Letter:
    """The digest as a mail of the shop's to one of its own."""
    sender, look = sender_of(outlet, found.lang)
    mail = Outgoing(
        message_id=f"n.{found.seed}@{sender.address.rpartition('@')[2]}", sender=sender, to=(Address(found.agent.email, found.agent.name),), subject=found.subject,
        lang=found.lang, zone=found.agent.time_zone or desk.read().time_zone, at=found.created_at, text=found.text, look=look,
        automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", found.agent.email, mail, ())
