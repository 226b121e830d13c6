"""The settings of a chat inbox, and what makes a visitor known: the shop's own signature."""

from typing import Literal
from urllib.parse import urlsplit

import jwt
import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import crypto
from yavar.base.problem import Problem

from .contract import Channel

CHAT = Channel(kind="chat", icon="message-circle", immediate=True, typing=True)
Asked = Literal["off", "ask", "require"]


class ChatConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a chat inbox works. Without an origin it is closed: nobody can show it."""

    origins: list[str] = []
    ask_name: Asked = "ask"
    ask_email: Asked = "off"
    identity_required: bool = False  # only visitors the shop vouches for


class SignedIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the shop says of its customer: either `id` with `hash` = hex HMAC-SHA256(secret, id), or a JWT (RFC 7519, HS256) with `sub` and `exp`.

    With `hash` only the id is signed, so name and e-mail are taken as unproven; a JWT proves all it carries.
    """

    id: str | None = None
    hash: str | None = None
    jwt: str | None = None
    name: str = ""
    email: str = ""


class Vouched(msgspec.Struct, frozen=True):
    """A verified identity. `email` is only what the signature covers; `said_email` is merely claimed."""

    external: str
    name: str = ""
    email: str = ""
    said_email: str = ""


def config_of(raw: object) -> ChatConfig:
    """A row's config, typed."""
    return msgspec.convert(raw, ChatConfig)


def origin(text: str) -> str | None:
    """`scheme://host[:port]` in its normal form (RFC 6454), or None. No wildcards: a foreign page must not get in by a pattern."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or "*" in parts.netloc:
        return None
    host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def vouched(signed: SignedIdentity, secret: str) -> Vouched:
    """Check what the shop signed. Raises Problem 403 when it is not its signature, is too old, or the inbox has no secret (closed, not open)."""
    wrong = Problem(403, "identity.invalid", _("The shop’s sign-in could not be confirmed. Please reload the page."))
    if not secret:
        raise wrong
    if signed.jwt is not None:
        try:
            claims = jwt.decode(signed.jwt, secret, algorithms=["HS256"], options={"require": ["sub", "exp"]})
        except jwt.InvalidTokenError:
            raise wrong from None
        return Vouched(str(claims["sub"]), str(claims.get("name") or ""), str(claims.get("email") or ""))
    if not signed.id or not signed.hash or not crypto.same(crypto.hmac_sha256(secret, signed.id), signed.hash.lower()):
        raise wrong
    return Vouched(signed.id, signed.name, "", signed.email)
