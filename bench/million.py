"""`bench/run million`: an old and large desk. Conversations of three years, in the order in which they happened, with what a real desk has too much of:
a few customers, agents, inboxes, tags and words that are everywhere, and many that are hardly anywhere. The same seed and day give the same desk.
"""

import argparse
import base64
import heapq
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench import words

AGENTS, INBOXES, TEAMS, TAGS = 300, 12, 15, 60
RARE = 20  # conversations of the rare inbox, and of the rare tag
YEARS = 3
PASSWORD = "nila-bench"
PRIORITIES = ["normal"] * 18 + ["low", "high", "high", "urgent"]


class Talk:
    """One conversation while it goes on: the row it becomes, and its story."""

    def __init__(self, desk: "Desk", key: int, at: float) -> None:
        rng = desk.rng
        self.desk, self.key, self.at = desk, key, at
        self.customer = desk.someone(key)
        self.lang = desk.lang_of(self.customer)
        self.rare = desk.is_rare(key)
        self.inbox = INBOXES if self.rare else rng.choices(range(1, INBOXES), cum_weights=desk.inbox_weights)[0]
        self.agent = rng.choices(range(1, AGENTS + 1), cum_weights=desk.agent_weights)[0]
        self.assignee: int | None = None
        self.team: int | None = None
        self.seq = self.event_seq = self.unread = self.agent_seen = 0
        self.preview, self.preview_by, self.last_at = "", f"customer:{self.customer}", at
        self.waiting_since: float | None = None
        self.snoozed_until: float | None = None
        self.status = "open"
        self.tags: list[int] = []

    def story(self) -> Iterator[float]:
        """Does one thing after another; yields the moment of the next."""
        desk, rng, by_customer = self.desk, self.desk.rng, f"customer:{self.customer}"
        self.fact("conversation.opened", by_customer, {"inbox": self.inbox, "customer": self.customer})
        self.message(by_customer)
        answered, agent = rng.random(), f"agent:{self.agent}"
        for _ in range(min(400, int(rng.lognormvariate(1.185, 0.8)))):
            yield self.later(3600 * rng.expovariate(0.5))
            from_customer = rng.random() < 0.45
            if not from_customer and self.assignee is None and answered < 0.9:
                self.assignee = self.agent
                self.fact("conversation.assigned", agent, {"before": None, "after": self.agent})
            self.message(by_customer if from_customer else agent)
            if rng.random() < 0.02:
                yield self.later(60)
                self.note(agent)
        yield self.later(600)
        self.furnish(agent)
        if (end := desk.end_of(self.key)) != "open":
            if end == "resolved" and self.assignee is None and rng.random() < 0.9:
                self.assignee = self.agent
                self.fact("conversation.assigned", agent, {"before": None, "after": self.agent})
            self.settle(end, agent)
        desk.finish(self)

    def later(self, seconds: float) -> float:
        self.at = min(self.at + seconds, self.desk.until - 1)
        return self.at

    def fact(self, name: str, actor: str, payload: dict[str, Any], audience: str = "public") -> None:
        self.event_seq += 1
        self.desk.event(name, self.key, self.event_seq, actor, audience if name in PUBLIC else "staff", payload, self.at)

    def message(self, author: str) -> None:
        text, tokens = self.desk.languages[self.lang].text()
        self.seq += 1
        self.preview, self.preview_by, self.last_at = text[:160], author, self.at
        by_customer = author.startswith("customer")
        if by_customer:
            self.unread, self.waiting_since = self.unread + 1, self.waiting_since or self.at
        else:
            self.unread, self.waiting_since, self.agent_seen = 0, None, self.seq
        key = self.desk.message(self, author, text, tokens)
        self.fact("message.received" if by_customer else "message.sent", author, {"message": key, "seq": self.seq})

    def note(self, author: str) -> None:
        rng = self.desk.rng
        mentions = [rng.choices(range(1, AGENTS + 1), cum_weights=self.desk.agent_weights)[0]] if rng.random() < 0.4 else []
        text, tokens = self.desk.languages[self.lang].text()
        self.fact("note.written", author, {"note": self.desk.note(self, text, tokens, mentions), "mentions": mentions})

    def furnish(self, agent: str) -> None:
        """A team and tags, as most conversations get."""
        rng = self.desk.rng
        if rng.random() < 0.5:
            self.team = rng.choices(range(1, TEAMS + 1), cum_weights=self.desk.team_weights)[0]
            self.fact("conversation.team_changed", agent, {"before": None, "after": self.team})
        if self.rare or rng.random() < 0.6:
            self.tags = sorted({rng.choices(range(1, TAGS), cum_weights=self.desk.tag_weights)[0] for _ in range(rng.choice((1, 1, 1, 2, 3)))})
            self.tags += [TAGS] if self.rare else []
            self.fact("conversation.tagged", agent, {"added": self.tags, "removed": []})

    def settle(self, end: str, agent: str) -> None:
        self.status = end
        if end == "resolved":
            self.unread, self.waiting_since = 0, None
            self.fact("conversation.resolved", agent, {"before": "open"})
        else:
            self.snoozed_until = self.desk.until + 86400 * (30 + 60 * self.desk.rng.random())
            self.fact("conversation.snoozed", agent, {"before": "open", "until": self.desk.moment(self.snoozed_until)})


