"""The commands that run the desk."""

import fcntl
import os
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from . import serve as server
from .place import address, note


def migrate(_given: Namespace | None = None) -> None:
    """Bring the database to this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    settings.ENV.data.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def take(data: Path) -> int | None:
    """The lock of whoever serves the desk in this folder, held until the process ends or the descriptor is closed. None when another process has it."""
    data.mkdir(parents=True, exist_ok=True)
    lock = os.open(data / "serving.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _run(prepare: Callable[[], None], ready: Callable[[], None]) -> int:
    env = settings.ENV
    try:
        listener = server.listen(env.host, env.port)
    except OSError as error:
        print(f"yavar: cannot listen on {env.host}:{env.port} ({error.strerror}). Choose another with --port.", file=sys.stderr)
        return 1
    if env.sqlite and take(env.data) is None:
        print(f"yavar: another process serves the desk in {env.data} already.", file=sys.stderr)
        return 1
    migrate()
    note()
    prepare()
    server.serve(listener, ready)
    return 0


def serve(_given: Namespace) -> int:
    """`yavar serve`."""
    from .first import furnish, hints

    def ready() -> None:
        print(f"Yavar is ready at {address()}", flush=True)
        for hint in hints():
            print(hint, flush=True)

    return _run(furnish, ready)


def demo(_given: Namespace) -> int:
    """`yavar demo`."""
    from . import demo as stage

    started = time.monotonic()

    def ready() -> None:
        print(stage.greeting(address(), time.monotonic() - started), flush=True)

    return _run(stage.prepare, ready)


def work(given: Namespace) -> int:
    """`yavar work`."""
    if settings.ENV.sqlite and not given.child:
        print("yavar: on SQLite the worker belongs to `yavar serve`; a worker of its own needs PostgreSQL (YAVAR_DATABASE).", file=sys.stderr)
        return 1
    from .work import work as run

    stop = threading.Event()
    if given.child:
        server.stop_with_parent(stop)
    else:
        import signal

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    run(stop)
    return 0
