"""Names for things: bigint keys inside, random text outside, a short reference for people."""

import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from yavar.base.db import run, sql

if TYPE_CHECKING:
    from django.db.models import Model

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")


@lru_cache(maxsize=20_000)
def public_id_of(model: "type[Model]", key: int) -> str:
    """The public id of a row that is known by its key. It never changes, so it is asked once per process.

    '' for a row that is gone: the diary outlives what it tells of.
    """
    found = run(sql.text(f"SELECT public_id FROM {sql.table(model)} WHERE id = ?"), (key,)).fetchone()
    return found[0] if found else ""


def public_id() -> str:
    """128 random bits as 22 characters of base64url: what stands in URLs and the API."""
    return secrets.token_urlsafe(16)


def reference(bits: int | None = None) -> str:
    """Eight characters of Crockford's base32 (40 bits, random if not given), to be read aloud and quoted; unique per desk by its index."""
    bits = secrets.randbits(40) if bits is None else bits
    return "".join(CROCKFORD[(bits >> shift) & 31] for shift in range(35, -1, -5))


def as_reference(text: str) -> str | None:
    """What a person typed, as a reference: `#` and dashes dropped, O/I/L read as 0/1/1 (Crockford). None when it cannot be one."""
    cleaned = text.strip().lstrip("#").replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    return cleaned if len(cleaned) == 8 and all(c in CROCKFORD for c in cleaned) else None


def is_client_id(text: str) -> bool:
    """Whether `text` may serve as the id a client gave to its own write."""
    return CLIENT_ID.match(text) is not None


def path_safe(name: str) -> str:
    """A file's name as the last segment of a URL path."""
    return quote(name.replace("/", "_"), safe="")
