"""The e-mail channel: what an inbox of this kind can be told, and to which inbox an address belongs."""

from typing import Annotated

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base.db import sql
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.people.customers import identities

KIND = "email"
MIME = "message/rfc822"


class EmailConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an e-mail inbox works: the address customers write to, and others that also lead here; for how many seconds an answer can be taken back;
    what stands beneath an answer, by language (fields in braces are filled in, see sending.letter); `plus`: mail to `name+anything@` arrives, too."""

    address: str = ""
    aliases: list[str] = []
    hold: Annotated[int, msgspec.Meta(ge=0, le=30)] = 5
    signature: dict[str, Annotated[str, msgspec.Meta(max_length=2000)]] = {}
    plus: bool = False


def checked(config: EmailConfig) -> EmailConfig:
    """With its addresses in normal form. Raises Problem 422 for one that is none."""
    return msgspec.structs.replace(config, address=_address(config.address), aliases=list(dict.fromkeys(map(_address, config.aliases))))


def _address(typed: str) -> str:
    found = identities.email(typed)
    if found is None:
        raise Problem(422, "address.invalid", _("This address isn’t complete. Please check it."), field="address")
    return found


def base_of(address: str) -> str:
    """An address without its extension: `support+x@shop.example` is `support@shop.example` (RFC 5233)."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def own_addresses() -> dict[str, Inbox]:
    """Every address that leads to an inbox of ours."""
    found: dict[str, Inbox] = {}
    for inbox in sql.pick(Inbox, "kind = ? ORDER BY id", (KIND,)):  # asked for every mail
        for address in (inbox.config.get("address", ""), *inbox.config.get("aliases", [])):
            if address:
                found.setdefault(address, inbox)
    return found
