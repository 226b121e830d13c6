"""`bench/run mails`: what a mail costs in processor time, how steadily a heap of them drains beside people who chat, and how soon one that a mail server pushes is here."""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from bench import load, million, words
from bench.__main__ import Desk, messages, rows, told
from bench.cpu import spent

AT_ONCE = 50  # mails of one transaction, as a poll brings them
Ask = Callable[[str], Any]


def letters(number: int, size: int = 10_000) -> list[bytes]:
    """Mails of about `size` bytes: text and page in three languages, a quote, each of somebody else."""
    from yavar.integrations.channels.email.testing import mail

    rng, spoken = random.Random(9), {name: each.split() for name, each in words.COMMON.items()}
    made = []
    for n in range(number):
        said = spoken[rng.choice(list(spoken))]
        lines = [" ".join(rng.choices(said, k=12)) for _ in range(20)]
        page = "".join(f'<p dir="auto" style="margin:0">{line}</p>' for line in lines)
        raw = mail(f"number {n}", sender=f"Customer {n} <c{n}@shop.example>", subject=f"Order {n}", Message_ID=f"<bench-{n}@shop.example>").decode()
        head = raw.partition("\n\n")[0].replace("Content-Type: text/plain", 'Content-Type: multipart/alternative; boundary="b"\nX-Was: text/plain')
        text = "\n".join([*lines, "", "On Mon, 23 Nov 2026 at 10:00, Sara <support@nila.example> wrote:", *(f"> {line}" for line in lines)])
        plain = f"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
        whole = f"{head}\n\n{plain}--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{page}"
        made.append((whole + " " * max(0, size - len(whole.encode()) - 7) + "\n--b--\n").encode())
    return made


def parse_only(raws: list[bytes]) -> float:
    """What reading alone costs, in the child with the way there and back; the processor's seconds a mail."""
    from yavar.base.child import Child
    from yavar.integrations.channels.email.understand import CHILD

    child = Child(CHILD)
    child.call(raws[0])
    before = spent(psutil.Process())
    for raw in raws:
        child.call(raw)
    took = spent(psutil.Process()) - before
    child.close()
    told(f"parse only, mails of {len(raws[0]) // 1000} kB", f"{1000 * took / len(raws):.2f} ms, {len(raws) / took:,.0f}/s a core", "printed", None)
    return took / len(raws)


def store_only(inbox: Any, raws: list[bytes]) -> float:
    """Raw into the ledger; the processor's seconds of this process."""
    from yavar.channels import ledger
    from yavar.integrations.channels.email.channel import MIME
    from yavar.integrations.channels.email.keys import key_of

    before, started = sum(psutil.Process().cpu_times()[:2]), time.perf_counter()
    for at in range(0, len(raws), AT_ONCE):
        ledger.take_in(inbox, [ledger.Came(key_of(raw), raw, "bench") for raw in raws[at : at + AT_ONCE]], mime=MIME)
    took = sum(psutil.Process().cpu_times()[:2]) - before
    wall = time.perf_counter() - started
    told(
        "raw into the ledger, fsynced",
        f"{1000 * took / len(raws):.2f} ms, {len(raws) / took:,.0f}/s a core, {len(raws) / wall:,.0f}/s on the clock",
        "printed",
        None,
    )
    return took


def waiting() -> int:
    """Mails that nobody has read yet."""
    from yavar.channels.models import Receipt

    return Receipt.objects.filter(state="received").count()


