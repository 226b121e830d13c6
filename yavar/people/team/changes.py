"""A number that rises when anybody's rights, sessions or tokens change in this process: what was remembered of them before is no longer so."""

from yavar.base.db import after_commit

_number = 0


def number() -> int:
    """The present one."""
    return _number


def _raise() -> None:
    global _number
    _number += 1


def told() -> None:
    """Rights change with the open transaction."""
    after_commit(_raise)
