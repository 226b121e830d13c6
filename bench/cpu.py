"""`bench/run cpu`: what an answer over HTTP costs in processor time, all processes of the desk together, until the worker's queue is empty again."""

import argparse
import itertools
import json
import random
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench import load, million, words
from bench.__main__ import process
from tests.ports import free_port

# name -> (method, address, body, most milliseconds); what stands in braces differs from request to request
ROUTES: dict[str, tuple[str, str, dict[str, object] | None, float]] = {
    "list": ("GET", "/api/v1/conversations?view=all&tab=open", None, 5),
    "next page": ("GET", "/api/v1/conversations?view=all&tab=done&before={before}", None, 5),
    "counts": ("GET", "/api/v1/conversations/counts", None, 5),
    "conversation": ("GET", "/api/v1/conversations/{conversation}", None, 6),
    "search": ("GET", "/api/v1/search?q={word}", None, 6),
    "reply": ("POST", "/api/v1/conversations/{conversation}/messages", {"text": "{text}", "client_id": "{key}"}, 2.5),
    "create": (
        "POST",
        "/api/v1/conversations",
        {"inbox": "{inbox}", "customer": {"name": "Maryam Karimi", "email": "{key}@shop.example"}, "text": "{text}", "client_id": "{key}"},
        2.5,
    ),
}
CLIENTS = 1  # more would also measure how threads of one interpreter wait for each other


class Script:
    """Requests on one desk, ready to send."""

    def __init__(self) -> None:
        from yavar.base.events import Actor
        from yavar.conversations.models import Conversation, Inbox
        from yavar.flow.sla.course import advance
        from yavar.people.models import Agent
        from yavar.people.team.tokens import make_token
        from yavar.web.api.reading import place

        rng = random.Random(5)
        last = Conversation.objects.order_by("-pk").values_list("pk", flat=True)[0]
        picked = [rng.randint(1, last) for _ in range(2000)]
        self._conversations = list(Conversation.objects.filter(pk__in=picked).values_list("public_id", flat=True))
        self._places = [place(c.last_at, c.public_id) for c in Conversation.objects.filter(pk__in=picked[:500])]
        for start in range(0, len(picked), 50):  # their promises have a beginning, as everywhere but on a desk that was made: it is no answer's
            advance(picked[start : start + 50])
        self._inbox = Inbox.objects.order_by("pk")[0].public_id
        self._words = [word for each in words.COMMON.values() for word in each.split()[10:40] if word.isascii()]
        self._text = " ".join(words.COMMON["en"].split()[:18])
        _made, self._token = make_token(Agent.objects.get(pk=1), f"bench {secrets.token_hex(4)}", ["all"], by=Actor("system"))

    def requests(self, name: str) -> Iterator[bytes]:
        """Of one route, without end."""
        method, address, body, _most = ROUTES[name]
        head = f"Authorization: Bearer {self._token}\r\n"
        form = json.dumps(body) if body else ""
        for conversation, place, word in zip(itertools.cycle(self._conversations), itertools.cycle(self._places), itertools.cycle(self._words), strict=False):
            known = {"conversation": conversation, "before": place, "word": word, "inbox": self._inbox, "text": self._text, "key": secrets.token_hex(8)}
            path, filled = address, form
            for key, value in known.items():
                path, filled = path.replace(f"{{{key}}}", value), filled.replace(f"{{{key}}}", value)
            yield load.post(path, filled.encode(), head) if method == "POST" else f"{method} {path} HTTP/1.1\r\nHost: desk\r\n{head}\r\n".encode()


def spent(server: psutil.Process) -> float:
    """Processor seconds of the desk's processes so far."""
    return sum(sum(each.cpu_times()[:2]) for each in [server, *server.children(recursive=True)])


def rest() -> None:
    """Wait until nothing is due."""
    from yavar.base import clock
    from yavar.base.jobs.models import Job

    while Job.objects.filter(state="ready", due_at__lte=clock.now()).exists():
        time.sleep(0.2)


def settle(server: psutil.Process) -> None:
    """Wait until a desk that has just started has done what it does once a day or at every start: that is no answer's. Raises RuntimeError when it never rests."""
    rest()
    before = spent(server)
    for _look in range(60):
        time.sleep(2)
        now = spent(server)
        if now - before < 0.12:  # 6 % of a core
            return
        before = now
    raise RuntimeError("this desk does not come to rest")


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(prog="bench/run cpu", description=__doc__)
    options.add_argument("data", type=Path, help="folder of a desk made by `bench/run million`; what is written stays in it")
    options.add_argument("--database", default="")
    options.add_argument("--seconds", type=float, default=6)
    options.add_argument("--only", default="")
    given = options.parse_args(arguments)
    million.open_desk(given.data, given.database)
    from yavar.base.audit import seal

    seal()  # a desk that has stood for a while is sealed: else the worker would do that all the time
    script, port = Script(), free_port()
    settings = {"YAVAR_DATA": str(given.data), "YAVAR_PORT": str(port), "YAVAR_RATE": "0", **({"YAVAR_DATABASE": given.database} if given.database else {})}
    print("| Answer | CPU, all processes | at most | answers | p50 / p99 |\n|---|---|---|---|---|")
    with process("yavar", "serve", port=port, path="/health", **settings) as server:
        settle(server)
        for name, (_method, _address, _body, most) in ROUTES.items():
            if given.only not in name:
                continue
            load.run(port, CLIENTS, 1.0, lambda _n, name=name: script.requests(name), warm=0.5)
            rest()
            before = spent(server)
            result = load.run(port, CLIENTS, given.seconds, lambda _n, name=name: script.requests(name), warm=0.0)
            rest()
            each = (spent(server) - before) * 1000 / len(result.seconds)
            assert set(result.statuses) <= {200, 201}, (name, result.statuses)
            times = f"{result.percentile(0.5):.1f} / {result.percentile(0.99):.1f} ms"
            print(f"| {name} | {each:.2f} ms {'' if each <= most else '**over**'} | {most} ms | {len(result.seconds):,} | {times} |", flush=True)
