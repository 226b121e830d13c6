"""`yavar serve`: web, streams and writer in this process, the worker as its child, one Ctrl-C for all."""

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from django.urls import get_resolver

from yavar.base.edge import Edge

log = logging.getLogger("yavar.serve")


class Child:
    """A process of ours: started again within a second when it dies, told to end by closing its standard input (so it also ends when we are killed)."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self._command = name, command
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name=f"watch {name}", daemon=True)

    def start(self) -> None:
        """Start it and watch over it."""
        self._spawn()
        self._thread.start()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to finish what it does; after 5 seconds it has to."""
        self._stopping = True
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _spawn(self) -> None:
        # a session of its own: Ctrl-C in the terminal reaches us alone, and we end it in order
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    def _watch(self) -> None:
        pause = 0.1
        while True:
            assert self._process is not None
            started = time.monotonic()
            code = self._process.wait()
            if self._stopping:
                return
            log.warning("the %s ended with %s; starting it again", self.name, code)
            pause = 0.1 if time.monotonic() - started > 5 else min(pause * 2, 10)
            time.sleep(pause)
            if self._stopping:
                return
            self._spawn()


class Server(uvicorn.Server):
    """uvicorn, but open streams end when we are asked to stop, instead of holding us up."""

    def __init__(self, config: uvicorn.Config, edge: Edge) -> None:
        super().__init__(config)
        self._edge = edge

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal arrived."""
        self._edge.close_streams()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # uvicorn would raise them again at the end and so skip our own tidying up


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken before anything else is started so that a taken port is said at once. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(2048)
    return listener


def serve(listener: socket.socket, ready: Callable[[], None]) -> None:
    """Run until a signal. The database is migrated already."""
    from django.conf import settings

    from yavar.realtime.hub import hub

    from . import health, wiring

    sys.setswitchinterval(0.0001)  # the event loop shares the interpreter with the writer and Django's threads: shorter turns, calmer tails
    edge = wiring.edge()
    env = settings.ENV
    config = uvicorn.Config(
        edge, log_level="warning", access_log=False, server_header=False, proxy_headers=True, forwarded_allow_ips=env.proxies, lifespan="on",
        timeout_keep_alive=30, timeout_graceful_shutdown=5, backlog=2048, ws="none",
    )  # fmt: skip
    worker = Child("worker", [sys.executable, "-m", "yavar", "work", "--child"])
    hub().start()
    worker.start()
    health.children["worker"] = worker.alive
    announce = threading.Thread(target=_when_answering, args=(listener, ready), daemon=True)
    announce.start()
    try:
        Server(config, edge).run(sockets=[listener])
    finally:
        worker.stop()
        hub().stop()


def _when_answering(listener: socket.socket, ready: Callable[[], None]) -> None:
    host, port = listener.getsockname()[:2]
    for _ in range(200):
        try:
            with socket.create_connection((host if host not in ("0.0.0.0", "::") else "127.0.0.1", port), timeout=1) as line:
                line.sendall(b"GET /health HTTP/1.0\r\nHost: desk\r\n\r\n")
                if line.recv(12).startswith(b"HTTP/1.1 200"):
                    ready()
                    get_resolver().url_patterns  # noqa: B018 - loads the pages, which else the first reader waits for
                    freeze()
                    return
        except OSError:
            pass
        time.sleep(0.05)


def freeze() -> None:
    """What a process has loaded by now stays until its end: the garbage collector need not walk over it again and again (4 % of all time)."""
    gc.collect()
    gc.freeze()


def stop_with_parent(stop: threading.Event) -> None:
    """In a child: end when the parent closes our standard input, which the kernel does even when the parent is killed."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        stop.set()
        time.sleep(10)
        os._exit(1)  # a job that hangs must not outlive the desk

    threading.Thread(target=watch, name="parent", daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
