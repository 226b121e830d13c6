"""The stamp on an empty form: when it was handed out, and which of all filled-in forms it will be. Nobody keeps it; we know it by its signature."""

import secrets
from typing import NamedTuple

from django.conf import settings

from yavar.base import clock, crypto

FAST, STALE = 3.0, 24 * 3600.0  # seconds: no person fills in a form faster; no page stands open longer


class Stamped(NamedTuple):
    """`nonce` names the form; `doubt` says why a person should look: forged, fast, stale, or '' for nothing."""

    nonce: str
    doubt: str = ""


def issue(inbox: str) -> str:
    """A stamp for one empty form of the inbox (its public id)."""
    told = f"{int(clock.now().timestamp() * 1000):x}.{secrets.token_urlsafe(12)}"
    return f"{told}.{_signature(inbox, told)}"


def read(stamp: str, inbox: str) -> Stamped:
    """What a form came back with. A forged one has a name, too: what was written on it is still kept."""
    told, _dot, signature = stamp[:200].rpartition(".")
    if not told or not crypto.same(signature, _signature(inbox, told)):
        return Stamped(crypto.token_hash(stamp[:200], "form")[:16], "forged")
    begun, _dot, nonce = told.partition(".")
    age = clock.now().timestamp() - int(begun, 16) / 1000
    return Stamped(nonce, "fast" if age < FAST else "stale" if age > STALE else "")


def _signature(inbox: str, told: str) -> str:
    return crypto.hmac_sha256(settings.SECRET_KEY, f"form stamp\0{inbox}\0{told}")[:32]
