"""A push as only its browser can read it: aes128gcm in one record (RFC 8188), keyed as RFC 8291 says, section 3.4."""

import base64
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD = 4096  # bytes: what every push service takes (RFC 8030, 7.2)
LONGEST = RECORD - 16 - 1 - 86  # of the words themselves: without the tag, the delimiter and the head


def seal(words: bytes, p256dh: str, auth: str, *, salt: bytes = b"", key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """The body of a push message for the browser of these keys (base64url). `salt` and `key` are random unless a test gives them.

    Raises ValueError for keys that are none, or words longer than LONGEST bytes.
    """
    if len(words) > LONGEST:
        raise ValueError(f"{len(words)} bytes are more than a push holds")
    point, secret = check(p256dh, auth)
    salt, own = salt or os.urandom(16), key or ec.generate_private_key(CURVE)
    ours = public_of(own)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point))
    mixed = _derived(shared, secret, b"WebPush: info\0" + point + ours, 32)
    content_key, nonce = _derived(mixed, salt, b"Content-Encoding: aes128gcm\0", 16), _derived(mixed, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(content_key).encrypt(nonce, words + b"\x02", None)


def check(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's keys as bytes: a point on the curve, 16 random bytes. Raises ValueError."""
    point, secret = unlettered(p256dh), unlettered(auth)
    if len(point) != 65 or len(secret) != 16:
        raise ValueError("not the keys of a push subscription")
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    return point, secret


def public_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as an uncompressed point (65 bytes)."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def lettered(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unlettered(text: str) -> bytes:
    """The inverse. Raises ValueError."""
    if not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=info).derive(secret)
