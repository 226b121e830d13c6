"""Tokens and secrets. A token is random, kept as a hash, bound to a purpose; a secret is kept encrypted with the desk's key."""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def new_token() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def token_hash(token: str, purpose: str) -> str:
    """What is stored of a token. A token hashed for one purpose never matches another."""
    return hashlib.sha256(f"{purpose}\0{token}".encode()).hexdigest()


@cache
def _box(key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"yavar secrets v1").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(secret: str) -> str:
    """Encrypt a secret for its row."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made. Raises ValueError when the desk's key is another one."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise ValueError("this secret was sealed with another desk key") from error


def hmac_sha256(secret: str, text: str) -> str:
    """RFC 2104 HMAC-SHA256 of `text`, hex."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def same(a: str, b: str) -> bool:
    """Compare without telling by time where they differ."""
    return hmac.compare_digest(a.encode(), b.encode())
