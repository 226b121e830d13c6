"""Commands that look after a desk's database while it runs. Killed at any moment they leave everything in order, and go on when called again."""

import sys
from argparse import Namespace
from collections.abc import Iterable

from yavar.base.db.upkeep import free_bytes, give_back, gives_back, refresh_statistics
from yavar.base.search.merge import merge
from yavar.base.search.rebuild import rebuild

from .run import migrate
from .wiring import wire

STEPS = {"read": "Reading everything anew", "empty": "Emptying the old index"}


def reindex(_given: Namespace) -> int:
    """`yavar reindex`"""
    migrate()
    wire()  # the rooms say what is indexed
    _tell(f"{STEPS[step]}: {done:,} of {of:,}" for step, done, of in rebuild())
    print("The index is new. `yavar vacuum` gives back the room of the old one.")
    return 0


def vacuum(_given: Namespace) -> int:
    """`yavar vacuum`"""
    migrate()
    _tell(f"Statistics: {table}" for table in refresh_statistics())
    _tell(f"Search index: {pages:,} pages put together" for pages in merge())
    if gives_back():
        _tell(f"Room: {left / 1e6:,.0f} MB still to give back" for left in give_back())
    elif free_bytes():
        print(f"{free_bytes() / 1e6:,.0f} MB inside the file are free and will be used again. To make the file smaller, see docs/operate/upkeep.md.")
    print("Done.")
    return 0


def _tell(lines: Iterable[str]) -> None:
    """Each line in place of the one before; where nobody watches, the last one."""
    line = ""
    for line in lines:
        if sys.stdout.isatty():
            print(f"\r\033[K{line}", end="", flush=True)
    if line:
        print("\r\033[K" + line if sys.stdout.isatty() else line, flush=True)
