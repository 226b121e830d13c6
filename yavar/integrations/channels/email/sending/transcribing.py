"""A chat as one mail, to the customer who asked for it."""

from functools import partial

from django.db import connection
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
from yavar.desk.accent import HOUSE

from ..channel import KIND
from ..compose import Address, Look, Outgoing
from ..compose.moments import said
from ..models import Outlet
from . import outlets
from .jobs import UNSET, open_outlet
from .letter import Letter

AGAIN = UNSET * 10
GIVEN_UP = transcripts.DAY
MOST = 500  # messages: the newest of a very long chat


@job(f"{KIND}.transcript", outside=True)
def transcript(inbox: int, transcript: int) -> Steps:
    """Mail it, once. A server that is away is tried again for a day; an outcome that nobody knows is left so."""
    outlet, opens = open_outlet(inbox)
    yield partial(send, transcript, outlet) if outlet is not None else lambda: None
    waiting = Transcript.objects.filter(pk=transcript, state=Transcript.State.LEFT).first()
    if waiting is None:
        return
    if clock.now() - waiting.asked_at > GIVEN_UP:
        transcripts.give_up(waiting.pk)
    else:
        transcripts.wake(waiting, Inbox.objects.get(pk=inbox), due=opens - clock.now() if outlet is None else AGAIN)


def send(key: int, outlet: Outlet) -> None:
    """The call, on a thread with a connection of its own: what is about to happen is committed before its first byte."""
    try:
        row = transcripts.begin(key)
        if row is not None:
            outcome = letter(row, outlet).send()
            if outcome.trouble:
                outlets.troubled(outlet.pk, outcome.reason, outcome.detail)
            transcripts.settle(key, Transcript.State.LEFT if outcome.state == "queued" else outcome.state)
    finally:
        connection.close()


def letter(row: Transcript, outlet: Outlet) -> Letter:
    """What was said until the customer asked, in their language and calendar; files by their names."""
    inbox, talk = Inbox.objects.select_related("brand").get(pk=outlet.inbox_id), Conversation.objects.get(pk=row.conversation_id)
    shop, sender, accent = inbox.brand.name_in(row.lang), inbox.config["address"], inbox.brand.accent or {"h": HOUSE.h, "c": HOUSE.c}
    zone = row.customer.time_zone or desk.read().time_zone
    newest = Message.objects.filter(conversation=talk, seq__lte=row.until).order_by("-seq")[:MOST]
    with translation.override(row.lang):
        subject = _("Your chat with {shop}, number {reference}").format(shop=shop, reference=talk.reference)
        text = "\n\n".join([_("Here is your chat, as you asked."), *(_line(each, zone, row.lang, shop) for each in public_messages(list(newest)[::-1]))])
    mail = Outgoing(
        message_id=f"t.{row.public_id}@{sender.rpartition('@')[2]}", sender=Address(sender, shop), to=(Address(row.address),), subject=subject, lang=row.lang,
        zone=zone, at=row.asked_at, text=text, look=Look(shop, float(accent["h"]), float(accent["c"])), automatic="auto-generated", marker=False,
    )  # fmt: skip
    return Letter(outlet, "", row.address, mail, ())


def _line(message: PublicMessage, zone: str, lang: str, shop: str) -> str:
    day, time = said(message.at, zone, lang)
    who = {"bot": _("Automatic answer"), "customer": message.author.name or _("You")}.get(message.author.kind, message.author.name or shop)
    files = [f"[\u2068{file['name']}\u2069]" for file in message.files]
    return "\n".join(filter(None, [f"\u2068{who}\u2069 · {day} · {time}", message.text, *files]))