PUBLIC = {"conversation.opened", "message.received", "message.sent", "conversation.resolved"}


class Desk:
    """Where everything is written to."""

    def __init__(self, conversations: int, seed: int, until: datetime) -> None:
        from bench.bulk import Table, words_line, words_table
        from yavar.base.db import is_sqlite
        from yavar.base.events.models import Event
        from yavar.base.search.index import mark
        from yavar.base.search.models import SearchEntry
        from yavar.conversations.models import Conversation, ConversationTag, Draft, Message, ReadMark
        from yavar.conversations.notes.models import Mention, Note
        from yavar.people.models import Customer, Identity

        self.conversations, self.customers, self.rng = conversations, max(20, conversations // 5), random.Random(seed)
        self.until, self.begin = until.timestamp(), (until - timedelta(days=365 * YEARS)).timestamp()
        self.languages, self._zone, self._line, self._mark = words.languages(self.rng), "" if is_sqlite() else "+00", words_line, mark
        self.agent_weights, self.tag_weights, self.team_weights = words.zipf(AGENTS, 20), words.zipf(TAGS - 1, 0, 1.3), words.zipf(TEAMS, 2)
        self.inbox_weights = words.zipf(INBOXES - 1, 0, 1.3)
        self._notes = self._entries = self._messages = 0
        self._indexed: set[int] = set()
        self._names: dict[int, tuple[str, str]] = {}
        event = ("name", "subject_kind", "subject_id", "seq", "actor", "audience", "payload", "at")
        conversation = (
            "id", "public_id", "reference", "inbox", "customer", "status", "priority", "assignee", "team", "snoozed_until", "lang", "seq", "event_seq",
            "unread", "preview", "preview_by", "last_at", "waiting_since", "agent_seen", "created_at",
        )  # fmt: skip
        self.tables = {
            "event": Table.of(Event, *event),
            "message": Table.of(Message, "id", "conversation", "public_id", "client_id", "seq", "version", "author", "text", "created_at"),
            "note": Table.of(Note, "id", "conversation", "public_id", "client_id", "version", "agent", "text", "created_at"),
            "mention": Table.of(Mention, "note", "conversation", "agent"),
            "entry": Table.of(SearchEntry, "id", "kind", "object_id", "group_id", "version"),
            "words": words_table(),
            "conversation": Table.of(Conversation, *conversation),
            "tag": Table.of(ConversationTag, "conversation", "tag"),
            "mark": Table.of(ReadMark, "conversation", "agent", "version"),
            "draft": Table.of(Draft, "conversation", "agent", "kind", "text", "updated_at"),
            "customer": Table.of(Customer, "id", "public_id", "name", "lang", "hue", "created_at", "seen_at", "merged_into"),
            "identity": Table.of(Identity, "customer", "kind", "value", "verified_at"),
        }

    def moment(self, at: float) -> str:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f") + self._zone

    def public_id(self) -> str:
        return base64.urlsafe_b64encode(self.rng.randbytes(16))[:22].decode()

    def someone(self, key: int) -> int:
        """A customer, by Zipf: the busiest has half a percent of all conversations."""
        shift = 20
        rank = int(shift * ((self.customers + shift) / shift) ** self.rng.random() - shift)
        return (rank * 7919) % self.customers + 1  # the busy ones are not the oldest

    def lang_of(self, customer: int) -> str:
        return ("fa", "fa", "ru", "en")[customer % 4]

    def is_rare(self, key: int) -> bool:
        return key % max(2, self.conversations // RARE) == 1

    def end_of(self, key: int) -> str:
        """3 of 100 are open and 2 are put away, nearly all of them of the last months."""
        recent = key > self.conversations * 0.88
        chance = self.rng.random()
        open_, away = (0.23, 0.16) if recent else (0.003, 0.001)
        return "open" if chance < open_ else "snoozed" if chance < open_ + away else "resolved"

    def event(self, name: str, key: int, seq: int, actor: str, audience: str, payload: dict[str, Any], at: float) -> None:
        self.tables["event"].add((name, "conversation", key, seq, actor, audience, msgspec.json.encode(payload).decode(), self.moment(at)))

    def message(self, talk: Talk, author: str, text: str, tokens: str) -> int:
        key = self._messages = self._messages + 1
        client = self.public_id()
        self.tables["message"].add((key, talk.key, client, client, talk.seq, talk.event_seq + 1, author, text, self.moment(talk.at)))
        if talk.seq == 1:
            tokens += f" {self.known_as(talk.customer)}"
        self.told("message", key, talk, tokens)
        return key

    def note(self, talk: Talk, text: str, tokens: str, mentions: list[int]) -> int:
        key = self._notes = self._notes + 1
        client = self.public_id()
        self.tables["note"].add((key, talk.key, client, client, talk.event_seq + 1, talk.agent, text, self.moment(talk.at)))
        for agent in mentions:
            self.tables["mention"].add((key, talk.key, agent))
        self.told("note", key, talk, tokens)
        return key

    def entry(self, kind: str, key: int, group: int, line: str) -> None:
        self._entries += 1
        self.tables["entry"].add((self._entries, kind, key, group, 1))
        self.tables["words"].add((self._entries, self._line(line)))

    def told(self, kind: str, key: int, talk: Talk, tokens: str) -> None:
        """What was written in a conversation can be found within its inbox."""
        self.entry(kind, key, talk.key, f"{tokens} {self._mark('inbox', talk.inbox)}")

    def known_as(self, customer: int) -> str:
        """The tokens of a customer's name and address, which stand with the opening of each of their conversations. Who is new gets an entry of their own."""
        from yavar.base.search import tokens
        from yavar.people.jobs import AMONG

        found = " ".join(tokens(" ".join(self.who(customer))))
        if customer not in self._indexed:
            self._indexed.add(customer)
            self.entry("customer", customer, customer, f"{found} {AMONG}")
        return found

    def who(self, customer: int) -> tuple[str, str]:
        if customer not in self._names:
            name = self.languages[self.lang_of(customer)].name()
            self._names[customer] = (name, f"c{customer}@mail{customer % 9}.example" if customer % 5 < 3 else "")
        return self._names[customer]

    def finish(self, talk: Talk) -> None:
        """The story is told: the row is written."""
        rng, number = self.rng, talk.key
        self.known_as(max(1, number * self.customers // self.conversations))  # who never wrote was added now and then all the same
        reference = "".join(REFERENCE[(number * 0x9E3779B1 >> shift) & 31] for shift in range(35, -1, -5))
        row = (
            number, self.public_id(), reference, talk.inbox, talk.customer, talk.status, rng.choice(PRIORITIES), talk.assignee, talk.team,
            self.moment(talk.snoozed_until) if talk.snoozed_until else None, talk.lang, talk.seq, talk.event_seq, talk.unread, talk.preview, talk.preview_by,
            self.moment(talk.last_at), self.moment(talk.waiting_since) if talk.waiting_since else None, talk.agent_seen, self.moment(self.begun[number]),
        )  # fmt: skip
        self.tables["conversation"].add(row)
        for tag in talk.tags:
            self.tables["tag"].add((number, tag))
        if talk.assignee:
            self.tables["mark"].add((number, talk.assignee, talk.event_seq))
            if talk.status == "open" and rng.random() < 0.3:
                self.tables["draft"].add((number, talk.assignee, "reply", "Let me look", self.moment(talk.last_at)))

    def people(self) -> None:
        """The customers; one in fifty turned out to be somebody else."""
        for key in range(1, self.customers + 1):
            name, address = self.who(key)
            self.known_as(key)
            merged = (key * 7) % self.customers + 1 if key % 50 == 0 else None
            merged = None if merged is None or merged % 50 == 0 or merged == key else merged
            at = self.moment(self.begin)
            self.tables["customer"].add((key, self.public_id(), name, self.lang_of(key), key % 6 + 1, at, self.moment(self.until - key), merged))
            if address:
                self.tables["identity"].add((key, "email", address, at if key % 5 == 0 else None))

    def write(self) -> None:
        """Everything, in the order of time."""
        self.begun = {}
        live: list[tuple[float, int, Iterator[float]]] = []
        span, started, told = self.until - self.begin, time.monotonic(), 0
        for key in range(1, self.conversations + 1):
            at = self.begin + span * ((key - self.rng.random()) / self.conversations) ** 0.7  # a desk that grows
            self.begun[key] = at
            while live and live[0][0] <= at:
                self._go_on(live)
            heapq.heappush(live, (at, key, Talk(self, key, at).story()))
            if key % max(1, self.conversations // 20) == 0 and time.monotonic() - told > 5:
                told = time.monotonic()
                print(f"  {key:>9,} conversations, {self._messages:,} messages, {told - started:.0f} s", flush=True)
        while live:
            self._go_on(live)
        self.people()
        for table in self.tables.values():
            table.flush()

    def _go_on(self, live: list[tuple[float, int, Iterator[float]]]) -> None:
        _at, key, story = live[0]
        following = next(story, None)
        if following is None:
            heapq.heappop(live)
        else:
            heapq.heapreplace(live, (following, key, story))


REFERENCE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def furnish() -> None:
    """The team, the doors and the tags: as many on a small desk as on a large one. Agent 1 is an owner, 2 is bound to the rare inbox."""
    from yavar.base import clock
    from yavar.base.db import transaction
    from yavar.base.events import Actor
    from yavar.channels.chat import ChatConfig
    from yavar.conversations.setup import add_inbox, make_tag
    from yavar.desk.models import Brand
    from yavar.people.models import Agent, Grant, Team
    from yavar.people.team.actions import add_agent

    brand = Brand.objects.create(name={"en": "Nila Coffee", "fa": "قهوهٔ نیلا", "ru": "Кофе «Нила»"}, locale="fa")
    with transaction():
        for number in range(1, INBOXES + 1):
            add_inbox(
                brand,
                "chat",
                "Rare" if number == INBOXES else f"Inbox {number}",
                ChatConfig(ask_name="off", ask_email="off"),
                secret="a secret of the shop, long enough",
            )
        owner = add_agent(email="agent1@nila.example", name="Agent 1", password=PASSWORD, role="owner", by=Actor("system"))
        Agent.objects.bulk_create(
            Agent(email=f"agent{n}@nila.example", name=f"Agent {n}", password=owner.password, hue=n % 6 + 1, created_at=clock.now())
            for n in range(2, AGENTS + 1)
        )
        inboxes = {2: INBOXES, 3: 1}
        Grant.objects.bulk_create(
            Grant(agent_id=n, role="agent", scope="inbox" if n in inboxes else "desk", scope_id=inboxes.get(n, 0), sees={4: "own", 5: "team"}.get(n, "all"))
            for n in range(2, AGENTS + 1)
        )
        for number in range(1, TEAMS + 1):
            Team.objects.create(name=f"Team {number}").members.set(range(number, AGENTS + 1, TEAMS))
        for number in range(1, TAGS + 1):
            make_tag(f"tag {number}")


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(prog="bench/run million", description=__doc__)
    options.add_argument("--conversations", type=int, default=1_000_000)
    options.add_argument("--data", type=Path, required=True, help="data folder of the desk to be; its database must be empty")
    options.add_argument("--database", default="", help="postgresql://… instead of SQLite")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--until", type=datetime.fromisoformat, default=datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0))
    given = options.parse_args(arguments)
    open_desk(given.data, given.database)
    from bench.bulk import loading
    from yavar.config.run import migrate
    from yavar.conversations.models import Conversation

    started = time.monotonic()
    migrate()
    if Conversation.objects.exists():
        raise SystemExit(f"{given.data}: this desk has conversations already")
    furnish()
    desk = Desk(given.conversations, given.seed, given.until.replace(tzinfo=given.until.tzinfo or UTC))
    assert words.sample([language.text() for language in desk.languages.values() for _ in range(200)])
    with loading():
        desk.write()
        print(f"  rows written in {time.monotonic() - started:.0f} s; now the indexes", flush=True)
    print(", ".join(f"{table.written:,} {name}" for name, table in desk.tables.items() if name != "words") + f" in {time.monotonic() - started:.0f} s")


def open_desk(data: Path, database: str = "") -> None:
    """Django on the desk in this folder."""
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {"YAVAR_DATA": str(data), "DJANGO_SETTINGS_MODULE": "yavar.config.settings"} | ({"YAVAR_DATABASE": database} if database else {})
    import django

    django.setup()
