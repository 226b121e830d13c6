"""Mails that mean harm: each is read or refused, in time and within its memory. Nothing else ever comes out."""

import base64
import gzip
import random
import time

import pytest

from yavar.base import mime
from yavar.base.mime.tree import MAX_SIZE

HEAD = b"From: a@b.example\nSubject: s\n"


def nested(depth: int) -> bytes:
    """Multiparts within multiparts."""
    return HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)) + b"\nwords"


def parts(count: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * count + b"--b--"


REFUSED = {
    "depth": (nested(1000), "depth"),
    "messages in messages": (HEAD + b"Content-Type: message/rfc822\n\n" * 1000, "depth"),
    "parts": (parts(10_000), "parts"),
    "a long content type": (HEAD + b"Content-Type: text/plain; " + b'a="' * 90_000 + b"\n\nwords", "headers"),
    "a long header": (b"Subject: " + b"x" * 1_000_000 + b"\n\nwords", "headers"),
    "many headers": (b"X: y\n" * 5_000 + b"\nwords", "headers"),
    "size": (b"x" * (MAX_SIZE + 1), "size"),
}
READ = {
    "parentheses": b"To: " + b"(" * 5120 + b"\n" + HEAD + b"\nwords",
    "parentheses in From": b"From: " + b"(" * 5120 + b"\n\nwords",
    "nested as deep as allowed": nested(30),
    "as many parts as allowed": parts(1_900),
    "recipients": b"To: " + b"a@b.c, " * 14_000 + b"\n" + HEAD + b"\nwords",
    "encoded words": b"X: y\n" + HEAD + b"Subject: " + b"=?utf-8?Q?x?= " * 30_000 + b"\n\nwords",
    "nulls": HEAD + b"\n\0words\0",
    "only nulls": b"\0" * 1_000_000,
    "bare carriage returns": HEAD.replace(b"\n", b"\r") + b"\rwords",
    "two senders": b"From: c@d.example\n" + HEAD + b"\nwords",
    "a bomb": HEAD + b"Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(gzip.compress(b"\0" * 20_000_000)),
    "a boundary that is everywhere": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 500_000,
    "a boundary within itself": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 500,
    "no boundary": HEAD + b"Content-Type: multipart/mixed\n\n" + b"--b\n\nwords\n" * 20_000,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 500_000,
    "uuencode never ends": HEAD + b"\n" + b"begin 644 x\n" * 300_000,
    "high bytes": HEAD + b"\n" + bytes(range(128, 256)) * 40_000,
    "escapes of Japan": HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * 300_000,
    "a codec that is none": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 100_000,
    "dates": b"Date: " + b"1 " * 200_000 + b"\n" + HEAD + b"\nwords",
    "ids": b"Message-ID: " + b"<" * 400_000 + b"\n" + HEAD + b"\nwords",
    "pictures": HEAD + b"Content-Type: text/html\n\n" + b"<img src=cid:x>" * 60_000,
    "nested markup": HEAD + b"Content-Type: text/html\n\n" + b"<div><font>" * 60_000 + b"words",
}


@pytest.mark.parametrize("name", REFUSED)
def test_beyond_a_cap_it_is_refused_with_a_word(name):
    raw, reason = REFUSED[name]
    with pytest.raises(mime.Refused) as refused:
        mime.read(raw)
    assert refused.value.reason == reason
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("name", READ)
def test_within_the_caps_it_is_read_in_time(name):
    start = time.process_time()
    read = mime.read(READ[name])
    assert time.process_time() - start < 3  # a quadratic one takes minutes
    assert isinstance(read, mime.Mail)
    assert "\0" not in read.text + read.subject + read.from_
    if READ[name].endswith(b"words"):
        assert "words" in read.text


SEEDS = [
    HEAD
    + b"Date: Wed, 25 Nov 2026 12:00:00 +0330\nContent-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: quoted-printable\n\n=CF=F0=E8=E2=E5=F2\n",
    HEAD
    + b"""Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8; format=flowed

> quoted \n> words
--inner
Content-Type: text/html

<div dir=rtl><table><tr><td>a<td><b>b</table><blockquote type=cite><p style="color:red">c</blockquote></div>
--inner--
--outer
Content-Type: application/pdf; name*0*=utf-8''%D8%B1; name*1=.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

aGVsbG8gd29ybGQ=
--outer
Content-Type: message/rfc822

From: =?utf-8?B?2LPZhNin2YU=?= <c@d.example>
Subject: =?koi8-r?Q?=F0=D2?= =?koi8-r?Q?=C9?=

inner words
begin 644 a.txt
#0V%T
`
end
--outer
Content-Type: application/ms-tnef

x\x9f>\"\x01\x00\x02\x02\x90\x06\x00\x0e\x00\x00\x00\x01\x00\xff\xff\xff\xff
--outer--
""",
]
PIECES = [
    b"\n",
    b"\r",
    b"\0",
    b"--outer",
    b"--inner--",
    b"=?utf-8?B?",
    b"?=",
    b'"',
    b";",
    b":",
    b"(",
    b"<",
    b">",
    b"\x1b$B",
    b"\xff",
    b"=",
    b"Content-Type: ",
    b"multipart/mixed; boundary=inner",
    b"message/rfc822",
    b"charset=utf-16",
    b"base64",
    b" ",
    b"\t",
    b"begin 644 x\n",
    b"&#x",
    b"\x80",
]


def changed(raw: bytes, luck: random.Random) -> bytes:
    """The mail after a few accidents."""
    data = bytearray(raw)
    for _ in range(luck.randint(1, 12)):
        place = luck.randrange(len(data) + 1)
        match luck.randrange(5):
            case 0:
                data[place:place] = luck.choice(PIECES)
            case 1:
                del data[place : place + luck.randint(1, 40)]
            case 2:
                data[place : place + 1] = bytes([luck.randrange(256)])
            case 3:
                other = luck.randrange(len(data) + 1)
                data[place:place] = data[other : other + luck.randint(1, 200)]
            case 4:
                data[place:place] = luck.choice(PIECES) * luck.randint(1, 300)
    return bytes(data)


def accidents(count: int) -> int:
    """Read that many changed mails; how many were refused. Any other end fails the test."""
    luck, refused = random.Random(2026), 0
    for _ in range(count):
        raw = changed(luck.choice(SEEDS), luck)
        try:
            read = mime.read(raw)
        except mime.Refused:
            refused += 1
            continue
        assert "\0" not in read.text
        assert sum(file.size for file in read.attachments) <= 2 * len(raw)
        assert "<script" not in read.html
    return refused


def test_no_accident_ends_otherwise():
    assert accidents(250) < 60


@pytest.mark.slow
def test_no_accident_of_thousands_ends_otherwise():
    assert accidents(5_000) < 1_000
