"""The child: `python -m yavar.base.child package.module:function`. Reads a call, answers it, reads the next; ends when its standard input does.

The limits are set before the function is imported. Its environment holds no secret of the desk, its descriptors are three pipes, and it can write no file.
"""

import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .wire import ANSWER, ASK, DONE, DONE_AND_GONE, FAILED, OUT_OF_MEMORY, READY

MEMORY = 256 * 1024 * 1024  # bytes of address space, code and libraries included
CALLS = 2_000
GROWN = 128 * 1024 * 1024  # bytes of address space still held after a call: what is left to the next is no longer enough
GRACE = 2.0  # seconds after which the child ends itself when its parent did not: the parent may have been killed


def main() -> None:
    """Answer calls until there are none, or until this child is used up."""
    answers = os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # whoever prints does not speak into the frames
    limit()
    module, _, name = sys.argv[1].partition(":")
    function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
    answers.write(READY)
    for _ in range(CALLS - 1):
        if not answer(function, sys.stdin.buffer, answers, last=False):
            return
    answer(function, sys.stdin.buffer, answers, last=True)


def limit() -> None:
    """No more memory than allowed, no files written, no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def held() -> int:
    """Bytes of address space, 0 where the system does not tell. (`ru_maxrss` would count the parent's memory, too: it survives exec.)"""
    try:
        return int(Path("/proc/self/statm").read_bytes().split(None, 1)[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def answer(function: Callable[[bytes], bytes], asks: BinaryIO, answers: BinaryIO, *, last: bool) -> bool:
    """One call; whether another may follow."""
    head = asks.read(ASK.size)
    if len(head) < ASK.size:
        return False
    size, seconds = ASK.unpack(head)
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)  # SIGALRM is left to kill, which it does in C code, too
    try:
        state, body = DONE, function(asks.read(size))
    except MemoryError:
        state, body = OUT_OF_MEMORY, b""
    except Exception as error:  # a mistake of ours that a stranger found: the parent puts their bytes aside, and this child is not trusted further
        state, body = FAILED, f"{type(error).__name__}: {error}"[:500].encode("utf-8", "replace")
    signal.setitimer(signal.ITIMER_REAL, 0)
    if state == DONE and (last or held() > GROWN):
        state = DONE_AND_GONE
    _write(answers, ANSWER.pack(state, len(body)))
    _write(answers, body)
    return state == DONE


def _write(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


if __name__ == "__main__":
    main()
