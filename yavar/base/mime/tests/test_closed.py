"""What Outlook and companies close: RTF in winmail.dat, and signatures that hold the mail within them."""

import base64
import datetime
import struct

import pytest
from compressed_rtf import compress
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from yavar.base.mime import rtf, signed

from .test_mail import attribute, mail, names

RTF = rb"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0 Arial;}}\f0\fs20 \'c4\'ee\'e1\'f0\'fb\'e9 \'e4\'e5\'ed\'fc!\par The kettle \u1587?\u1604?\u1575?\u1605? leaks.\par}"
ENTITY = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe kettle \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 leaks.\r\n--q\r\nContent-Disposition: attachment; filename=bill.txt\r\n\r\n12\r\n--q--\r\n"


def winmail(packed):
    properties = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed + b"\0" * (-len(packed) % 4)
    data = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x9003, properties)
    return mail("Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(data).decode())


def seal(entity, *options):
    """An opaque signature over an entity, by somebody nobody knows."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.datetime.now(datetime.UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1)).sign(key, SHA256())
    return pkcs7.PKCS7SignatureBuilder().set_data(entity).add_signer(certificate, key, SHA256()).sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


def closed(data, more="; smime-type=signed-data"):
    return mail(f"Content-Type: application/pkcs7-mime{more}; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data).decode())


@pytest.mark.parametrize("packed", [compress(RTF), compress(RTF, compressed=False)])
def test_rtf_in_winmail_dat_is_read_when_nothing_else_is(packed):
    read = winmail(packed)
    assert read.text.splitlines()[:2] == ["Добрый день!", "The kettle سلام leaks."]
    assert read.warnings == []


def test_rtf_that_is_damaged_is_said_and_harms_nothing():
    packed = compress(RTF)
    for harmed in (packed[:40], packed[:16], b"", packed[:20] + b"\xff" * 400, b"\0" * (rtf.MAX_PACKED + 1)):
        read = winmail(harmed)
        assert (read.text, names(read)) == ("", ["winmail.dat"])
        assert not harmed or read.warnings == ["winmail.dat: its text could not be read"]


@pytest.mark.parametrize("more", ["; smime-type=signed-data", ""])
def test_an_opaque_signature_is_opened(more):
    read = closed(seal(ENTITY), more)
    assert read.text.strip() == "The kettle سلام leaks."
    assert (names(read), read.sealed) == (["smime.p7m", "bill.txt"], "signed")


def test_what_is_encrypted_or_damaged_stays_closed():
    whole = seal(ENTITY)
    for data, kind in ((whole[: len(whole) // 2], "signed"), (b"no", "signed"), (b"\x30\x80" * 4000, "signed")):
        read = closed(data)
        assert (read.text, names(read), read.sealed) == ("", ["smime.p7m"], kind)
    assert closed(whole[:100], "; smime-type=enveloped-data").sealed == "encrypted"
    assert signed.content(seal(ENTITY, pkcs7.PKCS7Options.DetachedSignature)) == b""


def test_signatures_within_signatures_end():
    inner = ENTITY
    for _ in range(5):
        inner = b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(seal(inner))
    assert closed(seal(inner)).text == ""
    assert closed(seal(b"Content-Type: application/pkcs7-mime\r\n\r\n" + seal(ENTITY))).text.strip() == "The kettle سلام leaks."


def test_what_is_encrypted_within_a_signature_is_said_to_be_so():
    read = closed(seal(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nsecret"))
    assert (read.text, read.sealed, len(read.attachments)) == ("", "encrypted", 2)
