"""Normal forms of identities: two spellings of one address are one identity."""

import re
import unicodedata

EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,185}\.[^@\s.]{2,}\Z")


def email(text: str) -> str | None:
    """An address in lower case with an ASCII-compatible domain (RFC 5890), or None when it is none."""
    cleaned = unicodedata.normalize("NFKC", text.strip()).lower()
    if len(cleaned) > 254 or not EMAIL.match(cleaned):
        return None
    local, _, domain = cleaned.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


def external(text: str) -> str | None:
    """The shop's own id of a customer, as the shop writes it."""
    cleaned = text.strip()
    return cleaned if 0 < len(cleaned) <= 254 else None
