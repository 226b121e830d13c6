"""One push to one device, some seconds after the fact, unless it has been seen by then or the quiet hours have begun."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock, http, numbers
from yavar.base.db import sql, transaction
from yavar.base.jobs import Steps, job, leave
from yavar.conversations.policies import may_see
from yavar.people.models import Agent, SignIn

from . import choices, devices, queries, sealing, vapid
from .models import Device, Notification, PushKey

log = logging.getLogger("yavar.notifications")

PUSH = "notifications.push"
STALE = timedelta(minutes=30)  # later nothing is pushed: the bell and the mail have it
LASTS = timedelta(hours=4)  # a push service keeps it for a device that is off; never into the quiet hours
WAITS = (30, 120, 600)  # seconds, after failures in a row
LATER = (429, 500, 502, 503, 504)
GONE = (404, 410)
URGENT = ("assigned", "new", "mentioned")
READ = 1024  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Push:
    """What is needed to send it, read beforehand. `event`: the newest it tells of."""

    device: Device
    pair: PushKey
    words: bytes
    topic: str
    urgency: str
    seconds: int
    event: int = 0

    def send(self) -> http.Answer:
        """Hand it to the push service. Raises base.http's errors, and ValueError when the desk has got another key."""
        headers = {
            "Authorization": vapid.authorization(self.device.endpoint, self.pair), "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm",
            "TTL": str(self.seconds), "Urgency": self.urgency, **({"Topic": self.topic} if self.topic else {}),
        }  # fmt: skip
        return http.send(
            "POST", self.device.endpoint, headers=headers, body=sealing.seal(self.words, self.device.p256dh, self.device.auth), limit=READ, whole=False
        )


def leave_for(due: Mapping[Notification, datetime]) -> list[Notification]:
    """Leave a push of each notification (of one person's) for each device of its reader, inside the open transaction; one that waits already stays one. Answers those whose
    reader has a device."""
    devices_of: dict[int, list[Device]] = {}
    for device in _devices_of({each.agent_id for each in due if each.agent_id is not None}):
        devices_of.setdefault(device.agent_id, []).append(device)
    for each, moment in due.items():
        for device in devices_of.get(each.agent_id or 0, ()):
            _leave(device.pk, each.pk, due=moment)
    return [each for each in due if each.agent_id in devices_of]


def reachable(agents: Collection[int]) -> set[int]:
    """Those of these people who have a device that gets pushes."""
    return {device.agent_id for device in _devices_of(agents)}


def _devices_of(agents: Collection[int]) -> list[Device]:
    found = sql.pick(Device, "agent_id IN (??) ORDER BY id", [list(agents)]) if agents else []
    sign_ins = sql.by_key(SignIn, (each.sign_in_id for each in found if each.sign_in_id is not None))
    for each in found:
        each.sign_in = sign_ins.get(each.sign_in_id or 0)
    return devices.awake(found)


def _leave(device: int, notification: int, *, due: datetime, tries: int = 0) -> None:
    leave(PUSH, args={"device": device, "notification": notification, "tries": tries}, unique_key=f"{PUSH}:{device}:{notification}", due=due)


def test(agent: Agent) -> int:
    """Leave one for each device of somebody, to see that it comes. Answers how many."""
    theirs = devices.awake(devices.of(agent))
    with transaction():
        for each in theirs:
            _leave(each.pk, 0, due=clock.now())
    return len(theirs)


@job(PUSH, outside=True, replayable=True)
def push(device: int, notification: int, tries: int = 0) -> Steps:
    """Send it once. What a push service does not take is tried again for some minutes; a device that is gone is forgotten. A process that dies in between may
    send it twice: it bears the same tag, so the device shows it once."""
    found = ready(device, notification)
    if found is None:
        return
    try:
        answer = yield found.send
    except http.HttpError as error:
        if isinstance(error, http.Refused):
            return devices.remove(found.device, why="gone")
        return _later(found.device, notification, tries)
    except ValueError:
        log.exception("device %s can get no pushes", device)
        return devices.failed(found.device)
    if answer.status in GONE:
        return devices.remove(found.device, why="gone")
    if answer.status in LATER:
        return _later(found.device, notification, tries, answer.headers.get("retry-after", ""))
    if not 200 <= answer.status < 300:
        log.warning("a push service answered %s to device %s", answer.status, device)
        return devices.failed(found.device)
    devices.went_well(found.device.pk)
    if Notification.objects.filter(pk=notification, seen_at__isnull=True, event__gt=found.event).exists():  # counted up while it was under way
        _leave(device, notification, due=clock.now() + timedelta(minutes=1))
    return None


def _later(device: Device, notification: int, tries: int, asked: str = "") -> None:
    """`asked`: the push service's Retry-After, in seconds or not at all."""
    devices.failed(device)
    if tries >= len(WAITS) or not Device.objects.filter(pk=device.pk).exists():
        return
    wait = max(WAITS[tries], min(int(asked), 3600) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0)
    _leave(device.pk, notification, due=clock.now() + timedelta(seconds=wait), tries=tries + 1)


def ready(key: int, notification: int) -> Push | None:
    """What is to be pushed now; None when there is nothing (any more), or it is too late, or the hour is quiet."""
    device = Device.objects.filter(pk=key, agent__is_active=True).select_related("agent", "sign_in").first()
    if device is None or not devices.awake([device]):
        return None
    agent, now = device.agent, clock.now()
    with translation.override(agent.lang), numbers.written(agent.digits):
        if notification == 0:
            told = _payload(_("This is how news reaches you here"), _("Press it, and the inbox opens."), "/inbox", "test", agent)
            return Push(device, vapid.key(), told, "", "high", 600)
        found = Notification.objects.filter(pk=notification, agent=agent, seen_at__isnull=True).first()
        if found is None or now - found.at > STALE or not may_see(agent, found.conversation_id):
            return None
        own, zone = choices.read(agent), choices.zone_of(agent)
        if not own.wants(found.kind, "push") or choices.is_quiet(own.quiet, zone, now):
            return None
        [shown] = queries.shown([found])
        told = _payload(shown.title, shown.preview if own.preview else "", shown.url, shown.conversation, agent)
    left = choices.until_quiet(own.quiet, zone, now)
    seconds = int((LASTS if left is None else min(left, LASTS)).total_seconds())
    return Push(device, vapid.key(), told, shown.conversation, "high" if found.kind in URGENT else "normal", seconds, found.event)


def _payload(title: str, body: str, url: str, tag: str, agent: Agent) -> bytes:
    """What the service worker shows, and the number on the app's icon."""
    number = queries.unseen(agent)
    facts = {"title": title, "body": body, "url": url, "tag": tag, "badge": number, "lang": agent.lang, "dir": "rtl" if agent.lang == "fa" else "ltr"}
    return msgspec.json.encode(facts)
