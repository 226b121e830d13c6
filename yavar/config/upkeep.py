"""Commands that look after a desk's database while it runs. Killed at any moment they leave everything in order, and go on when called again."""

import sys
from argparse import Namespace
from collections.abc import Iterable

from yavar.base.db.upkeep import free_bytes, give_back, gives_back, refresh_statistics
from yavar.base.search.merge import merge
from yavar.base.search.rebuild import rebuild

from .run import migrate
from .wiring import wire

STEPS = {"read": "Reading everything anew: {:,} of {:,}", "clear": "Clearing the old index away: {:,} rows"}


def reindex(_given: Namespace) -> int:
    """`yavar reindex`"""
    migrate()
    wire()  # the rooms say what is indexed
    _tell((step, STEPS[step].format(done, of)) for step, done, of in rebuild())
    print("The index is new. `yavar vacuum` gives back the room of the old one.")
    return 0


def vacuum(_given: Namespace) -> int:
    """`yavar vacuum`"""
    migrate()
    _tell(("statistics", f"Statistics: {number} tables") for number, _table in enumerate(refresh_statistics(), 1))
    _tell(("merge", f"Search index: {pages:,} pages put together") for pages in merge())
    if gives_back():
        _tell(("room", f"Room: {left / 1e6:,.1f} MB still to give back") for left in give_back())
    elif free_bytes():
        print(f"{free_bytes() / 1e6:,.0f} MB inside the file are free and will be used again. To make the file smaller, see docs/operate/upkeep.md.")
    print("Done.")
    return 0


def _tell(lines: Iterable[tuple[str, str]]) -> None:
    """Lines of (step, text): each in place of the one before; where nobody watches, only the last one of each step."""
    shown, before, text = sys.stdout.isatty(), "", ""
    for step, line in lines:
        if text and step != before:
            print(f"\r{text}" if shown else text, flush=True)
        before, text = step, line
        if shown:
            print(f"\r\033[K{text}", end="", flush=True)
    if text:
        print("\n" if shown else f"{text}\n", end="", flush=True)
