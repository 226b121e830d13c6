"""A desk with two of everything: what lies in inbox A is one's own, what lies in inbox B is foreign."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from yavar.base import clock
from yavar.base.events import Actor
from yavar.channels.chat import ChatConfig
from yavar.conversations import holding, merging
from yavar.conversations.canned.actions import save as save_canned
from yavar.conversations.canned.macro import Actions
from yavar.conversations.filters import Filter
from yavar.conversations.models import Conversation, Delivery, HeldReply, Message
from yavar.conversations.setup import add_inbox, make_tag, save_view
from yavar.conversations.testing import Shop, furnish
from yavar.desk.actions import add_brand, save_field, save_request_type
from yavar.flow.sla.actions import add_policy
from yavar.flow.sla.terms import Targets, Terms
from yavar.integrations.channels.email.testing import outlet
from yavar.people.customers import tending
from yavar.people.hours.actions import add_calendar
from yavar.people.hours.rules import ALWAYS
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_agent, add_team, grant
from yavar.people.team.custom import save_role
from yavar.people.team.roles import BUILT_IN
from yavar.people.team.tokens import make_token

SYSTEM = Actor("system")


@dataclass
class Half:
    """What lies on one side."""

    conversation: Conversation
    other: Conversation  # of the same customer
    merged: Conversation  # into `other`
    inbox: Any
    brand: Any
    held: HeldReply  # an answer in `conversation` that leaves later
    copy: Delivery  # of a message in it, nobody knows how far it came

    @property
    def customer(self) -> Any:
        return self.conversation.customer


@dataclass
class World:
    """Own and foreign things, and an agent of each role on the whole desk (`desk`) and bound to inbox A (`bound`)."""

    shop: Shop
    own: Half
    foreign: Half
    things: dict[str, Any] = field(default_factory=dict)
    desk: dict[str, Client] = field(default_factory=dict)
    bound: dict[str, Client] = field(default_factory=dict)


def build() -> World:
    """The whole of it."""
    shop = furnish()
    brand = add_brand({"en": "Other"}, "en")
    inbox = add_inbox(brand, "chat", "Other", ChatConfig())
    world = World(shop, _half(shop, shop.inbox, shop.brand), _half(shop, inbox, brand))
    by = shop.owner
    world.things = {
        "tag": make_tag("order"), "team": add_team("Nila", [shop.amir], by=SYSTEM), "role": save_role("Trainee", ["conversation.read"], by=by),
        "view": save_view("Mine", Filter(), by=by, shared=True), "field": save_field(by=SYSTEM, label={"en": "Size"}),
        "request_type": save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM), "token": make_token(shop.amir, "robot", ["*.read"], by=SYSTEM)[0], "agent": shop.amir, "mail": outlet(shop.brand).inbox,
        "calendar": add_calendar("Nights", ALWAYS, by=SYSTEM), "policy": add_policy("Mail", Terms(targets=Targets(first=3600)), by=SYSTEM),
        "customer": tending.add_customer(name="Second", by=SYSTEM), "canned": save_canned(by=by, name="Thanks", texts={"en": "Thank you"}, actions=Actions(priority="high"), shared=True),
    }  # fmt: skip
    for role in BUILT_IN:
        world.desk[role] = program(f"{role} everywhere", Given(role))
        world.bound[role] = program(f"{role} of A", Given(role, "inbox", shop.inbox.pk))
    return world


def _half(shop: Shop, inbox: Any, brand: Any) -> Half:
    mine, person = shop.inbox, shop.visitor()
    shop.inbox = inbox
    keys = []
    for n in range(3):
        keys.append(shop.says(person, f"message {n}", client_id=f"message-{inbox.pk}-{n}").conversation_id)
        Conversation.objects.filter(pk=keys[-1]).update(status="resolved")
    Conversation.objects.filter(pk__in=keys).update(status="open")
    merging.merge(keys[2], keys[1], by=shop.owner)
    shop.inbox = mine
    first, other, merged = (Conversation.objects.get(pk=key) for key in keys)
    held = holding.hold(first.pk, by=shop.owner, client_id="client-held", text="Later", due_at=clock.now() + timedelta(hours=1), scheduled=True)
    said = Message.objects.get(conversation=first, seq=1)
    copy = Delivery.objects.create(
        message=said, since=1, inbox=inbox, customer=person, sender="a@b.example", address="c@d.example", state="unknown", created_at=clock.now()
    )
    return Half(first, other, merged, inbox, brand, held, copy)


def program(name: str, *grants: Given, scopes: tuple[str, ...] = ("all",)) -> Client:
    """A client that comes with a token of an agent of its own."""
    agent = add_agent(email=f"{name.replace(' ', '.')}@program.invalid", name=name, password=None, role="", kind=Agent.Kind.PROGRAM, by=SYSTEM)
    grant(agent, grants, by=SYSTEM)
    _token, secret = make_token(agent, name, list(scopes), by=SYSTEM)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """One request to the API; `body` is JSON, or bytes as they are."""
    data = body if isinstance(body, bytes) else "" if body is None else json.dumps(body)
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    return client.generic(method, f"/api/v1{path}", data, content_type=kind, headers={name.replace("_", "-"): value for name, value in headers.items()})
