"""The team writes first: to one or to many, each in a conversation of their own."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yavar.base import files as stored
from yavar.base.db import transaction
from yavar.base.files.models import File
from yavar.base.lang import detect
from yavar.base.problem import Problem
from yavar.conversations.models import Conversation, HeldReply, Inbox
from yavar.conversations.receive import open_for
from yavar.conversations.ties import link
from yavar.desk.locales import LOCALES
from yavar.people.customers import tending
from yavar.people.models import Agent

from . import delivery, envelope, outgoing


def write_to(
    inbox: Inbox, addresses: Iterable[str], *, by: Agent, client_id: str, subject: str, text: str, files: Sequence[str] = (), cc: Iterable[str] = (), bcc: Iterable[str] = (),
    at: datetime | None = None, about: Conversation | None = None,
) -> list[HeldReply]:  # fmt: skip
    """A new conversation with each address; what is written is held there and leaves as an answer does. `cc` and `bcc` get each of them. `about`: a
    conversation it has to do with (a forward). A repeated client id answers the same. Never inside a transaction.

    Raises Problem 409 when the inbox cannot send, 422 for addresses or a time that make no sense.
    """
    offered, _out = delivery.way(inbox)
    given = envelope.checked({"to": addresses, "cc": cc, "bcc": bcc}, offered)
    outgoing.check_time(at)
    if len(given.to) > 1 and (given.cc or given.bcc):
        raise Problem(422, "recipient.each", _("Each of several recipients gets a conversation of their own, so nobody can be copied in."), field="cc")
    lang = detect(text)
    held = []
    for number, address in enumerate(given.to):
        attached = files if number == 0 else [stored.again(file, by.actor).key for file in File.objects.filter(key__in=files)]
        key = f"out:{hashlib.sha256(f'{by.pk} {client_id} {address}'.encode()).hexdigest()[:60]}"
        with transaction():
            customer = tending.customer_by({offered.way: address}, name="", lang=lang if lang in LOCALES else by.lang, by=by.actor)
            talk = open_for(inbox.pk, customer.pk, start_key=key, subject=subject, lang=customer.lang, by=by)
            to = {"to": [address], "cc": given.cc, "bcc": given.bcc}
            said = outgoing.answer(talk, by=by, client_id=client_id, text=text, files=attached, given=to, at=at)
            if about is not None:
                link(talk.pk, about.pk, by=by)
        if isinstance(said, HeldReply):
            held.append(said)
    return held
