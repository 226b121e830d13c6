"""Builders: a small shop, and people who say something."""

import secrets
from dataclasses import dataclass

import msgspec

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.desk.models import Brand
from yavar.people.customers.actions import open_session
from yavar.people.models import Agent, Customer
from yavar.people.team.actions import add_agent

from .append import Appended
from .models import Inbox
from .receive import Inbound, receive
from .setup import add_inbox


class ChatLike(msgspec.Struct):
    """An inbox's settings as the chat has them: to this room they are only data."""

    origins: tuple[str, ...] = ("https://shop.example", "http://testserver")


@dataclass
class Shop:
    """What most tests stand on."""

    brand: Brand
    inbox: Inbox
    amir: Agent
    sara: Agent
    owner: Agent

    def visitor(self, name: str = "Maryam Karimi", lang: str = "fa", token: str | None = None) -> Customer:
        """Someone who opened the chat."""
        session = open_session(token or secrets.token_urlsafe(32), brand=self.brand.public_id, inbox=self.inbox.public_id, lang=lang, page="", name=name)
        return session.customer

    def says(self, customer: Customer, text: str, conversation: int | None = None, client_id: str | None = None) -> Appended:
        """A customer writes."""
        inbound = Inbound(self.inbox.pk, customer.pk, conversation, client_id or secrets.token_urlsafe(12), text, (), customer.lang, clock.now())
        with transaction():
            return receive(inbound)


def furnish() -> Shop:
    """A shop with its team."""
    brand = Brand.objects.create(name={"en": "Nila Coffee", "fa": "قهوهٔ نیلا", "ru": "Кофе «Нила»"}, locale="fa")
    inbox = add_inbox(brand, "chat", "Chat", ChatLike(), secret="the shop's own secret, long enough to sign with")
    system = Actor("system")
    people = [
        add_agent(email=f"{name.lower()}@nila.example", name=f"{name} Test", password="a-long-password", role=role, by=system)
        for name, role in (("Amir", "agent"), ("Sara", "supervisor"), ("Nila", "owner"))
    ]
    return Shop(brand, inbox, *people)
