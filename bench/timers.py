"""`bench/run timers`: a million open promises, a thousand of them due in the same second, beside people who chat: how late each acts."""

import argparse
import random
import secrets
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from bench import load, million
from bench.__main__ import Desk, messages, rows, told

AHEAD = 45  # seconds from the question to the promised answer: enough to prepare a thousand


def crowd(number: int) -> None:
    """Open conversations that wait for an answer which is due in some days, each with its timer."""
    from bench import bulk
    from yavar.base import clock, ids
    from yavar.base.db import sql
    from yavar.conversations.models import Conversation, Inbox
    from yavar.flow.sla.models import Timer
    from yavar.people.customers.actions import open_session

    inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
    customer = open_session(secrets.token_urlsafe(32), brand=inbox.brand.public_id, inbox=inbox.public_id, lang="en", page="", name="Crowd").customer
    first = (Conversation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    names = (
        "id",
        "public_id",
        "reference",
        "inbox",
        "customer",
        "last_at",
        "created_at",
        "waiting_since",
        "due_at",
        "due_from",
        "due_kind",
        "event_seq",
        "seq",
    )
    timer = ("conversation", "kind", "cycle", "target", "left", "since", "due_at", "next_at", "started_at")
    rng, now = random.Random(1), clock.now()
    with bulk.loading():
        talks, timers = bulk.Table.of(Conversation, *names), bulk.Table.of(Timer, *timer)
        at = sql.moment(now)
        for n in range(number):
            due = sql.moment(now + timedelta(days=1, seconds=rng.randrange(10**6)))
            key = first + n
            talks.add((key, ids.public_id(), f"{n:08X}", inbox.pk, customer.pk, at, at, at, due, at, "first", 1, 1))
            timers.add((key, "first", 1, 86400, 86400.0, at, due, due, at))
        talks.flush()
        timers.flush()


def due_together(number: int) -> tuple[int, int, float]:
    """Conversations whose first answer is due in the same second, made as they are made; the first and last key, and when (epoch seconds)."""
    from yavar.base import clock
    from yavar.base.events import SYSTEM
    from yavar.config.wiring import wire
    from yavar.conversations.models import Inbox
    from yavar.conversations.receive import Inbound, begin
    from yavar.flow.sla.actions import add_policy, order_policies
    from yavar.flow.sla.course import advance
    from yavar.flow.sla.models import Timer
    from yavar.flow.sla.terms import Match, Step, Targets, Terms
    from yavar.people.customers.actions import open_session

    wire()
    inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
    policy = add_policy(f"Bench {secrets.token_hex(3)}", Terms(Match(), Targets(first=AHEAD), (Step(0, "alarm"), Step(0, "priority", to="urgent"))), by=SYSTEM)
    order_policies([policy], by=SYSTEM)
    customer = open_session(secrets.token_urlsafe(32), brand=inbox.brand.public_id, inbox=inbox.public_id, lang="en", page="", name="Storm").customer
    at, mark, keys = clock.now(), secrets.token_hex(4), []
    for n in range(number):
        said = begin(f"{mark}-{n}", lambda n=n: Inbound(inbox.pk, customer.pk, None, f"{mark}-client-{n}", "Hello", (), "en", at))
        keys.append(said.conversation_id)
        advance([said.conversation_id], at)
    due = set(Timer.objects.filter(conversation__gte=keys[0], conversation__lte=keys[-1], kind="first").values_list("due_at", flat=True))
    assert len(due) == 1, due
    return keys[0], keys[-1], due.pop().timestamp()


def storm(desk: Desk, number: int, label: str) -> None:
    """Chat beside it from five seconds before until all have acted; how late each fact was, and what the chat felt."""
    from yavar.base.events.models import Event

    first, last, due = due_together(number)
    visitors, found, stop = desk.visitors(100), [], threading.Event()

    def chat() -> None:
        while not stop.is_set():
            found.append(load.run(desk.port, 10, 1, messages(visitors, 10), warm=0.1, pause=0.1))

    time.sleep(max(0.0, due - time.time() - 5))
    thread = threading.Thread(target=chat)
    thread.start()
    acted = Event.objects.filter(name="promise.missed", subject_kind="conversation", subject_id__gte=first, subject_id__lte=last)
    while acted.count() < number and time.time() < due + 60:
        time.sleep(0.1)
    stop.set()
    thread.join()
    late = sorted(at.timestamp() - due for at in acted.values_list("at", flat=True))
    p50, worst = late[len(late) // 2], late[-1]
    told(
        f"{label}: {len(late):,} due in one second, how late each acts",
        f"p50 {p50:.2f} s, worst {worst:.2f} s",
        "p50 ≤ 1 s, worst ≤ 3 s",
        p50 <= 1 and worst <= 3 and len(late) == number,
    )
    seconds = sorted(second for each in found for second in each.seconds)
    p99 = seconds[int(len(seconds) * 0.99)] * 1000
    told(f"{label}: chat POSTs meanwhile", f"{len(seconds):,}, p50 {seconds[len(seconds) // 2] * 1000:.1f} ms, p99 {p99:.1f} ms", "p99 ≤ 50 ms", p99 <= 50)


def raw(number: int) -> None:
    """The same writes bare: one row changed and two written for each, fifty to a transaction."""
    from yavar.base.db import run, sql, transaction

    run("CREATE TABLE bench_raw (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
    began = time.perf_counter()
    for start in range(0, number, 50):
        with transaction():
            for n in range(start, min(start + 50, number)):
                run(sql.text("INSERT INTO bench_raw (id, a, b) VALUES (?, 'x', 'y')"), (2 * n,))
                run(sql.text("INSERT INTO bench_raw (id, a, b) VALUES (?, 'x', 'y')"), (2 * n + 1,))
                run(sql.text("UPDATE bench_raw SET a = 'z' WHERE id = ?"), (2 * n,))
    told(f"the same number of bare writes, {number:,} times three", f"{time.perf_counter() - began:.2f} s", "printed", None)


def main(arguments: list[str]) -> None:
    """Measure on a desk that is thrown away."""
    options = argparse.ArgumentParser(prog="bench/run timers", description=__doc__)
    options.add_argument("--timers", type=int, default=1_000_000, help="open promises that are not due")
    options.add_argument("--due", type=int, default=1_000, help="those that are, in the same second")
    options.add_argument("--database", default="", help="an empty database on PostgreSQL")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="yavar-bench-") as name:
        desk = Desk(Path(name) / "desk", given.database)
        with desk.run():
            million.open_desk(desk.folder, given.database)
            raw(given.due)
            storm(desk, given.due, "few open promises")
        began = time.perf_counter()
        crowd(given.timers)
        print(f"{given.timers:,} open promises written in {time.perf_counter() - began:.0f} s")
        with desk.run():
            storm(desk, given.due, f"{given.timers:,} open promises")
    print("\n| What | Measured | Target | |\n|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
