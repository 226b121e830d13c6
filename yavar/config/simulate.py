"""`yavar simulate`: visitors and an agent without browsers, against a running desk, over the same doors. It sends, repeats, loses its line,
and at the end asks the desk what it has: every acknowledged message once, in order, and nothing twice."""

import json
import random
import secrets
import threading
import time
from argparse import Namespace
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


class Refused(Exception):
    """The desk said no, and would again."""


@dataclass
class Line:
    """One keep-alive connection that is opened anew whenever it breaks."""

    url: str
    token: str = ""
    patience: float = 60.0  # how long an unreachable desk is tried again
    _connection: HTTPConnection | None = None

    def open(self, timeout: float = 10) -> HTTPConnection:
        """A fresh connection."""
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """One request, repeated until it is answered. Raises Refused for a 4xx, OSError when patience ends."""
        until = time.monotonic() + self.patience
        data = json.dumps(body).encode() if body is not None else None
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
        pause = 0.05
        while True:
            try:
                self._connection = self._connection or self.open()
                self._connection.request(method, path, data, sent)
                response = self._connection.getresponse()
                text = response.read()
                if response.status in (408, 425, 429) or response.status >= 500:
                    raise OSError(f"{response.status} {text[:200]!r}")
                if response.status >= 400:
                    raise Refused(f"{method} {path}: {response.status} {text[:300]!r}")
                return json.loads(text) if text else None
            except (OSError, HTTPException) as error:
                self._connection = None
                if time.monotonic() > until:
                    raise OSError(str(error)) from error
                time.sleep(pause * (0.5 + random.random()))
                pause = min(pause * 2, 1.0)


