"""Where a chat's launcher was last loaded: for whoever has just put the line on a page and waits to see it work. In memory; a hint, no record."""

import time
from collections import OrderedDict

_loaded: OrderedDict[str, tuple[str, float]] = OrderedDict()


def note(inbox: str, origin: str) -> None:
    """The launcher of this inbox (public id) was loaded by a page of this origin."""
    _loaded[inbox] = (origin, time.monotonic())
    _loaded.move_to_end(inbox)
    while len(_loaded) > 1000:
        _loaded.popitem(last=False)


def last(inbox: str) -> tuple[str, int] | None:
    """The origin, and how many seconds ago; None since this process started."""
    found = _loaded.get(inbox)
    return (found[0], int(time.monotonic() - found[1])) if found else None
