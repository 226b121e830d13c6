"""Names of machines in every alphabet: in ASCII for the wire (IDNA 2008, as browsers do it), in their own letters for people."""

import re

import idna

_ENCODED = re.compile(r"\bxn--[a-z0-9-]+", re.IGNORECASE)


def to_ascii(host: str) -> str:
    """As it goes over the wire. A Persian half-space stays a part of the name: without it the name would be another. Raises UnicodeError."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


def shown(address: str) -> str:
    """A host, an origin or a whole address with its domain as it was typed."""
    return _ENCODED.sub(lambda label: _letters(label[0]), address)


def _letters(label: str) -> str:
    try:
        return idna.decode(label)
    except UnicodeError:
        return label
