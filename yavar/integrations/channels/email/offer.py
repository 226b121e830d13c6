"""What the house is offered: e-mail as a channel."""

from collections.abc import Collection

from yavar.base.db import sql
from yavar.channels.contract import Channel

from .channel import KIND, EmailConfig, base_of, checked, own_addresses
from .models import Outlet
from .reading import words_of


def _able(inboxes: Collection[int]) -> set[int]:
    return {each.inbox_id for each in sql.pick(Outlet, "active AND inbox_id IN (??)", [list(inboxes)])} if inboxes else set()


EMAIL = Channel(
    kind=KIND, family="mail", icon="mail", config=EmailConfig, check=checked, words=words_of, way="email", able=_able, hold=lambda config: config.hold,
    sender=lambda config: config.address, own=lambda address: base_of(address) in own_addresses(),
)  # fmt: skip
