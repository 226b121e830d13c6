"""What the chat says of how soon somebody answers: the shop's promise, or that it is closed and until when; and where a visitor stands who waits."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base import clock
from yavar.base.problem import Problem
from yavar.channels import delivery
from yavar.conversations.models import Conversation, Inbox
from yavar.conversations.public import conversation_of
from yavar.desk import settings as desk_settings
from yavar.desk.lengths import spoken
from yavar.desk.locales import digits
from yavar.desk.moments import until
from yavar.flow.sla.published import general, hours_for, presence
from yavar.realtime.signals import presence as people

from .visitors import Known

MANY = 100  # before one in the line, beyond which nobody counts


def pace(inbox: Inbox, *, short: bool = False) -> tuple[bool, str]:
    """Whether the shop is there, and a sentence about it in the active language; '' when there is nothing to say. `short`: as the launcher has room for."""
    desk, now = desk_settings.read(), clock.now()
    found = presence(hours_for(inbox), now)
    if not found.open:
        back = until(found.opens, now, desk.time_zone, translation.get_language() or "en") if found.opens else ""
        if short:
            return False, _("Closed until {time}").format(time=back) if back else _("Closed now")
        return False, _closed(inbox, back)
    promise = general(inbox) if desk.publish_promises else None
    if promise and promise.terms.targets.first:
        return True, _("We reply within {time}").format(time=spoken(promise.terms.targets.first))
    here = bool(people.online())
    return here, _("Usually replies in under {n} min").format(n=digits(desk.reply_minutes)) if desk.reply_minutes and here else ""


def _closed(inbox: Inbox, back: str) -> str:
    mails = delivery.mail_of(inbox.brand_id) is not None
    if not back:
        return _("We’re closed. Leave a message, we’ll answer by e-mail.") if mails else _("We’re closed. Leave a message, we’ll answer it.")
    if mails:
        return _("We’re closed until {time}. Leave a message, we’ll answer by e-mail.").format(time=back)
    return _("We’re closed until {time}. Leave a message, we’ll answer then.").format(time=back)


def line_of(known: Known, key: str, lang: str) -> dict[str, Any]:
    """Where a visitor stands who waits for an answer in one of their conversations: `place` (1 is next; null when they need not wait), a sentence."""
    conversation = conversation_of(known.customer_id, key)
    if conversation is None:
        raise Problem(404, "conversation.unknown", _("This conversation is not here."))
    if conversation.waiting_since is None or conversation.due_at is None or conversation.status != Conversation.Status.OPEN:
        return {"place": None, "words": ""}
    before = Conversation.objects.filter(inbox=conversation.inbox_id, status="open", due_at__lt=conversation.due_at, waiting_since__isnull=False)
    place = before.order_by()[:MANY].count() + 1
    with translation.override(lang):
        return {"place": place, "words": _words(conversation, place, lang)}


def _words(conversation: Conversation, place: int, lang: str) -> str:
    now = clock.now()
    assert conversation.due_at is not None
    told = until(conversation.due_at, now, desk_settings.zone_or_ours(conversation.customer.time_zone), lang)
    if place > MANY:
        return _("Many are waiting just now. We’ll reply by {time}.").format(time=told)
    if conversation.due_at <= now:
        return (
            _("It takes longer than we promised. You’re next.")
            if place == 1
            else _("It takes longer than we promised. You’re number {n} in line.").format(n=digits(place))
        )
    if place == 1:
        return _("You’re next. We’ll reply by {time}.").format(time=told)
    return ngettext("{n} person is before you. We’ll reply by {time}.", "{n} people are before you. We’ll reply by {time}.", place - 1).format(
        n=digits(place - 1), time=told
    )