@dataclass
class Visitor:
    """A customer who writes, repeats half of what they sent, and listens."""

    desk: str
    inbox: str
    number: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    conversation: str | None = None
    acknowledged: list[tuple[str, int]] = field(default_factory=list)  # (client id, seq)
    heard: dict[int, str] = field(default_factory=dict)  # seq -> message id, from the stream
    doubled: int = 0
    seconds: list[float] = field(default_factory=list)
    stopped: bool = False

    def __post_init__(self) -> None:
        self.line = Line(self.desk, self.token)

    def begin(self) -> None:
        """Open the session and say the first thing."""
        self.line.ask("POST", f"/chat/{self.inbox}/session", {"token": self.token, "lang": "en", "name": f"Visitor {self.number}"})

    def say(self, text: str) -> None:
        """One message until it is acknowledged; every other one is sent again afterwards."""
        client_id = secrets.token_urlsafe(12)
        body: dict[str, object] = {"client_id": client_id, "conversation": self.conversation, "text": text, "files": []}
        started = time.monotonic()
        answer = self.line.ask("POST", "/chat/messages", body)
        self.seconds.append(time.monotonic() - started)
        self.conversation = answer["conversation"]["id"]
        self.acknowledged.append((client_id, answer["message"]["seq"]))
        if secrets.randbelow(2):
            again = self.line.ask("POST", "/chat/messages", body)
            self.doubled += again["message"]["seq"] != answer["message"]["seq"]

    def listen(self) -> None:
        """Follow the stream, from the last seq heard, until `stopped`."""
        while not self.stopped:
            try:
                self._follow()
            except (OSError, HTTPException, ValueError):
                time.sleep(0.1)

    def _follow(self) -> None:
        if self.conversation is None:
            time.sleep(0.05)
            return
        connection = self.line.open(timeout=12)
        query = urlencode({"conversation": self.conversation, "after": max(self.heard, default=0)})
        connection.request("GET", f"/chat/stream?{query}", headers={"Authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(response.status)
        event = ""
        while not self.stopped and (raw := response.readline()):
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == "message":
                message = json.loads(line[6:])
                self.heard[message["seq"]] = message["id"]
            elif line.startswith("data: ") and event == "resync":
                return

    def stored(self) -> list[dict[str, Any]]:
        """What the desk has of this conversation."""
        found: list[dict[str, Any]] = []
        more = self.conversation is not None
        while more:
            after = found[-1]["seq"] if found else 0
            page = self.line.ask("GET", f"/chat/messages?{urlencode({'conversation': self.conversation, 'after': after})}")
            found += page["messages"]
            more = page["more"]
        return found

    def check(self) -> list[str]:
        """What is wrong between what was acknowledged, what is stored and what was heard."""
        stored = self.stored()
        wrong = []
        ids = [m["client_id"] for m in stored]
        if [m["seq"] for m in stored] != list(range(1, len(stored) + 1)):
            wrong.append("the sequence has a gap")
        wrong += [f"lost {client_id}" for client_id, _seq in self.acknowledged if client_id not in ids]
        wrong += [f"stored twice {client_id}" for client_id in set(ids) if ids.count(client_id) > 1]
        mine = [m["client_id"] for m in stored if m["author"]["kind"] == "customer"]
        if mine != [client_id for client_id, _seq in self.acknowledged]:
            wrong.append("not in the order of sending")
        if self.doubled:
            wrong.append(f"{self.doubled} repeats were new messages")
        return [f"visitor {self.number}: {text}" for text in wrong]

    def unheard(self) -> int:
        """How many stored messages have not come through the stream."""
        return sum(m["seq"] not in self.heard for m in self.stored())


class Agent:
    """Someone of the team who answers whoever waits."""

    def __init__(self, desk: str, email: str, password: str) -> None:
        self.line, self.answered, self.stopped = Line(desk), 0, False
        page, cookie = self._page("GET", "/sign-in", {}, None)
        token = _between(page, 'name="csrfmiddlewaretoken" value="', '"')
        form = urlencode({"username": email, "password": password, "csrfmiddlewaretoken": token, "next": "/inbox"})
        _page, more = self._page("POST", "/sign-in", {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, form)
        if "yavar_session" not in more:
            raise Refused(f"{email} could not sign in")
        page, fresh = self._page("GET", "/inbox/all", {"Cookie": more}, None)
        self._headers = {"Cookie": f"{more}; {fresh}".strip("; "), "X-CSRFToken": _between(page, '"csrf":"', '"')}

    def _page(self, method: str, path: str, headers: dict[str, str], body: str | None) -> tuple[str, str]:
        connection = self.line.open()
        connection.request(method, path, body, headers)
        response: HTTPResponse = connection.getresponse()
        text = response.read().decode()
        return text, "; ".join(value.partition(";")[0] for name, value in response.getheaders() if name.lower() == "set-cookie")

    def answer_all(self) -> None:
        """Answer open conversations whose customer waits, until `stopped`."""
        while not self.stopped:
            for row in self.line.ask("GET", "/api/v1/conversations?view=all", headers=self._headers)["rows"]:
                if row["waiting_since"] and not self.stopped:
                    body = {"client_id": secrets.token_urlsafe(12), "text": "Thank you, I am looking at it.", "files": []}
                    self.line.ask("POST", f"/api/v1/conversations/{row['id']}/messages", body, self._headers)
                    self.answered += 1
            time.sleep(0.2)


def _between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


def run(desk: str, inbox: str, chats: int, messages: int, agent: Agent | None = None, pause: float = 0.05) -> tuple[list[Visitor], list[str]]:
    """Drive chats and check them. Answers the visitors and what is wrong."""
    visitors = [Visitor(desk, inbox, number) for number in range(1, chats + 1)]
    failures: list[str] = []

    def drive(visitor: Visitor) -> None:
        try:
            visitor.begin()
            for n in range(messages):
                visitor.say(f"Message {n + 1} of visitor {visitor.number}")
                time.sleep(pause * random.random())
        except (OSError, Refused) as error:
            failures.append(f"visitor {visitor.number}: {error}")

    listeners = [threading.Thread(target=visitor.listen, daemon=True) for visitor in visitors]
    writers = [threading.Thread(target=drive, args=(visitor,), daemon=True) for visitor in visitors]
    if agent is not None:
        threading.Thread(target=agent.answer_all, daemon=True).start()
    for thread in (*listeners, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    if agent is not None:
        agent.stopped = True
        time.sleep(0.5)
    failures += [text for visitor in visitors for text in visitor.check()]
    failures += _unheard(visitors)
    for visitor in visitors:
        visitor.stopped = True
    return visitors, failures


def _unheard(visitors: list[Visitor], patience: float = 20.0) -> list[str]:
    until = time.monotonic() + patience
    left = list(visitors)
    while left and time.monotonic() < until:
        left = [visitor for visitor in left if visitor.unheard()]
        time.sleep(0.1 if left else 0)
    return [f"visitor {visitor.number}: {visitor.unheard()} messages never came through the stream" for visitor in left]


def command(given: Namespace) -> int:
    """`yavar simulate`."""
    from yavar.conversations.models import Inbox

    inbox = given.inbox
    if not inbox:
        found = Inbox.objects.filter(kind="chat").order_by("pk").first()
        if found is None:
            print("yavar: this data folder has no chat inbox; give --inbox KEY.")
            return 1
        inbox = found.public_id
    agent = Agent(given.url, given.agent, given.password) if given.agent else None
    started = time.monotonic()
    visitors, failures = run(given.url, inbox, given.chats, given.messages, agent)
    took = time.monotonic() - started
    seconds = sorted(s for visitor in visitors for s in visitor.seconds)
    print(f"{len(visitors)} chats, {len(seconds)} messages acknowledged in {took:.1f} s, {agent.answered if agent else 0} answers")
    if seconds:
        print(f"acknowledged after p50 {seconds[len(seconds) // 2] * 1000:.1f} ms, p99 {seconds[int(len(seconds) * 0.99)] * 1000:.1f} ms")
    for text in failures:
        print(f"WRONG  {text}")
    print("every acknowledged message is there once, in order, and was heard" if not failures else f"{len(failures)} things are wrong")
    return 1 if failures else 0
