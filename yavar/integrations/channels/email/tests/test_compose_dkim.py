"""The signature holds, and holds what it should."""

import dkim as library
import pytest

from yavar.integrations.channels.email.compose import Address, compose
from yavar.integrations.channels.email.compose.dkim import new_key, record_of, sign

from .letters_out import outgoing, picture

PRIVATE = new_key()
RECORD = record_of(PRIVATE)


def holds(raw: bytes, record: str = RECORD) -> bool:
    def answer(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"y1._domainkey.nila.example."
        return record.encode()

    return bool(library.verify(raw, dnsfunc=answer))


def signed(**others: object) -> bytes:
    made = outgoing(
        "fa",
        in_reply_to="1@shop.example",
        reply_to="support+x@nila.example",
        cc=(Address("b@shop.example", "B"),),
        automatic="auto-replied",
        files=(picture(),),
        **others,
    )
    return sign(compose(made), domain="nila.example", selector="y1", private_key_pem=PRIVATE)


def test_it_holds():
    raw = signed()
    assert holds(raw)
    assert raw.startswith(b"DKIM-Signature: ")
    bare = compose(outgoing())
    assert sign(bare, domain="nila.example", selector="y1", private_key_pem=PRIVATE).endswith(b"\r\n" + bare)
    assert raw.isascii() and all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not holds(raw, record_of(new_key()))


@pytest.mark.parametrize(
    ("this", "that"),
    [(b"\r\n\r\n--", b"\r\n\r\nmore\r\n--"), (b"To: ", b"To: x@y.example, "), (b"Message-ID: <q", b"Message-ID: <r"), (b"Date: Thu", b"Date: Fri"), (b"auto-replied", b"auto-generated"),
     (b"Reply-To: support", b"Reply-To: evil"), (b"Cc: B", b"Cc: C"), (b"In-Reply-To: <1", b"In-Reply-To: <2"), (b"multipart/related", b"multipart/mixed"),
     (b"From: ", b"From: x@y.example\r\nFrom: "), (b"Subject: ", b"Subject: another\r\nSubject: "), (b"Date: ", b"To: x@y.example\r\nDate: ")],
)  # fmt: skip
def test_a_changed_mail_does_not(this, that):
    raw = signed()
    assert this in raw
    assert not holds(raw.replace(this, that, 1))


def test_relays_may_wrap_and_add():
    raw = signed()
    assert holds(b"Received: by mx.example\r\nX-Spam: no\r\n" + raw.replace(b"MIME-Version: 1.0", b"MIME-Version:   1.0 "))


def test_keys():
    assert PRIVATE.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert RECORD.startswith("v=DKIM1; k=rsa; p=MIIBIjAN") and new_key() != PRIVATE
    for bad in ("", "nothing", PRIVATE[:200]):
        with pytest.raises(ValueError):
            sign(compose(outgoing()), domain="nila.example", selector="y1", private_key_pem=bad)
