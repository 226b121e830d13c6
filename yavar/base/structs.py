"""Structs and threads. What msgspec (0.22) knows of a Struct is laid down when the first value of its kind is decoded, and not for two threads at once: the
second one reads half of it, and the process dies of a null pointer."""

from typing import Any

import msgspec


def complete() -> int:
    """Have it look at every Struct that is defined by now, before there is a second thread. Some milliseconds for hundreds; answers how many."""
    waiting: list[Any] = msgspec.Struct.__subclasses__()
    number = 0
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        msgspec.json.Decoder(each)
        number += 1
    return number
