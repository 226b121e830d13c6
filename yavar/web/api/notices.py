"""What you have been told, and the devices that get pushes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import numbers
from yavar.base.problem import Problem
from yavar.notifications import actions, devices, pushing, queries, vapid
from yavar.notifications.models import Device
from yavar.notifications.queries import Notice
from yavar.people.models import Agent

from .frame import Doors, Empty, Strict
from .reading import conversation_for, here, place, read_place
from .team import in_person

doors = Doors(tags=["notifications"])
PublicId = Annotated[str, Field(min_length=1, max_length=22)]


@dataclass
class Notifications:
    notifications: list[Notice]
    unseen: int
    next: str | None


@dataclass
class Unseen:
    unseen: int


@dataclass
class DeviceFacts:
    id: str
    label: str
    created_at: datetime
    last_ok: datetime | None
    awake: bool


@dataclass
class Devices:
    key: str
    devices: list[DeviceFacts]


class NoticesQuery(Strict):
    before: Annotated[str, Field(max_length=200)] = ""
    size: Annotated[int, Field(ge=1, le=100)] = 20


class SeenGiven(Strict):
    ids: Annotated[list[PublicId], Field(max_length=100)] = []
    conversation: PublicId | None = None
    all: bool = False


class NewDevice(Strict):
    endpoint: Annotated[str, Field(min_length=1, max_length=1000)]
    p256dh: Annotated[str, Field(min_length=1, max_length=90)]
    auth: Annotated[str, Field(min_length=1, max_length=30)]
    label: Annotated[str, Field(max_length=300)] = ""


@doors.door("GET", "/notifications", needs="conversation.read", shape=Notifications)
def list_notifications(request: HttpRequest, agent: Agent, query: Query[NoticesQuery]) -> Any:
    """What you have been told of conversations you may see, newest first; `title` is in your language."""
    with numbers.written(agent.digits):
        before = read_place(query.before)
        found, more = queries.page(agent, before and (before.at, before.id), query.size)
    return {"notifications": found, "unseen": queries.unseen(agent), "next": place(*more) if more else None}


@doors.door("POST", "/notifications/seen", needs="conversation.read", shape=Unseen)
def see_notifications(request: HttpRequest, agent: Agent, given: SeenGiven) -> Any:
    """You have seen these (`ids`), those of a `conversation`, or `all`. Answers how many are still new."""
    if not (given.ids or given.conversation or given.all):
        raise Problem(400, "seen.nothing", _("The request isn’t in the expected form."), field="ids")
    if given.all:
        actions.see_all(agent)
    if given.ids:
        actions.see_these(agent, given.ids)
    if given.conversation:
        actions.see(agent, conversation_for(agent, given.conversation).pk)
    return {"unseen": queries.unseen(agent)}


@doors.door("GET", "/me/devices", needs=None, shape=Devices)
def list_devices(request: HttpRequest, agent: Agent) -> Any:
    """The browsers that take pushes for you, and the key by which push services know this desk (`applicationServerKey`)."""
    in_person(agent)
    found = devices.of(agent)
    awake = {each.pk for each in devices.awake(found)}
    return {"key": vapid.key().public, "devices": [device_facts(each, each.pk in awake) for each in found]}


@doors.door("POST", "/me/devices", needs=None, shape=DeviceFacts, status=201)
def add_device(request: HttpRequest, agent: Agent, given: NewDevice) -> Any:
    """This browser takes pushes for you, as long as the session lasts: what its PushManager answered. The same again renews it."""
    in_person(agent)
    return device_facts(devices.add(agent, endpoint=given.endpoint, p256dh=given.p256dh, auth=given.auth, label=given.label), True)


@doors.door("POST", "/me/devices/test", needs=None, status=202, shape=Devices)
def test_devices(request: HttpRequest, agent: Agent, given: Empty) -> Any:
    """Send a push to each of your devices, to see that it comes."""
    in_person(agent)
    pushing.test(agent)
    return list_devices(request, agent)


@doors.door("DELETE", "/me/devices/{id}", needs=None)
def remove_device(request: HttpRequest, agent: Agent, id: str) -> None:
    """It takes no more pushes."""
    in_person(agent)
    devices.remove(here(Device, id, agent=agent), by=agent.actor)


def device_facts(device: Device, awake: bool) -> dict[str, Any]:
    """A device as its owner gets it: never its address or keys."""
    return {"id": device.public_id, "label": device.label, "created_at": device.created_at, "last_ok": device.last_ok, "awake": awake}
