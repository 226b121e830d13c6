"""Mails that break mail programs, each small to write down and known by a name. Those that the desk reads, and what becomes of them, are in test_mail_hostile.py."""

import base64
import gzip
import io
import struct
import zipfile
from functools import cache

TO = "support@nila.example"
HEAD = f"To: {TO}\r\nSubject: hostile\r\nDate: Wed, 25 Nov 2026 10:00:00 +0330\r\n"
ROTTEN = ("zip", "hex", "idna", "rot13", "punycode", "unicode_escape", "undefined", "mbcs", "utf-8\0", "../../etc/passwd", "%s" * 50)


def plain(text: str | bytes, head: str = "", sender: str = "Mallory <mallory@evil.example>", kind: str = "text/plain; charset=utf-8") -> bytes:
    """One part, with more headers in front."""
    body = text.encode() if isinstance(text, str) else text
    return f"From: {sender}\r\n{head}{HEAD}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode() + body + b"\r\n"


def file(data: bytes, name: str, kind: str) -> bytes:
    """A text and an attachment."""
    lines = base64.encodebytes(data).replace(b"\n", b"\r\n")
    part = f'--x\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return plain(b"--x\r\n\r\nlook inside\r\n" + part.encode() + lines + b"\r\n--x--", kind='multipart/mixed; boundary="x"')


def nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    opened = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(depth))
    return plain(opened + f"--b{depth}\r\n\r\nthe innermost\r\n", kind='multipart/mixed; boundary="b0"')


def letters(depth: int) -> bytes:
    """Mails in mails."""
    return plain("Content-Type: message/rfc822\r\n\r\n" * depth + "Subject: the innermost\r\n\r\nhello", kind="message/rfc822")


def folded(value: str, width: int = 900) -> str:
    """A header's value over many lines, as a mail server would let it pass."""
    return "\r\n ".join(value[at : at + width] for at in range(0, len(value), width))


