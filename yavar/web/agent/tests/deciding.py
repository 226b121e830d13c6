"""Somebody at the settings, for the tests of its pages."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yavar.base.events import Actor
from yavar.people.team.actions import add_agent

SYSTEM = Actor("system")


class Decider:
    """Somebody at the settings, signed in as people do."""

    def __init__(self, agent, lang="en"):
        agent.lang = lang
        agent.save()
        self.agent, self.client = agent, Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"})
        self.client.post("/sign-in", {"username": agent.email, "password": "a-long-password"})

    def page(self, name, status=200):
        """What a page shows."""
        answer = self.client.get(f"/settings/{name}")
        assert answer.status_code == status, answer.content.decode()[:300]
        return answer.content.decode()

    def do(self, name, what, status=200, /, **fields):
        """Send a form; answers the page that follows."""
        answer = self.client.post(f"/settings/{name}", {"do": what, **fields}, follow=True)
        assert answer.status_code == status, answer.content.decode()[-1500:]
        return answer.content.decode()

    def queries(self, name):
        """How many questions a page asks the database."""
        self.page(name)
        with CaptureQueriesContext(connection) as seen:
            self.page(name)
        return len(seen)


def another(name, role="agent", **more):
    """One more in the team."""
    return add_agent(email=f"{name.lower()}@nila.example", name=name, password="a-long-password", role=role, by=SYSTEM, **more)


def shown_secret(page):
    """What the page shows this once."""
    return re.search(r'<code id="[a-z]+-code"[^>]*>([^<]+)</code>', page)[1]
