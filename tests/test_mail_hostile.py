"""Hostile mails sent to a running desk: each becomes a message or waits in quarantine within seconds, and the good mail behind it arrives as if nothing was."""

import contextlib
import json
import smtplib
import threading
import time

import psutil
import pytest

from tests.desk import Desk
from tests.hostile import mails, plain

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(180)]
SECONDS, MEMORY = 10.0, 256
TOLD = """
import json
from dataclasses import asdict
from yavar.channels import ledger
from yavar.channels.models import Receipt
from yavar.conversations.models import Message
account = ledger.account()
good = Receipt.objects.filter(subject="good").order_by("pk").values_list("message__text", flat=True)
errors = list(Receipt.objects.exclude(error="").values_list("reason", "error"))
stored = Message.objects.filter(attachment__isnull=False, conversation__inbox__kind="email").values_list("attachment__file__name", "attachment__file__size")
print(json.dumps({"account": asdict(account), "balanced": account.balanced, "good": [text.strip() for text in good], "errors": errors, "files": dict(stored)}))
"""
QUARANTINED = {
    "empty": "no_sender", "only a body": "no_sender", "depth": "depth", "mails in mails": "depth", "parts": "parts", "boundaries": "parts", "content type": "headers",
    "no parameter": "headers", "ourselves": "own_address", "addresses": "headers", "headers": "headers", "colons": "no_sender", "encoded rubbish": "no_sender",
    "at signs": "no_sender", "long address": "no_sender", "5 kB of parentheses": "no_sender", "64 kB of parentheses": "no_sender",
}  # fmt: skip


def children(desk, *, readers):
    """The desk's processes: those that read mail, or all others."""
    found = []
    for each in psutil.Process(desk.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if ("yavar.base.child" in each.cmdline()) == readers:
                found.append(each.pid)
    return set(found)


class Watch(threading.Thread):
    """Which processes read mail, and the most memory that one of them ever had, in MB."""

    def __init__(self, desk):
        super().__init__(daemon=True)
        self._desk, self.most, self.seen, self._stop_it = desk, 0, set(), threading.Event()

    def run(self):
        while not self._stop_it.wait(0.05):
            now = children(self._desk, readers=True)
            self.seen |= now
            for pid in now:
                with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as told:
                    self.most = max([self.most, *(int(line.split()[1]) // 1024 for line in told if line.startswith("VmHWM"))])

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self._stop_it.set()
        self.join()


def send(desk, raw):
    with smtplib.SMTP("127.0.0.1", desk.smtp, timeout=30) as line:
        line.sendmail("mallory@evil.example", ["support@nila.example"], raw)


@pytest.fixture
def desk(tmp_path):
    running = Desk(tmp_path).start()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            smtplib.SMTP("127.0.0.1", running.smtp).quit()
            break
        time.sleep(0.05)
    try:
        yield running
    finally:
        running.stop()


def settled(rows, after):
    """The two receipts that came since, once somebody has read both."""
    until, found = time.monotonic() + SECONDS, []
    while time.monotonic() < until:
        found = rows(f"SELECT id, state, reason, outcome FROM channels_receipt WHERE id > {after} ORDER BY id")
        if len(found) == 2 and all(each[1] != "received" for each in found):
            return found
        time.sleep(0.03)
    raise AssertionError(f"not read within {SECONDS} s: {found}")


def test_no_mail_hurts_the_next_one(desk):
    fates, last = {}, 0
    before = children(desk, readers=False)
    with desk.database() as rows, Watch(desk) as watch:
        for name, raw in mails().items():
            send(desk, raw)
            send(desk, plain(f"after {name}", sender="Maryam <maryam@shop.example>").replace(b"hostile", b"good"))
            (_key, _state, reason, outcome), good = settled(rows, last)
            assert good[1:] == ("routed", "", "message"), f"the mail after {name}: {good}"
            fates[name], last = reason or outcome, good[0]
    told = json.loads(desk.python(TOLD).splitlines()[-1])
    assert {name: fate for name, fate in fates.items() if fate not in ("message", "bounce")} == QUARANTINED, told["errors"]
    assert told["good"] == [f"after {name}" for name in mails()]
    assert told["balanced"] and told["account"]["waiting"] == told["account"]["refused"] == 0 and told["account"]["fetched"] == 2 * len(mails())
    assert told["files"]["bomb.zip"] < 200_000 and told["files"]["bomb.gz"] < 200_000, "stored, never unpacked"
    assert len(watch.seen) == 1, "one reader read them all: it never died"
    assert watch.most < MEMORY
    assert children(desk, readers=False) == before and desk.health()["status"] == "ok"
