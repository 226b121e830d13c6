"""What a channel tells about itself: capabilities are data, the core keeps no list of kinds."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of inbox. `config` is the type of its settings, all of which have defaults; `check` raises Problem 422 for settings that fit the type
    and yet make no sense. `immediate`: an answer leaves at once and cannot be recalled. `sends`: the desk can answer this way. `words`: what an item
    of the ledger says, for the desk to learn by; never called inside a transaction."""

    kind: str
    icon: str
    immediate: bool = False
    takes_files: bool = True
    typing: bool = False
    sends: bool = True
    config: type[msgspec.Struct]
    check: Callable[[Any], Any] = lambda config: config
    words: Callable[[Any], set[str]] = lambda _receipt: set()

    def changed(self, raw: Mapping[str, Any], changes: Mapping[str, Any]) -> msgspec.Struct:
        """An inbox's settings with some of them changed. Raises msgspec.ValidationError for an unknown key or wrong type, Problem 422."""
        checked: msgspec.Struct = self.check(msgspec.convert({**raw, **changes}, self.config))
        return checked

    def new_secret(self) -> str:
        """A secret to share with the shop."""
        return secrets.token_urlsafe(32)


_channels: dict[str, Channel] = {}


def offer(channel: Channel) -> None:
    """A channel enters the house; called by the wiring."""
    _channels[channel.kind] = channel


def channel(kind: str) -> Channel | None:
    """The channel of this kind, or None when its package is absent: its inbox is shown as off."""
    return _channels.get(kind)
