"""One slot of an inbox's way out: what is due first leaves, and what came of it is written down."""

from datetime import timedelta

from yavar.base import clock
from yavar.base.jobs import Steps, job
from yavar.channels import delivery
from yavar.conversations import deliveries
from yavar.conversations.models import Delivery

from ..channel import KIND
from ..models import Outlet
from . import outlets
from .letter import letter
from .wire import Outcome

OFTEN = timedelta(seconds=10)  # between two notes that a server is well
UNSET = timedelta(minutes=1)  # between two looks whether an inbox can send again; whoever sets it up wakes it


@job(f"{KIND}.send", outside=True)
def send(inbox: int, slot: int) -> Steps:
    """Send the first copy that is due in a slot, by the inbox's outlet. A server that is away makes all of its slots wait; other inboxes do not notice."""
    outlet = Outlet.objects.filter(inbox=inbox, active=True).first()
    opens = outlet.paused_until or clock.now() if outlet else clock.now() + UNSET
    if outlet is None or opens > clock.now():
        yield lambda: None
        return delivery.wake(inbox, KIND, slot, due=opens)
    copy = delivery.next_due(inbox, slot)
    if copy is None:
        return
    post = letter(copy, outlet)
    if not deliveries.begin(copy):
        return
    outcome: Outcome = yield post.send
    _settle(copy, outlet, outcome)
    delivery.go_on(inbox, KIND, slot)


def _settle(copy: Delivery, outlet: Outlet, outcome: Outcome) -> None:
    state, reason, again_at = outcome.state, outcome.reason, None
    if outcome.trouble:
        again_at = outlets.troubled(outlet.pk, reason, outcome.detail).paused_until
    elif state == Delivery.State.QUEUED:
        again_at = delivery.again_at(copy.attempts + 1)
        if again_at is None:
            state, reason = Delivery.State.FAILED, "gave_up"
    elif outlet.failure or outlet.sent_at is None or clock.now() - outlet.sent_at > OFTEN:
        outlets.well(outlet)
    deliveries.settle(copy.pk, state, reason=reason, detail=outcome.detail, again_at=again_at, counts=not outcome.trouble)
