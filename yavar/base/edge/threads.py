"""Threads that do not take turns."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any

Call = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Threads(Executor):
    """At most `most` of them; a call goes to the one that has been idle for the shortest time (those of concurrent.futures go round).

    Its database connection still holds the pages that it read a moment ago: SQLite forgets all of a connection's pages when another one commits. An answer of one
    agent costs a tenth less than with threads that take turns (bench/README.md).
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Call | None]] = []
        self._waiting: deque[Call] = deque()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """As the Executor's. Raises RuntimeError after `shutdown`."""
        future: Future[Any] = Future()
        call = (future, fn, args, kwargs)
        with self._lock:
            if self._closed:
                raise RuntimeError("these threads have ended")
            if self._idle:
                self._idle.pop().put(call)
            elif len(self._threads) < self._most:
                self._threads.append(threading.Thread(target=self._run, args=(call,), name=f"{self._name}_{len(self._threads)}", daemon=True))
                self._threads[-1].start()
            else:
                self._waiting.append(call)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What was submitted is still done (or, with `cancel_futures`, what has begun); then the threads end."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            given_up, self._waiting = (self._waiting, deque()) if cancel_futures else (deque(), self._waiting)
        for each in idle:
            each.put(None)
        for future, *_call in given_up:
            future.cancel()
        for thread in self._threads if wait else ():
            thread.join()

    def _run(self, call: Call | None) -> None:
        mine: SimpleQueue[Call | None] = SimpleQueue()
        while call is not None:
            tell = _done(*call)
            with self._lock:
                call = self._waiting.popleft() if self._waiting else None
                over = call is None and self._closed
                if call is None and not over:
                    self._idle.append(mine)  # before anybody hears of the answer, and perhaps asks again at once
            tell()
            del tell  # an answer need not live until the next
            if call is None and not over:
                call = mine.get()


def _done(future: "Future[Any]", function: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]) -> Callable[[], None]:
    """Do a call. Answers what tells whoever waits for it."""
    if not future.set_running_or_notify_cancel():
        return lambda: None
    try:
        return partial(future.set_result, function(*args, **more))
    except BaseException as error:
        return partial(future.set_exception, error)
