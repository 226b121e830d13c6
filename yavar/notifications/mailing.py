"""The door through which a digest leaves: the channel that owns the way out for mail takes it here. It knows no note and no message: the words were put together before."""

from datetime import datetime, timedelta

from yavar.base import clock
from yavar.base.db import is_sqlite, transaction
from yavar.base.jobs import leave
from yavar.conversations.models import Inbox

from .models import Digest, Notification

GIVEN_UP = timedelta(hours=12)  # after that the bell has to do
State = Digest.State
OVER = (State.SENT, State.FAILED, State.UNKNOWN, State.VOID)


def wake(digest: Digest, out: Inbox, *, due: datetime | None = None) -> None:
    """Leave the job `<kind>.digest` that mails it by the inbox `out`, inside the open transaction."""
    leave(f"{out.kind}.digest", args={"inbox": out.pk, "digest": digest.pk}, unique_key=f"{out.kind}.digest:{digest.pk}", due=due)


def begin(key: int) -> Digest | None:
    """It goes out now: committed before its first byte. None when nothing in it is unseen any more, when its reader has left, or when somebody was cut short while
    sending it: then it may have arrived, and nobody sends it blindly again."""
    with transaction():
        found = (Digest.objects.all() if is_sqlite() else Digest.objects.select_for_update(of=("self",))).select_related("agent").filter(pk=key).first()
        if found is None or found.state not in (State.LEFT, State.SENDING):
            return None
        if found.state == State.SENDING:
            _end(found, State.UNKNOWN)
            return None
        if not found.agent.is_active or not Notification.objects.filter(digest=found, seen_at__isnull=True).exists():
            _end(found, State.VOID)
            return None
        found.state = State.SENDING
        found.save(update_fields=["state"])
    return found


def settle(key: int, state: str) -> None:
    """What came of it: sent, failed, unknown, or left to be tried again."""
    with transaction():
        found = Digest.objects.filter(pk=key, state=State.SENDING).first()
        if found is not None:
            _end(found, state)


def waits(key: int) -> Digest | None:
    """The digest, while it is still to be sent; given up after half a day. Inside the open transaction."""
    found = Digest.objects.filter(pk=key, state=State.LEFT).first()
    if found is not None and clock.now() - found.created_at > GIVEN_UP:
        _end(found, State.FAILED)
        return None
    return found


def _end(found: Digest, state: str) -> None:
    found.state = state
    found.text = "" if state in OVER else found.text
    found.save(update_fields=["state", "text"])
