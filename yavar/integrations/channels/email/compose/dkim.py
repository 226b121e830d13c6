"""DKIM (RFC 6376): a signature by the shop's domain, and keys for it."""

import base64
from typing import Final

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SIGNED: Final = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"in-reply-to", b"references", b"reply-to", b"auto-submitted",
)  # fmt: skip
ONCE: Final = (b"from", b"subject", b"to")  # signed once more than they stand there, so that nobody adds another one (RFC 6376 section 8.15)


def sign(raw: bytes, *, domain: str, selector: str, private_key_pem: str) -> bytes:
    """`raw` with a DKIM-Signature over it: rsa-sha256, relaxed/relaxed. `domain` is the From's or above it, in punycode; the key's public half stands
    at `<selector>._domainkey.<domain>`. The signature holds the time of signing.

    Raises ValueError for a key that is no RSA key in PEM, or a mail without From.
    """
    head = raw.partition(b"\r\n\r\n")[0]
    present = {line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")}
    names = [name for name in SIGNED if name in present]
    try:
        signature: bytes = dkim.sign(
            raw, selector.encode("ascii"), domain.encode("ascii"), private_key_pem.encode("ascii"),
            canonicalize=(b"relaxed", b"relaxed"), include_headers=[*names, *(name for name in ONCE if name in present)],
        )  # fmt: skip
    except dkim.DKIMException as error:
        raise ValueError(str(error)) from error
    return signature + raw


def new_key() -> tuple[str, str]:
    """(private key, value of the TXT record). RSA 2048 in PKCS#8 PEM; the value is longer than the 255 characters of one string of DNS: panels that ask for strings want it cut."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return private, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"
