"""Normal forms of identities: two spellings of one address are one identity."""

import re
import unicodedata

from yavar.base import hosts

EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,185}\.[^@\s.]{2,}\Z")


def email(text: str) -> str | None:
    """An address in lower case with an ASCII-compatible domain (RFC 5890), or None when it is none."""
    cleaned = unicodedata.normalize("NFKC", text.strip()).lower()
    if len(cleaned) > 254 or not EMAIL.match(cleaned):
        return None
    local, _, domain = cleaned.rpartition("@")
    try:
        return f"{local}@{hosts.to_ascii(domain)}"
    except UnicodeError:
        return None


def external(text: str) -> str | None:
    """The shop's own id of a customer, as the shop writes it."""
    cleaned = text.strip()
    return cleaned if 0 < len(cleaned) <= 254 else None


def phone(text: str) -> str | None:
    """A number as `+` and 8 to 15 digits (E.164), from whatever digits and separators it was typed with. A number without its country is none."""
    cleaned = re.sub(r"[\s().\-\u200c\u200e\u200f\u2010-\u2015]", "", unicodedata.normalize("NFKC", text))
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in cleaned)
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits, re.ASCII) else None


def normal(kind: str, value: str) -> str | None:
    """The normal form of what the team may type of someone: `email` or `phone`. None for what is no such thing."""
    check = {"email": email, "phone": phone}.get(kind)
    return check(value) if check and "\0" not in value else None
