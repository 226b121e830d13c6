"""For tests: a browser that subscribed, and the push service that hands it its messages. It opens what comes with the browser's private key and checks who sent it."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from yavar.base.http.testing import Got, Receiver

from .sealing import CURVE, lettered, public_of, unlettered


class Browser:
    """The private half of a push subscription."""

    def __init__(self, service: Receiver, name: str = "one") -> None:
        self.service, self.key, self.secret = service, ec.generate_private_key(CURVE), os.urandom(16)
        self.endpoint = f"{service.url}/push/{name}"

    @property
    def subscription(self) -> dict[str, str]:
        """What the page gives the desk."""
        return {"endpoint": self.endpoint, "p256dh": lettered(public_of(self.key)), "auth": lettered(self.secret)}

    def got(self, number: int = 1) -> list[dict[str, Any]]:
        """What it shows, when so much has come."""
        return [self.opens(each) for each in self.service.wait(number) if self.endpoint.endswith(each.path)]

    def opens(self, got: Got) -> dict[str, Any]:
        """A message, as RFC 8291 has the browser open it. Raises InvalidTag for one that is not for it."""
        head = {name.lower(): value for name, value in got.headers.items()}
        assert (got.method, head["content-encoding"]) == ("POST", "aes128gcm") and int(head["ttl"]) >= 0
        salt, size, length = got.body[:16], int.from_bytes(got.body[16:20], "big"), got.body[20]
        theirs, sealed = got.body[21 : 21 + length], got.body[21 + length :]
        assert len(sealed) <= size <= 4096
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        mixed = HKDF(SHA256(), 32, self.secret, b"WebPush: info\x00" + public_of(self.key) + theirs).derive(shared)
        extracted = hmac.new(salt, mixed, hashlib.sha256).digest()
        key, nonce = (HKDFExpand(SHA256(), n, b"Content-Encoding: " + what + b"\x00").derive(extracted) for what, n in ((b"aes128gcm", 16), (b"nonce", 12)))
        words = AESGCM(key).decrypt(nonce, sealed, None)
        assert words.endswith(b"\x02")
        found: dict[str, Any] = msgspec.json.decode(words[:-1])
        return found


def sender_of(got: Got, audience: str) -> Mapping[str, Any]:
    """Who signed a push (RFC 8292): the claims, when the signature is that of the key it names. Raises jwt.InvalidTokenError."""
    scheme, _space, rest = got.headers["Authorization"].partition(" ")
    assert scheme == "vapid"
    facts = dict(each.strip().split("=", 1) for each in rest.split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unlettered(facts["k"]))
    claims: dict[str, Any] = jwt.decode(facts["t"], key, algorithms=["ES256"], audience=audience)
    return claims | {"key": facts["k"]}
