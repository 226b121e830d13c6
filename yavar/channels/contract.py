"""What a channel tells about itself: capabilities are data, the core keeps no list of kinds."""

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of inbox. `config` is the type of its settings, all of which have defaults; `check` raises Problem 422 for settings that fit the type
    and yet make no sense. `words`: what an item of the ledger says, for the desk to learn by; never called inside a transaction.

    An answer is read where it is said (a chat), or each recipient gets a copy: then `way` is the kind of identity that copies go to; with `by_mail` they
    leave by the mail inbox of the same shop (a form has no way out of its own). `able` says which
    of some inboxes (by key) can send at present, `hold` for how many seconds an answer can be taken back, `sender` the address of ours that copies
    leave from, `own` whether an address is one of ours.
    A job `<kind>.send` with `inbox` and `slot` does the sending (yavar.channels.delivery).
    """

    kind: str
    family: str  # what promises are made for: chat, mail, form, phone, social, forum
    icon: str
    takes_files: bool = True
    typing: bool = False
    config: type[msgspec.Struct]
    check: Callable[[Any], Any] = lambda config: config
    words: Callable[[Any], set[str]] = lambda _receipt: set()
    way: str = ""
    by_mail: bool = False
    able: Callable[[Collection[int]], Collection[int]] = lambda inboxes: inboxes
    hold: Callable[[Any], int] = lambda _config: 0
    sender: Callable[[Any], str] = lambda _config: ""
    own: Callable[[str], bool] = lambda _address: False

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


def mail_kinds() -> list[str]:
    """The kinds of inboxes by which mail leaves."""
    return [each.kind for each in _channels.values() if each.way == "email" and not each.by_mail]


def channel(kind: str) -> Channel | None:
    """The channel of this kind, or None when its package is absent: its inbox is shown as off."""
    return _channels.get(kind)
