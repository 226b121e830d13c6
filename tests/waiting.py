"""What tests do that look at something which happens elsewhere."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator


def wait_for(found: Callable[[], object], seconds: float = 15) -> None:
    """Until it is so. Fails when it never is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@contextlib.contextmanager
def running(call: Callable[[threading.Event], object]) -> Iterator[None]:
    """A keeper in a thread of its own, as the worker runs it, which is over when this is left."""
    stop = threading.Event()
    thread = threading.Thread(target=call, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=15)
