"""The parent's side: one child, started when it is needed, called by one thread at a time."""

import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from .wire import ANSWER, ASK, DONE, FAILED, OUT_OF_MEMORY, READY

START = 30.0  # seconds a child may take to import what it runs
_BLOCK = 1024 * 1024


class Died(Exception):
    """A call brought no answer. `reason`: `timeout`, `memory`, `crash` (the process ended) or `error` (the function raised); `detail` says more in English."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class Child:
    """Runs `package.module:function`, from bytes to bytes, in a process of its own."""

    def __init__(self, function: str) -> None:
        self.function = function
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._used = False  # whether this process has answered before

    def call(self, data: bytes, seconds: float = 10) -> bytes:
        """The function's answer. Raises Died when there is none within `seconds`; the next call then has a new child.

        A child that has answered before may die of what came before, or of somebody's signal. So these bytes are blamed only when they end a fresh one.
        """
        with self._lock:
            process, used = self._living(), self._used
            try:
                return self._ask(process, data, seconds)
            except Died as died:
                if not used or died.reason not in ("crash", "memory"):
                    raise
            return self._ask(self._living(), data, seconds)

    def close(self) -> None:
        """End the child. A later call starts another."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is None:
            return self._process
        self._end()
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        environment = {"PYTHONPATH": path, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "yavar.base.child", self.function]
        self._process = process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, bufsize=0
        )
        assert process.stdin and process.stdout
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        if self._read(process, len(READY), time.monotonic() + START) != READY:
            raise Died("crash", "the child did not start")
        return process

    def _ask(self, process: subprocess.Popen[bytes], data: bytes, seconds: float) -> bytes:
        """One call of this process, which is ended unless it says that it may be asked again."""
        again = False
        try:
            deadline = time.monotonic() + seconds
            self._write(process, ASK.pack(len(data), seconds), deadline)
            self._write(process, data, deadline)
            state, size = ANSWER.unpack(self._read(process, ANSWER.size, deadline))
            body = self._read(process, size, deadline)
            again = self._used = state == DONE
        finally:
            if not again:
                self._end()
        if state == OUT_OF_MEMORY:
            raise Died("memory", "the child had no memory left")
        if state == FAILED:
            raise Died("error", body.decode("utf-8", "replace"))
        return body

    def _write(self, process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
        assert process.stdin
        view, pipe = memoryview(data), process.stdin.fileno()
        while view:
            _wait(pipe, select.POLLOUT, deadline)
            try:
                view = view[os.write(pipe, view[:_BLOCK]) :]
            except BrokenPipeError:
                raise Died("crash", "the child ended") from None

    def _read(self, process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        assert process.stdout
        got, pipe = bytearray(), process.stdout.fileno()
        while len(got) < size:
            _wait(pipe, select.POLLIN, deadline)
            block = os.read(pipe, min(_BLOCK, size - len(got)))
            if not block:
                process.kill()
                raise Died("crash", f"the child ended with {process.wait()}")
            got += block
        return bytes(got)

    def _end(self) -> None:
        process, self._process, self._used = self._process, None, False
        if process:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def _wait(pipe: int, event: int, deadline: float) -> None:
    """Until the pipe is ready. Raises Died when time is up."""
    waiting = select.poll()
    waiting.register(pipe, event)
    left = deadline - time.monotonic()
    if left <= 0 or not waiting.poll(left * 1000):
        raise Died("timeout", "the child took too long")
