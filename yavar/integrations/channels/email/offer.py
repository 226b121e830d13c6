"""What the house is offered: e-mail as a channel."""

from collections.abc import Collection

from yavar.channels.contract import Channel

from .channel import KIND, EmailConfig, base_of, checked, own_addresses
from .models import Outlet
from .reading import words_of


def _able(inboxes: Collection[int]) -> set[int]:
    return set(Outlet.objects.filter(inbox__in=inboxes, active=True).values_list("inbox", flat=True))


EMAIL = Channel(
    kind=KIND, family="mail", icon="mail", config=EmailConfig, check=checked, words=words_of, way="email", able=_able, hold=lambda config: config.hold,
    sender=lambda config: config.address, own=lambda address: base_of(address) in own_addresses(),
)  # fmt: skip
