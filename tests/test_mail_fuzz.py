"""Thousands of mails broken at random, the same ones each time: the reader outlives all of them, and each is accounted for."""

import random

import pytest

from tests.hostile import file, letters, nested, plain, tnef
from yavar.base.child import Child
from yavar.channels import ledger
from yavar.channels.models import Receipt
from yavar.integrations.channels.email.testing import email_inbox, hand_in, mail, read_everything
from yavar.integrations.channels.email.understand import CHILD, decode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
NUMBER, WITH_DATABASE = 5_000, 300
BOUNCE = b"""From: MAILER-DAEMON@mx.example\r\nTo: support@nila.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r
--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; nobody@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@nila.example\r\nMessage-ID: <r.aaaaaaaaaaaaaaaaaaaaaaaaaa@nila.example>\r
Subject: Re: kettle\r\n\r\nhello\r\n--b--\r\n"""
ANSWER = b"""From: =?utf-8?b?2YXYsduM2YU=?= <maryam@shop.example>\r\nTo: Nila <support+r.abcdefghijklmnopqrstuvwxyz@nila.example>, a@b.example\r\nCc: "O'Hara, \\"Jo\\"" <jo@shop.example>\r
Subject: =?windows-1251?Q?Re:_=CF=F0=E8=E2=E5=F2?=\r\nDate: Wed, 25 Nov 2026 10:00:00 +0330 (Iran)\r\nMessage-ID: <1@shop.example>\r\nReferences: <a@b> <c@d>\r\nMIME-Version: 1.0\r
Content-Type: multipart/alternative;\r\n boundary*0=on;\r\n boundary*1=e\r\n\r\n--one\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r
\r\n=D8=B3=D9=84=D8=A7=D9=85 \r\nfine\r\n\r\nOn Mon, 23 Nov 2026 Sara wrote:\r\n> > older\r\n> old\r\n--one\r\nContent-Type: text/html; charset=windows-1256\r\nContent-Transfer-Encoding: base64\r
\r\nPGRpdj48Yj7D58fjPC9iPjxibG9ja3F1b3RlPm9sZDwvYmxvY2txdW90ZT48aW1nIHNyYz0iY2lkOngiPjwvZGl2Pg==\r\n--one--\r\n"""
CALENDAR = plain(b"--x\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--x\r\nContent-Type: application/pkcs7-signature\r\n\r\nMII\r\n--x--",
                 kind="multipart/signed; boundary=x; protocol=\"application/pkcs7-signature\"")  # fmt: skip
OLD = plain("begin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nпривет".encode("koi8-r"), kind="text/plain; charset=koi8-r", head="Auto-Submitted: auto-replied\r\n")
PIECES = (
    b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"\r\n\r\n", b"--", b"--b\r\n", b"--x--\r\n", b"=?utf-8?q?", b"?=", b"=?x?b?", b"<", b">", b"(", b")", b'"', b"\\", b";", b":", b"@",
    b"=", b"=\r\n", b"%00", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b$B", b"+AD4-", b"<div>", b"</", b"<!--", b"&#0;", b"&", b"<style>", b"charset=idna", b"charset=utf-16", b"*0*=x''%",
    b"Content-Type: multipart/mixed; boundary=x\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: uuencode\r\n",
    b"> ", b"-- \r\n", b"begin 644 a\r\n", b"\r\nFrom: ", b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n", b"Content-Type: text/html\r\n", b"Final-Recipient: rfc822;",
)  # fmt: skip


def seeds():
    return [
        mail(), mail("سلام، کتری من نشت می‌کند.", subject="کتری"), mail("> old\n\nnew\n\n-- \nMaryam", Auto_Submitted="auto-replied"), BOUNCE, ANSWER, CALENDAR, OLD,
        file(tnef(999), "winmail.dat", "application/ms-tnef"), nested(5), letters(4), plain("<table><tr><td>hello<br>&nbsp;<a href='x'>y</a>", kind="text/html"),
    ]  # fmt: skip


def broken(rng, sources):
    """A mail to which a few things were done."""
    raw = bytearray(rng.choice(sources))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 10, 30))):
        at, length = rng.randrange(len(raw) + 1), rng.choice((1, 2, 5, 20, 100))
        what = rng.randrange(7)
        if what == 0:
            raw[at : at + length] = b""
        elif what == 1:
            raw[at:at] = rng.choice(PIECES) * rng.choice((1, 1, 1, 2, 50))
        elif what == 2:
            raw[at : at + length] = rng.randbytes(length)
        elif what == 3:
            raw[at:at] = raw[at : at + length * 3]
        elif what == 4:
            other = rng.choice(sources)
            start = rng.randrange(len(other))
            raw[at:at] = other[start : start + length * 5]
        elif what == 5 and at < len(raw):
            raw[at] ^= 1 << rng.randrange(8)
        elif what == 6:
            lines = bytes(raw).split(b"\r\n")
            one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            raw = bytearray(b"\r\n".join(lines))
    return bytes(raw)


def test_the_reader_outlives_all_of_them():
    rng, sources, died, outcomes = random.Random(26), seeds(), [], {}
    child = Child(CHILD)
    try:
        for _ in range(NUMBER):
            raw = broken(rng, sources)
            try:
                found = decode(child.call(raw))
            except Exception as error:
                died.append((repr(error), raw))
                continue
            outcomes[found.outcome] = outcomes.get(found.outcome, 0) + 1
    finally:
        child.close()
    assert not died, f"{len(died)} of {NUMBER}, such as {died[:3]}"
    assert sum(outcomes.values()) == NUMBER and set(outcomes) <= {"message", "auto_reply", "bounce", "complaint", "quarantined"}, outcomes
    assert min(outcomes.get(kind, 0) for kind in ("message", "auto_reply", "bounce")) > NUMBER // 50, f"the seeds are no longer what they were: {outcomes}"


@pytest.mark.django_db
def test_each_is_routed_or_in_quarantine_and_never_for_a_fault_of_ours(shop):
    rng, sources = random.Random(11), seeds()
    raws = [broken(rng, sources) or b"\r\n" for _ in range(WITH_DATABASE)]
    inbox = email_inbox(shop.brand)
    hand_in(inbox, *raws)
    read_everything(inbox)
    account = ledger.account()
    assert account.fetched == WITH_DATABASE and account.balanced and account.waiting == account.refused == 0
    assert account.routed > WITH_DATABASE // 2
    ours = Receipt.objects.filter(reason__in=("failed", "crash", "error", "timeout", "memory")).values_list("reason", "error", "file__key")
    assert not list(ours)
