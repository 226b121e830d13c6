"""Verbs about what somebody has been told. A notification is nobody's fact: it retells one."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Q

from yavar.base import clock
from yavar.base.db import transaction
from yavar.conversations.models import Conversation
from yavar.people.models import Agent

from . import shared
from .models import Digest, Notification

KEPT = timedelta(days=30)
SLICE = 50


def see(agent: Agent, conversation: int) -> int:
    """They have this conversation before them: what they were told of it, and of what was merged into it, is seen. Answers how many. Costs a look when there is none."""
    these = Conversation.objects.filter(Q(pk=conversation) | Q(merged_into=conversation)).values("pk")  # a join would look at all they have not seen
    return _see(agent, Q(conversation__in=these))


def see_these(agent: Agent, public_ids: Sequence[str]) -> int:
    """They have seen these; what is not theirs is passed over."""
    return _see(agent, Q(public_id__in=list(public_ids)))


def see_all(agent: Agent) -> None:
    """They have seen everything."""
    _settle(Notification.objects.filter(agent=agent, seen_at__isnull=True).values_list("pk", flat=True))
    shared.glance_at_all(agent)


def _see(agent: Agent, which: Q) -> int:
    own = Notification.objects.filter(which, agent=agent, seen_at__isnull=True).values_list("pk", flat=True)[:1000]
    return _settle(own) + shared.glance(agent, which)


def _settle(found: Iterable[int]) -> int:
    keys = list(found)
    for start in range(0, len(keys), 500):
        with transaction():
            Notification.objects.filter(pk__in=keys[start : start + 500], seen_at__isnull=True).update(seen_at=clock.now())
    return len(keys)


def hush() -> int:
    """This desk is a copy: the one it was copied from may have mailed what waits here. So it is not mailed; it stands behind the bell. Answers how many."""
    with transaction():
        Digest.objects.filter(state__in=(Digest.State.LEFT, Digest.State.SENDING)).update(state=Digest.State.UNKNOWN, text="")
        return Notification.objects.filter(mailed_at__isnull=True).update(mailed_at=clock.now())


def sweep() -> int:
    """Every minute a slice: what is more than 30 days old, and digests nobody needs. Answers how many notifications went."""
    before = clock.now() - KEPT
    keys = list(Notification.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:SLICE])
    over = list(Digest.objects.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)[:SLICE])
    if keys or over:
        with transaction():
            Notification.objects.filter(pk__in=keys).delete()
            Digest.objects.filter(pk__in=over).delete()
    return len(keys)