def drained(number: int) -> list[float]:
    """Wait until nothing waits; the rate of each tenth."""
    began, rates, marks = time.perf_counter(), [], [number * (9 - n) // 10 for n in range(10)]
    last = began
    while marks:
        left = waiting()
        while marks and left <= marks[0]:
            now = time.perf_counter()
            rates.append(number / 10 / max(now - last, 0.001))
            last = now
            marks.pop(0)
        time.sleep(0.1)
    return rates


def whole_way(inbox: Any, server: psutil.Process, raws: list[bytes], parse: float) -> None:
    """Store and read, all processes together, until the worker has nothing left to do: customers, conversations, messages, facts, and all of it findable."""
    from bench.cpu import rest

    before = spent(server)
    stored = store_only(inbox, raws)
    drained(len(raws))
    rest()
    took = spent(server) - before + stored
    both = parse + stored / len(raws)
    told("parse and store", f"{1000 * both:.2f} ms, {1 / both:,.0f}/s a core", "≥ 300/s a core", both <= 1 / 300)
    rate = len(raws) / took
    told(f"store, parse, settle and index {len(raws):,} mails", f"{1000 * took / len(raws):.2f} ms of all processes, {rate:,.0f}/s a core", "printed", None)


def heap(inbox: Any, desk: Desk, raws: list[bytes]) -> None:
    """A heap drains while a hundred people chat, about a hundred messages a second in all."""
    store_only(inbox, raws)
    visitors = desk.visitors(100)
    found: list[load.Result] = []
    number = waiting()
    stop = threading.Event()

    def chat() -> None:
        while not stop.is_set():
            found.append(load.run(desk.port, 10, 5, messages(visitors, 10), warm=0.1, pause=0.1))

    thread = threading.Thread(target=chat)
    thread.start()
    rates = drained(number)
    stop.set()
    thread.join()
    seconds = sorted(second for each in found for second in each.seconds)
    p99 = seconds[int(len(seconds) * 0.99)] * 1000
    shown = ", ".join(f"{rate:.0f}" for rate in rates)
    steady = min(rates[1:-1]) >= max(rates[1:-1]) / 2
    told(f"a heap of {number:,} mails beside 100 chat messages a second, mails/s of each tenth", shown, "slowest ≥ half the fastest", steady)
    told("their POSTs meanwhile", f"{len(seconds):,}, p50 {seconds[len(seconds) // 2] * 1000:.1f} ms, p99 {p99:.1f} ms", "p99 ≤ 50 ms", p99 <= 50)


def pushed(inbox: Any) -> None:
    """A mail is put into a mailbox at Dovecot; until it is a conversation."""
    from tests.mailserver import PASSWORD, available, mail_server
    from yavar.base.events import Actor
    from yavar.channels.models import Receipt
    from yavar.integrations.channels.email.actions import Settings, add_mailbox
    from yavar.integrations.channels.email.models import Mailbox
    from yavar.integrations.channels.email.testing import mail

    if missing := available():
        print(f"pushed mail is not measured: {missing}")
        return
    with mail_server() as server:
        given = Settings(protocol="imap", host="127.0.0.1", port=server.imap, security="none", user="push@shop.test", secret=PASSWORD)
        box = add_mailbox(inbox, given, by=Actor("system"))
        while not Mailbox.objects.get(pk=box.pk).polled_at:
            time.sleep(0.1)
        time.sleep(1)
        seconds = []
        for n in range(30):
            server.put(mail(f"pushed {n}", subject=f"pushed {n}"), user="push@shop.test")
            began = time.perf_counter()
            while not Receipt.objects.filter(subject=f"pushed {n}", state="routed").exists():
                time.sleep(0.005)
            seconds.append(time.perf_counter() - began)
            time.sleep(random.Random(n).uniform(0.1, 0.5))
    seconds.sort()
    p50, p99 = seconds[15] * 1000, seconds[-1] * 1000
    told("a mail pushed by IMAP IDLE until it is in the inbox, 30 times", f"p50 {p50:.0f} ms, longest {p99:.0f} ms", "≤ 1 s", p99 <= 1000)


def leaving(inbox: Any, server: psutil.Process, number: int) -> None:
    """Replies leave to a server on this machine, each composed, sent over a kept line and written down; against that server taking mails as fast as it can."""
    from yavar.base import clock
    from yavar.base.db import transaction
    from yavar.channels import delivery
    from yavar.channels.intake import InboundMessage, Person, deliver
    from yavar.config.wiring import wire
    from yavar.conversations import actions
    from yavar.conversations.deliveries import Recipient
    from yavar.conversations.models import Delivery, Message
    from yavar.integrations.channels.email.models import Outlet
    from yavar.integrations.channels.email.sending.testing import sink
    from yavar.people.models import Agent

    wire()
    agent = Agent.objects.order_by("pk")[0]
    with sink() as sinking:
        Outlet.objects.update_or_create(
            inbox=inbox, defaults={"host": "127.0.0.1", "port": sinking.port, "security": "none", "created_at": clock.now(), "version": 99}
        )
        raw = raw_limit(sinking.port)
        with transaction():
            for n in range(number):
                asked = deliver(
                    InboundMessage(inbox_id=inbox.pk, key=f"out-{n}", sender=Person("email", f"out{n}@shop.example"), text=f"question {n}", at=clock.now())
                )
                said = actions.reply(
                    asked.conversation_id, by=agent, client_id=f"reply-{n:06d}", text="It left this morning, and will be with you tomorrow by noon. " * 5
                )
                customer = Message.objects.get(pk=asked.message_id).conversation.customer_id
                delivery.hand_out(Message.objects.get(pk=said.message_id), [Recipient(customer, f"out{n}@shop.example")], inbox)
        before, began = spent(server), time.perf_counter()
        while (left := Delivery.objects.exclude(state="sent").count()) and time.perf_counter() - began < 120:
            time.sleep(0.1)
        wall, took = time.perf_counter() - began, spent(server) - before
    rate = (number - left) / wall
    told(
        f"{number:,} replies leave to a server on this machine",
        f"{rate:,.0f}/s on the clock, {1000 * took / number:.1f} ms of all processes each; bare smtplib over one line {raw:,.0f}/s, {rate / raw:.2f} of it",
        "≥ 100/s",
        rate >= 100,
    )


def raw_limit(port: int, number: int = 500) -> float:
    """Mails a second from one bare line."""
    import smtplib

    raw = letters(1)[0]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for _ in range(number):
            line.sendmail("a@shop.example", ["b@shop.example"], raw)
    return number / (time.perf_counter() - began)


def main(arguments: list[str]) -> None:
    """Measure on a desk that is thrown away."""
    options = argparse.ArgumentParser(prog="bench/run mails", description=__doc__)
    options.add_argument("--mails", type=int, default=10_000, help="size of the heap")
    options.add_argument("--only", default="", help="cost, out, heap, push")
    options.add_argument("--database", default="", help="an empty database on PostgreSQL")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="yavar-bench-") as name:
        folder = Path(name)
        desk = Desk(folder / "desk", given.database)
        with desk.run() as server:
            million.open_desk(desk.folder, given.database)
            from yavar.conversations.models import Inbox

            inbox = Inbox.objects.filter(kind="email").order_by("pk")[0]
            if given.only in ("", "cost"):
                raws = letters(2_500)
                whole_way(inbox, server, raws[500:], parse_only(raws[:500]))
            if given.only in ("", "out"):
                leaving(inbox, server, 2_000)
            if given.only in ("", "push"):
                pushed(inbox)
            if given.only in ("", "heap"):
                heap(inbox, desk, letters(given.mails + 2_500)[2_500:])
    print("\n| What | Measured | Target | |\n|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
