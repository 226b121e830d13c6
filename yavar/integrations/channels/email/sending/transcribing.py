"""A chat as one mail, to the customer who asked for it."""

from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.channels import transcripts
from yavar.channels.models import Transcript
from yavar.conversations.models import Conversation, Inbox, Message
from yavar.conversations.public import public_messages
from yavar.conversations.shapes import PublicMessage
from yavar.desk import settings as desk
from yavar.desk.moments import said

from ..channel import KIND
from ..compose import Address, Outgoing
from ..models import Outlet
from .automatic import once, sender_of
from .jobs import UNSET, open_outlet
from .letter import Letter

AGAIN = UNSET * 10
GIVEN_UP = transcripts.DAY
MOST = 500  # messages: the newest of a very long chat


@job(f"{KIND}.transcript", outside=True)
def transcript(inbox: int, transcript: int) -> Steps:
    """Mail it, once. A server that is away is tried again for a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    yield once(transcript, outlet, transcripts.begin, letter, transcripts.settle)
    waiting = Transcript.objects.filter(pk=transcript, state=Transcript.State.LEFT).first()
    if waiting is None:
        return
    if clock.now() - waiting.asked_at > GIVEN_UP:
        transcripts.give_up(waiting.pk)
    else:
        transcripts.wake(waiting, Inbox.objects.get(pk=inbox), due=opens - clock.now() if outlet is None else AGAIN)


def letter(row: Transcript, outlet: Outlet) -> Letter:
    """What was said until the customer asked, in their language and calendar; files by their names."""
    talk, (sender, look) = Conversation.objects.get(pk=row.conversation_id), sender_of(outlet, row.lang)
    zone = row.customer.time_zone or desk.read().time_zone
    newest = Message.objects.filter(conversation=talk, seq__lte=row.until).order_by("-seq")[:MOST]
    with translation.override(row.lang):
        subject = _("Your chat with {shop}, number {reference}").format(shop=sender.name, reference=talk.reference)
        text = "\n\n".join([_("Here is your chat, as you asked."), *(_line(each, zone, row.lang, sender.name) for each in public_messages(list(newest)[::-1]))])
    mail = Outgoing(
        message_id=f"t.{row.public_id}@{sender.address.rpartition('@')[2]}", sender=sender, to=(Address(row.address),), subject=subject, lang=row.lang,
        zone=zone, at=row.asked_at, text=text, look=look, automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", row.address, mail, ())


def _line(message: PublicMessage, zone: str, lang: str, shop: str) -> str:
    day, time = said(message.at, zone, lang)
    who = {"bot": _("Automatic answer"), "customer": message.author.name or _("You")}.get(message.author.kind, message.author.name or shop)
    files = [f"[\u2068{file['name']}\u2069]" for file in message.files]
    return "\n".join(filter(None, [f"\u2068{who}\u2069 · {day} · {time}", message.text, *files]))
