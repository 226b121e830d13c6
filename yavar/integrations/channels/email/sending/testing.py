"""An SMTP server for tests that misbehaves as told: slow, refusing, busy, vanishing, or silent after it took a mail."""

import base64
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from yavar.base.jobs import Outside


@dataclass
class Taken:
    """A mail that the server has."""

    sender: str
    recipient: str
    raw: bytes


@dataclass
class Sink:
    """What came, and how to answer: `answers` maps a command (MAIL, RCPT, DATA, END) to a function of its argument that answers a line, or None to vanish."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, Callable[[str], str | None]] = field(default_factory=dict)
    pause: float = 0.0  # seconds before each answer
    login: tuple[str, str] | None = None  # mechanism and the decoded response that lets one in; None: nobody has to sign in
    connections: int = 0

    def recipients(self) -> list[str]:
        """To whom, in the order in which it was taken."""
        return [each.recipient for each in self.taken]


class _Handler(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        self.sink.connections += 1
        sender = recipient = ""
        known = self.sink.login is None
        self._say("220 sink.example ESMTP")
        while line := self.rfile.readline():
            verb, _space, rest = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                self._say(f"250-sink.example\r\n250-SIZE 30000000\r\n250 AUTH {self.sink.login[0] if self.sink.login else ''}".rstrip())
            elif verb == "AUTH":
                known = self._sign_in(rest)
            elif not known:
                self._say("530 5.7.0 sign in first")
            elif verb == "QUIT":
                return self._say("221 bye")
            elif verb in ("RSET", "NOOP"):
                self._say("250 ok")
            elif verb in ("MAIL", "RCPT"):
                inside = rest.partition("<")[2].partition(">")[0]
                sender, recipient = (inside, recipient) if verb == "MAIL" else (sender, inside)
                if not self._answer(verb, inside, "250 ok"):
                    return None
            elif verb == "DATA":
                if not self._answer("DATA", recipient, "354 go on"):
                    return None
                if self.said.startswith("354") and not self._take(sender, recipient):
                    return None
            else:
                self._say("500 what?")
        return None

    def _sign_in(self, rest: str) -> bool:
        mechanism, _space, response = rest.partition(" ")
        good = (mechanism, base64.b64decode(response).decode()) == self.sink.login
        if not good and mechanism == "XOAUTH2":  # as Google does it: why, as a challenge, which the client answers with nothing
            self._say("334 " + base64.b64encode(b'{"status":"400"}').decode())
            self.rfile.readline()
        self._say("235 2.7.0 welcome" if good else "535 5.7.8 no")
        return good

    def _take(self, sender: str, recipient: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            return False
        answer = self.sink.answers.get("END")
        said = answer(recipient) if answer else "250 queued"
        if said is None or said.startswith("2"):
            self.sink.taken.append(Taken(sender, recipient, b"".join(lines)))
        if said is None:
            return False
        self._say(said)
        return True

    def _answer(self, verb: str, argument: str, usual: str) -> bool:
        answer = self.sink.answers.get(verb)
        said = answer(argument) if answer else usual
        if said is None:
            return False
        self.said = said
        self._say(said)
        return True

    def _say(self, line: str) -> None:
        time.sleep(self.sink.pause)
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    """A server on this machine."""
    found = Sink()
    handler = type("Handler", (_Handler,), {"sink": found})
    with _Server(("127.0.0.1", port), handler) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def send_all(outside: Outside | None = None, seconds: float = 20.0) -> None:
    """Do what the worker does with jobs that call outside, until nothing is under way or due."""
    outside, until = outside or Outside(), time.monotonic() + seconds
    while (outside.turn() or outside.under_way) and time.monotonic() < until:
        time.sleep(0.002)
