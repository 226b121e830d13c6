"""What happens to webhooks. They are told to nobody outside: a failing endpoint must not cause more to tell."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("webhook.added", audience=STAFF)
class WebhookAdded(msgspec.Struct, frozen=True):
    """A program is told from now on."""

    webhook: int


@fact("webhook.changed", audience=STAFF)
class WebhookChanged(msgspec.Struct, frozen=True):
    """Names of what was changed; `secret` was renewed."""

    webhook: int
    fields: list[str]


@fact("webhook.switched", audience=STAFF)
class WebhookSwitched(msgspec.Struct, frozen=True):
    """`why` it is off: `owner`, `gone` or `failed`; '' for on."""

    webhook: int
    on: bool
    why: str


@fact("webhook.tested", audience=STAFF)
class WebhookTested(msgspec.Struct, frozen=True):
    """A test delivery was asked for."""

    webhook: int
    message: str


@fact("webhook.replayed", audience=STAFF)
class WebhookReplayed(msgspec.Struct, frozen=True):
    """One message was told again, or everything that failed since a time."""

    webhook: int
    message: str | None = None
    since: str | None = None


@fact("webhook.removed", audience=STAFF)
class WebhookRemoved(msgspec.Struct, frozen=True):
    """A program is told nothing more."""

    webhook: int
