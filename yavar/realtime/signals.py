"""Typing and presence: told while they are true, never stored."""

import threading
import time
from dataclasses import dataclass

import msgspec

from yavar.base.edge.feed import frame

from .hub import TEAM, Frame, hub

FORGET = 45.0  # seconds without a heartbeat


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agent is: `state` is `viewing` or `writing` (a reply)."""

    agent: str
    name: str
    conversation: str
    key: int
    state: str
    until: float


class Presence:
    """Which agent looks at which conversation, and who of them writes. One place per agent: whoever opens another leaves the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}

    def put(self, agent: str, name: str, conversation: str | None, key: int, state: str) -> None:
        """A heartbeat; `conversation` None means the agent is here and looks at none."""
        place = Place(agent, name, conversation or "", key, state, time.monotonic() + FORGET)
        with self._lock:
            before = self._places.get(agent)
            self._places[agent] = place
        if before is not None and before.conversation != place.conversation:
            self._tell(before)
        if before is None or (before.conversation, before.state) != (place.conversation, place.state):
            self._tell(place)

    def people(self, conversation: str) -> list[Place]:
        """Who is there now."""
        now = time.monotonic()
        with self._lock:
            return [place for place in self._places.values() if place.conversation == conversation and place.until > now]

    def online(self) -> set[str]:
        """Agents whose heartbeat is fresh."""
        now = time.monotonic()
        with self._lock:
            return {place.agent for place in self._places.values() if place.until > now}

    def forget_stale(self) -> None:
        """Tell of those whose heartbeat stopped. Called every few seconds."""
        now = time.monotonic()
        with self._lock:
            gone = [place for place in self._places.values() if place.until <= now]
            for place in gone:
                del self._places[place.agent]
        for place in gone:
            self._tell(place)

    def forget(self) -> None:
        """Nobody is here. For tests."""
        with self._lock:
            self._places.clear()

    def facts(self, conversation: str) -> list[dict[str, str]]:
        """As clients get it."""
        return [{"agent": place.agent, "state": place.state} for place in self.people(conversation)]

    def _tell(self, place: Place) -> None:
        if not place.conversation:
            return
        writing = next((p.name for p in self.people(place.conversation) if p.state == "writing"), "")
        team = frame("presence", msgspec.json.encode({"conversation": place.conversation, "people": self.facts(place.conversation)}))
        visitor = frame("typing", msgspec.json.encode({"name": writing, "on": bool(writing)}))
        hub().send([Frame(TEAM, team, place.key), Frame(("visitor", place.key), visitor)])


presence = Presence()


def customer_typing(conversation: str, key: int, on: bool) -> None:
    """Tell the team that the customer types, or stopped."""
    hub().send([Frame(TEAM, frame("typing", msgspec.json.encode({"conversation": conversation, "on": on})), key)])
