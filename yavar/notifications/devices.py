"""Verbs about the browsers that take pushes for somebody."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from yavar.base import clock, crypto, http
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.events.facts import SYSTEM
from yavar.base.problem import Problem
from yavar.people.models import Agent, SignIn

from . import sealing
from .events import DeviceAdded, DeviceRemoved
from .models import Device

MOST = 20  # devices of one person; beyond, the oldest makes room
PATIENCE = timedelta(days=5)  # nothing reached it for so long
KEPT = timedelta(days=30)  # after its session ended
PURPOSE = "push endpoint"


def add(agent: Agent, *, endpoint: str, p256dh: str, auth: str, label: str = "") -> Device:
    """This browser takes pushes for `agent` from now on, as long as the session lasts in which they add it. The same again renews it; another person's becomes theirs.

    Raises Problem 422 for an address that is none of a push service, or keys that are none.
    """
    _check(endpoint, p256dh, auth)
    session = _session_of(agent)
    with transaction():
        found = Device.objects.filter(endpoint_hash=crypto.token_hash(endpoint, PURPOSE)).first()
        if found is not None and found.agent_id != agent.pk:
            _drop(found, "moved", agent.actor)
            found = None
        facts = {"sign_in": session, "p256dh": p256dh, "auth": auth, "label": " ".join(label.split())[:300], "failures": 0, "failing_since": None}
        if found is not None:
            for name, value in facts.items():
                setattr(found, name, value)
            found.save(update_fields=list(facts))
            return found
        for old in Device.objects.filter(agent=agent).order_by("-pk")[MOST - 1 :]:
            _drop(old, "many", agent.actor)
        made = Device.objects.create(agent=agent, endpoint=endpoint, endpoint_hash=crypto.token_hash(endpoint, PURPOSE), created_at=clock.now(), **facts)
        record(DeviceAdded(made.pk, agent.pk), subject=("agent", agent.pk), by=agent.actor)
    return made


def remove(device: Device, *, why: str = "person", by: Actor = SYSTEM) -> None:
    """It takes no more pushes. Twice is the same as once."""
    with transaction():
        if Device.objects.filter(pk=device.pk).exists():
            _drop(device, why, by)


def of(agent: Agent) -> list[Device]:
    """Somebody's devices, newest first."""
    return list(Device.objects.filter(agent=agent).select_related("sign_in").order_by("-pk"))


def awake(found: list[Device]) -> list[Device]:
    """Those whose session lasts: nobody who signed out, was signed out or was switched off hears of the desk's work."""
    keys = [each.sign_in.session_key for each in found if each.sign_in is not None and each.sign_in.ended_at is None]
    living = set(Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list("session_key", flat=True)) if keys else set()
    return [each for each in found if each.sign_in is None or (each.sign_in.ended_at is None and each.sign_in.session_key in living)]


def went_well(key: int) -> None:
    """A push was taken, inside the open transaction."""
    Device.objects.filter(pk=key).update(last_ok=clock.now(), failures=0, failing_since=None)


def failed(device: Device) -> None:
    """A push was not taken, inside the open transaction; a device that takes none for days is let go."""
    device.failures, device.failing_since = min(device.failures + 1, 1000), device.failing_since or clock.now()
    if clock.now() - device.failing_since >= PATIENCE:
        return remove(device, why="failed")
    Device.objects.filter(pk=device.pk).update(failures=device.failures, failing_since=device.failing_since)
    return None


def sweep() -> int:
    """Each day: devices whose session ended long ago. Answers how many."""
    found = list(Device.objects.filter(sign_in__ended_at__lt=clock.now() - KEPT)[:500])
    found += list(Device.objects.filter(sign_in__ended_at__isnull=True, sign_in__seen_at__lt=clock.now() - 2 * KEPT)[:500])
    for each in found:
        remove(each, why="gone")
    return len(found)


def _drop(device: Device, why: str, by: Actor) -> None:
    record(DeviceRemoved(device.pk, device.agent_id, why), subject=("agent", device.agent_id), by=by)
    Device.objects.filter(pk=device.pk).delete()


def _session_of(agent: Agent) -> SignIn | None:
    """The session they act in: `via` says which."""
    kind, _colon, key = agent.via.partition(":")
    return SignIn.objects.filter(pk=int(key), agent=agent, ended_at__isnull=True).first() if kind == "s" and key.isdecimal() else None


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        target = http.read(endpoint)
        if target.url.scheme != "https" and not target.trusted:
            raise http.Refused("scheme", endpoint[:100])
    except http.Refused as refused:
        raise Problem(422, f"endpoint.{refused.reason}", _("This isn’t the address of a push service."), field="endpoint") from None
    try:
        sealing.check(p256dh, auth)
    except ValueError:
        raise Problem(422, "keys.invalid", _("These aren’t the keys of a push subscription."), field="p256dh") from None