def zip_bomb() -> bytes:
    """100 MB of nothing in 100 kB, and that many times named."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("0", bytes(100_000_000))
    return out.getvalue()


def tnef(cut: int) -> bytes:
    """A winmail.dat that ends too early, and one that promises 4 GB."""
    whole = struct.pack("<IH", 0x223E9F78, 1)
    for key, data in ((0x00069002, bytes(14)), (0x00018010, b"price.txt\0"), (0x0006800F, b"x" * 200)):
        whole += struct.pack("<BII", 2, key, len(data)) + data + b"\0\0"
    return whole[:cut] + struct.pack("<BII", 2, 0x0006800F, 0xFFFFFFFF)


@cache
def mails() -> dict[str, bytes]:
    """All of them."""
    found = {
        "empty": b"",
        "only a body": b"\r\n\r\nhello",
        "only a head": f"From: mallory@evil.example\r\n{HEAD}".encode(),
        "depth": nested(1000),
        "mails in mails": letters(1000),
        "parts": plain("--x\r\n\r\na part\r\n" * 10_000 + "--x--", kind='multipart/mixed; boundary="x"'),
        "boundaries": plain("--x\r\n" * 100_000, kind='multipart/mixed; boundary="x"'),
        "content type": plain("hello", kind="text/plain; " + folded('a="b"; ' * 40_000)),
        "no parameter": plain("hello", kind="text/plain" + folded(";" * 270_000)),
        "zip": file(zip_bomb(), "bomb.zip", "application/zip"),
        "gzip": file(gzip.compress(bytes(100_000_000)), "bomb.gz", "application/gzip"),
        "nul": plain(b"a\0b" * 1000, head="X-Nul: a\0b\r\n", sender="Mal\0lory <mallory@evil.example>"),
        "bare line ends": plain(b"one\rtwo\nthree\n\rfour\r\r\nfive"),
        "two senders": plain("hello", head="From: boss@nila.example\r\n"),
        "an agent": plain("I am your agent", sender="Sara <sara@nila.example>"),
        "ourselves": plain("I am you", sender=TO),
        "tokens": plain("hello", head=f"In-Reply-To: <r.{'a' * 26}@nila.example>\r\nReferences: {folded(('<r.' + 'b' * 26 + '@nila.example> ') * 2000)}\r\n"),
        "one line": plain("word " * 4_000_000),
        "encoded words": plain("hello", head=f"Subject: {folded('=?utf-8?b?2LPZhNin2YU=?= ' * 10_000)}\r\n"),
        "encoded rubbish": plain("hello", head=f"Subject: {folded('=?utf-8?q?' * 10_000)}\r\n", sender=folded("=?x?b?" * 10_000)),
        "base64 of rubbish": plain(b"=\xff=!" * 500_000, head="Content-Transfer-Encoding: base64\r\n"),
        "quoted-printable": plain(b"=" * 1_000_000, head="Content-Transfer-Encoding: quoted-printable\r\n"),
        "deep page": plain("<div>" * 100_000 + "deep", kind="text/html"),
        "deep table": plain("<table><tr><td><b><i><a href=x>" * 20_000 + "deep", kind="text/html"),
        "open tags": plain("<a " * 300_000, kind="text/html"),
        "entities": plain("&" * 1_000_000, kind="text/html"),
        "comments": plain("<!--" * 200_000, kind="text/html"),
        "quotes": plain(">" * 1_000_000),
        "quoted lines": plain("> > > " * 10 + "\r\n" + "> word\r\n" * 120_000),
        "blanks": plain(" " * 1_000_000 + "x\r\n" + "\r\n" * 200_000),
        "dashes": plain("-- \r\n" * 100_000 + "_" * 500_000),
        "said": plain(("On Mon, Nov 23, 2026 at 10:00 AM somebody wrote" + " a" * 50 + "\r\n") * 8_000),
        "uuencoded": plain("begin 644 a\r\n" * 80_000),
        "addresses": plain("hello", head=f"Cc: {folded(', '.join(f'a{n}@b.example' for n in range(100_000)))}\r\n"),
        "ten thousand addresses": plain("hello", head=f"Cc: {folded(', '.join(f'a{n}@b.example' for n in range(10_000)))}\r\n"),
        "headers": plain("hello", head="X-A: b\r\n" * 20_000),
        "colons": plain("hello", head=f"To: {folded(':' * 64_000)}\r\n", sender=folded(";:<" * 20_000)),
        "at signs": plain("hello", sender=folded("@a" * 32_000)),
        "long name": plain("hello", sender='"' + folded("n" * 64_000) + '" <mallory@evil.example>'),
        "long address": plain("hello", sender="m" * 800 + "@evil.example"),
        "control": plain("\x1b[2J\x07\u202e\u2066hello\ufeff", head="Subject: \x1b[2J\u202e\r\n", sender="\x1b[2J\u202e <mallory@evil.example>"),
        "surrogates": plain(b"\xed\xa0\x80\xed\xb0\x80\xff\xfe\xf8\x88", head="X-A: \udc80\r\n".encode("utf-8", "surrogatepass").decode("latin-1")),
        "utf-16": plain("hello".encode("utf-16"), kind="text/plain; charset=utf-16"),
        "utf-7": plain("+ADw-script+AD4-" * 1000, kind="text/plain; charset=utf-7"),
        "cut winmail": file(tnef(60), "winmail.dat", "application/ms-tnef"),
        "long winmail": file(tnef(999), "winmail.dat", "application/ms-tnef"),
        "flowed": plain("word \r\n" * 200_000, kind="text/plain; format=flowed; delsp=yes"),
        "report": plain("--x\r\nContent-Type: message/delivery-status\r\n\r\n" + "Final-Recipient: rfc822; a@b.example\r\n\r\n" * 20_000 + "--x--", kind='multipart/report; report-type=delivery-status; boundary="x"'),
        "dates": plain("hello", head="Date: " + folded("Wed, 25 Nov 99999999999999999999 " * 1000) + "\r\n"),
    }  # fmt: skip
    for size in (5, 64):
        found[f"{size} kB of parentheses"] = plain("hello", head=f"To: {folded('(' * size * 1024)}\r\n", sender=folded("(" * size * 1024))
    for name in ROTTEN:
        found[f"charset {name[:20]!a}"] = plain(
            b"\x78\x9c\x03\x00\x00\x00\x00\x01", kind=f'text/plain; charset="{name}"', head=f"Subject: =?{name}?b?eJwDAAAAAAE=?=\r\n"
        )
    # without a Message-ID the same words of the same moment are the same mail
    return {name: raw.replace(b"Subject: hostile", f"Subject: hostile {number}".encode(), 1) for number, (name, raw) in enumerate(found.items())}
