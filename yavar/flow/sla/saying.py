"""Saying what is said by itself: the words, in the customer's language, and the job that says them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.db import sql
from yavar.base.jobs import job
from yavar.channels import unasked
from yavar.conversations import union
from yavar.conversations.holding import leaving
from yavar.conversations.models import Conversation
from yavar.desk.moments import until
from yavar.desk.settings import zone_or_ours

from .course import waive
from .models import Timer
from .notices import SAY, leave_word
from .terms import FIELDS

LEFT = timedelta(seconds=2)  # after it was due an answer has left


@job(SAY)
def say(conversation: int, kind: str, cycle: int, what: str, words: Mapping[str, str], due: str | None, before: str | None) -> None:
    """Say it, unless somebody answered meanwhile, or an answer is just leaving: then look again when it has left. Twice is the same as once."""
    timers = sql.pick(Timer, "conversation_id = ? AND kind = ? AND cycle = ? AND state = 'open'", (conversation, kind, cycle))
    if not timers:
        return
    if held := leaving(conversation):
        args = {"conversation": conversation, "kind": kind, "cycle": cycle, "what": what, "words": words, "due": due, "before": before}
        leave_word(args, due=max(held.due_at, clock.now()) + LEFT)
        return
    [found] = union.load([conversation])
    union.meet([found])
    moment, first = (datetime.fromisoformat(text) if text else None for text in (due, before))
    text = acknowledgement(found, moment, words) if what == "ack" else apology(found, first, moment)
    said = unasked.say(conversation, client_id=f"notice-{what}-{kind}-{cycle}", text=text)
    if said is None and what == "ack":
        waive(conversation, kind, cycle)


def acknowledgement(conversation: Conversation, due: datetime | None, words: Mapping[str, str]) -> str:
    """That we have it, its number, and by when we answer, in the customer's language; in the shop's own words if it has some."""
    lang, inbox = conversation.lang, conversation.inbox
    with translation.override(lang):
        told = _told(conversation, due)
        own = words.get(lang, "").strip()
        if own:
            shown = {"number": conversation.reference, "time": told, "shop": inbox.brand.name_in(lang)}
            for field in FIELDS:
                own = own.replace(f"{{{field}}}", shown[field])
            return own
        if due is None:
            return _("We’ve got your message, number {number}.").format(number=conversation.reference)
        return _("We’ve got your message, number {number}. We’ll reply by {time}.").format(number=conversation.reference, time=told)


def apology(conversation: Conversation, first: datetime | None, due: datetime | None) -> str:
    """That a promise was not kept, and the next one."""
    with translation.override(conversation.lang):
        return _("We promised you an answer by {time} and need longer. We haven’t forgotten you: you’ll hear from us by {new}.").format(
            time=_told(conversation, first), new=_told(conversation, due)
        )


def _told(conversation: Conversation, at: datetime | None) -> str:
    if at is None:
        return ""
    return until(at, clock.now(), zone_or_ours(conversation.customer.time_zone), conversation.lang)
