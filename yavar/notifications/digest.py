"""What waited unseen for too long, gathered into one mail for its reader."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base import clock, numbers
from yavar.base.db import transaction
from yavar.base.numbers import digits
from yavar.channels.delivery import mail_of
from yavar.conversations.models import Inbox
from yavar.conversations.policies import may_see
from yavar.desk.models import Brand
from yavar.desk.place import address
from yavar.people.models import Agent, SignIn

from . import choices, mailing, queries
from .models import Digest, Notification
from .words import isolated

SOONEST = timedelta(minutes=5)
LATEST = timedelta(days=1)  # what is older was not mailed for a reason: no way out, mails switched off
HERE = timedelta(minutes=3)  # an open inbox is seen at least so often
LEFT_OPEN = timedelta(hours=1)  # an open inbox that sees nothing for so long is a screen without anybody before it
MOST = 20  # lines of a mail
# a sentence that begins with a name runs as its own language does; and what was said stands between marks
QUOTES = {"fa": ("\u200f", "«", "»"), "ru": ("\u200e", "«", "»"), "en": ("\u200e", "“", "”")}


def gather() -> int:
    """Every half minute: one mail for each person for whom something has waited too long. Answers how many mails were left."""
    now = clock.now()
    waiting = Notification.objects.filter(mails=True, seen_at__isnull=True, mailed_at__isnull=True, since__gt=now - LATEST)
    people = list(waiting.filter(since__lte=now - SOONEST).values_list("agent", flat=True).distinct().order_by("agent")[:200])
    out = way_out() if people else None
    if out is None:
        return 0
    left = 0
    for agent in Agent.objects.filter(pk__in=people, is_active=True, kind=Agent.Kind.PERSON).order_by("pk"):
        found = list(waiting.filter(agent=agent).order_by("-at", "-pk"))
        own = choices.read(agent)
        patience = max(LEFT_OPEN, timedelta(minutes=own.minutes)) if is_here(agent) else timedelta(minutes=own.minutes)
        if min(each.since for each in found) <= now - patience:
            left += _leave(agent, own, found, out)
    return left


def way_out() -> Inbox | None:
    """The first inbox of the desk by which mail leaves."""
    for brand in Brand.objects.order_by("pk").values_list("pk", flat=True):
        if (out := mail_of(brand)) is not None:
            return out
    return None


def is_here(agent: Agent) -> bool:
    """Whether an inbox of theirs is open somewhere."""
    return SignIn.objects.filter(agent=agent, outcome="ok", ended_at__isnull=True, seen_at__gt=clock.now() - HERE).exists()


def _leave(agent: Agent, own: choices.Choices, found: Sequence[Notification], out: Inbox) -> int:
    """Mark them and leave the mail; what they no longer want to be mailed, or may no longer see, is marked alone."""
    told = [each for each in found if own.wants(each.kind, "mail") and may_see(agent, each.conversation_id)]
    now = clock.now()
    with transaction():
        fresh = Notification.objects.filter(pk__in=[each.pk for each in found], mailed_at__isnull=True)
        if fresh.update(mailed_at=now) != len(found):  # another process was faster
            return 0
        if told:
            subject, text = compose(agent, own, told)
            made = Digest.objects.create(agent=agent, lang=agent.lang, subject=subject, text=text, created_at=now)
            Notification.objects.filter(pk__in=[each.pk for each in told]).update(digest=made)
            mailing.wake(made, out)
    return bool(told)


def compose(agent: Agent, own: choices.Choices, told: Sequence[Notification]) -> tuple[str, str]:
    """(subject, text) in the reader's language: what happened, the line that was said if they want it, and where to read on."""
    with translation.override(agent.lang), numbers.written(agent.digits):
        mark, opens, closes = QUOTES[agent.lang]
        number = len({each.conversation_id for each in told})
        subject = ngettext("Something waits for you in {n} conversation", "Something waits for you in {n} conversations", number).format(n=digits(number))
        parts = [mark + _("{name}, this has happened while you were away:").format(name=isolated(agent.first_name() or agent.name))]
        for each in queries.shown(told[:MOST]):
            quote = f"\u2068{each.preview}\u2069" if own.preview and each.preview else ""
            lines = [f"{mark}{each.title}", f"{opens}{quote}{closes}" if quote else "", f"{address()}{each.url}"]
            parts.append("\n".join(line for line in lines if line))
        if len(told) > MOST:
            more = len(told) - MOST
            parts.append(ngettext("And {n} more behind the bell.", "And {n} more behind the bell.", more).format(n=digits(more)))
        parts.append(_("What you’re told of, and how, is your choice: {link}").format(link=f"{address()}/settings/profile#notify"))
    return subject, "\n\n".join(parts)
