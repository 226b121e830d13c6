"""Mail through all doors while the desk is killed again and again: none lost, none doubled, order kept."""

import imaplib
import json
import os
import random
import smtplib
import threading
import time

import pytest

from tests.desk import Desk
from tests.mailserver import PASSWORD, available, mail_server
from yavar.integrations.channels.email.testing import mail

MAILS = int(os.environ.get("YAVAR_TEST_MAILS", "500"))
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(420 + MAILS // 10), pytest.mark.skipif(bool(available()), reason=available())]
TALKS = 10
SETUP = """
import json, sys
from yavar.config.wiring import wire
wire()
from yavar.base.events import Actor
from yavar.channels import threads
from yavar.conversations.models import Inbox
from yavar.integrations.channels.email.actions import Settings, add_mailbox
from yavar.integrations.channels.email.testing import arrives, mail
from yavar.conversations.models import Conversation
by, inbox = Actor("system"), Inbox.objects.get(kind="email")
for protocol, port in (("imap", %d), ("pop3", %d)):
    add_mailbox(inbox, Settings(protocol=protocol, host="127.0.0.1", port=port, security="none", user=f"{protocol}@shop.test", secret=%r, start="all"), by=by)
tokens = []
for n in range(%d):
    arrives(inbox, mail(f"begin {n}", sender=f"c{n}@shop.example"))
    talk = Conversation.objects.order_by("-pk")[0]
    tokens.append(threads.issue(talk.pk, talk.customer_id))
print(json.dumps(tokens))
"""
COUNT = """
import json
from yavar.channels import ledger
from yavar.conversations.models import Message
account = ledger.account()
found = [[m.conversation_id, m.text.strip()] for m in Message.objects.filter(conversation__inbox__kind="email", author__startswith="customer:").order_by("conversation", "seq")]
print(json.dumps({"found": found, "waiting": account.waiting, "balanced": account.balanced, "quarantined": account.quarantined, "refused": account.refused}))
"""


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def test_nothing_is_lost_or_doubled_while_the_desk_is_killed(tmp_path, server):
    desk = Desk(tmp_path).start()
    desk.stop()
    tokens = json.loads(desk.python(SETUP % (server.imap, server.pop3, PASSWORD, TALKS)).splitlines()[-1])
    rng = random.Random(4)
    ways = {"imap": [], "pop3": [], "smtp": []}
    for n in range(MAILS):
        talk, way = rng.randrange(TALKS), rng.choice(list(ways))
        raw = mail(f"{way} {n}", sender=f"c{talk}@shop.example", to=f"support+r.{tokens[talk]}@nila.example", Message_ID=f"<fault-{n}@shop.example>")
        ways[way] += [raw, raw] if rng.random() < 0.05 else [raw]
    feeders = [threading.Thread(target=feed_mailbox, args=(server, way, ways[way])) for way in ("imap", "pop3")] + [
        threading.Thread(target=feed_smtp, args=(desk, ways["smtp"]))
    ]
    try:
        desk.start()
        for feeder in feeders:
            feeder.start()
        for _ in range(4):
            time.sleep(2)
            desk.kill_all()
            desk.start()
        for feeder in feeders:
            feeder.join(timeout=200 + MAILS // 20)
        counted = wait_until_all_is_here(desk)
    finally:
        desk.stop()
    found = counted["found"]
    said = [text for _talk, text in found if not text.startswith("begin")]
    assert len(said) == len(set(said)), "doubled"
    assert set(said) == {f"{way} {n}" for way, raws in ways.items() for n in numbers(raws)}, "lost"
    assert counted["balanced"] and not counted["quarantined"] and not counted["refused"]
    places = {way: places_in(server, f"{way}@shop.test") for way in ("imap", "pop3")}  # as the mail server numbered them, which is not always as they came
    last = {}
    for talk, text in found:
        way, number = text.split()
        place = places.get(way, {}).get(int(number), int(number))
        assert last.get((talk, way), -1) < place, "order"
        last[talk, way] = place


def numbers(raws):
    return {int(raw.split(b"<fault-")[1].split(b"@")[0]) for raw in raws}


def places_in(server, user):
    """Where each mail stands in a mailbox."""
    line = imaplib.IMAP4("127.0.0.1", server.imap)
    line.login(user, PASSWORD)
    line.select("INBOX", readonly=True)
    heads = [part[1] for part in line.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1] if isinstance(part, tuple)]
    line.logout()
    return {int(head.split(b"<fault-")[1].split(b"@")[0]): place for place, head in reversed(list(enumerate(heads)))}


def feed_mailbox(server, way, raws):
    for start in range(0, len(raws), 20):
        server.put(*raws[start : start + 20], user=f"{way}@shop.test")
        time.sleep(0.2)


def feed_smtp(desk, raws):
    """As a mail server does: what was not answered 250 is sent again."""
    waiting = list(raws)
    while waiting:
        try:
            with smtplib.SMTP("127.0.0.1", desk.smtp, timeout=5) as line:
                while waiting:
                    line.sendmail("c@shop.example", ["support@nila.example"], waiting[0])
                    waiting.pop(0)
                    time.sleep(0.02)
        except (OSError, smtplib.SMTPException):
            time.sleep(0.2)


def wait_until_all_is_here(desk, seconds=120 + MAILS // 20):
    until, counted = time.monotonic() + seconds, {}
    while time.monotonic() < until:
        counted = json.loads(desk.python(COUNT).splitlines()[-1])
        if len({text for _talk, text in counted["found"]}) == MAILS + TALKS and not counted["waiting"]:
            return counted
        time.sleep(2)
    return counted
