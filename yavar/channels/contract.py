"""What a channel tells about itself: capabilities are data, the core keeps no list of kinds."""

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of inbox. `immediate`: an answer leaves at once and cannot be recalled."""

    kind: str
    icon: str
    immediate: bool = False
    takes_files: bool = True
    typing: bool = False


_channels: dict[str, Channel] = {}


def offer(channel: Channel) -> None:
    """A channel enters the house; called by the wiring."""
    _channels[channel.kind] = channel


def channel(kind: str) -> Channel | None:
    """The channel of this kind, or None when its package is absent: its inbox is shown as off."""
    return _channels.get(kind)
