"""The settings of a chat inbox, and what makes a visitor known: the shop's own signature."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

import jwt
import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yavar.base import crypto, hosts
from yavar.base.problem import Problem

from .contract import Channel
from .greetings import Greeting
from .greetings import checked as checked_greetings
from .ways import Way
from .ways import checked as checked_ways

Asked = Literal["off", "ask", "require"]
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_BARE, _HERE = re.compile(r"[\w.-]*\w(:\d+)?(/.*)?"), re.compile(r"localhost\b|127\.")


class ChatConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a chat inbox works. Without an origin it is closed: nobody can show it."""

    origins: list[str] = []
    ask_name: Asked = "ask"
    ask_email: Asked = "off"
    identity_required: bool = False  # only visitors the shop vouches for
    mail_after: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 3  # minutes until an answer that nobody has seen goes out by mail; 0: never
    ways: list[Way] = []  # other ways to the shop, in the order they are shown
    greetings: list[Greeting] = []  # the first that fits is shown
    greetings_a_day: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1  # in one browser
    see_visitors: bool = False  # agents see who is on the shop's pages, and may write first


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


def changed(raw: object, **changes: object) -> ChatConfig:
    """A row's config with some of it changed. Raises msgspec.ValidationError."""
    return msgspec.convert({**msgspec.to_builtins(config_of(raw)), **changes}, ChatConfig)


def origin(text: str) -> str | None:
    """`scheme://host[:port]` in its normal form (RFC 6454), or None. No wildcards: a foreign page must not get in by a pattern.

    The host is letters, digits, dots, hyphens (or an address in brackets) and nothing else: the origin is written into a header.
    """
    try:
        parts = urlsplit(text.strip())
        port, host = parts.port, hosts.to_ascii(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    if ":" in host:
        host = f"[{host}]"
    if not _HOST.fullmatch(host):
        return None
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def typed_origin(text: str) -> str:
    """An origin as an owner types it. Raises Problem 422 with what is wrong and, where one can tell, what was meant."""
    typed = text.strip()
    found = origin(typed)
    if "*" in typed:
        why = gettext("A star would let in pages you don’t know. Add each address by itself.")
    elif not typed:
        why = gettext("Type the address of your shop, such as https://shop.example.")
    elif _BARE.fullmatch(typed) and (meant := origin(f"{'http' if _HERE.match(typed) else 'https'}://{typed}")):
        why = gettext("The address begins with https:// or http://. Did you mean {address}?").format(address=meant)
    elif not typed.lower().startswith(("https://", "http://")):
        why = gettext("Only addresses that begin with https:// or http:// can be allowed.")
    elif found is None:
        why = gettext("This address isn’t complete. It looks like https://shop.example.")
    elif urlsplit(typed).path not in ("", "/") or "?" in typed or "#" in typed:
        why = gettext("Leave out what comes after the name: the whole shop is allowed at once. Did you mean {address}?").format(address=found)
    else:
        return found
    raise Problem(422, "origin.invalid", why, field="origin")


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


def _checked(config: ChatConfig) -> ChatConfig:
    return msgspec.structs.replace(
        config,
        origins=list(dict.fromkeys(typed_origin(each) for each in config.origins)),
        ways=checked_ways(config.ways),
        greetings=checked_greetings(config.greetings),
    )


CHAT = Channel(kind="chat", family="chat", icon="message-circle", typing=True, config=ChatConfig, check=_checked)
