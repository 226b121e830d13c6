"""What happens to the devices that hear of the desk's work."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("device.added", audience=STAFF)
class DeviceAdded(msgspec.Struct, frozen=True):
    """A browser takes pushes for somebody from now on."""

    device: int
    agent: int


@fact("device.removed", audience=STAFF)
class DeviceRemoved(msgspec.Struct, frozen=True):
    """It does no more: `why` is `person` (somebody removed it), `moved` (it is another person's now), `many` (it was the oldest of too many), `gone` (its push service
    knows it no more), or `failed` (nothing reached it for days)."""

    device: int
    agent: int
    why: str
