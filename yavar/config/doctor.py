"""`yavar doctor`: look at everything that is known to go wrong, and say what to do."""

import shutil
from argparse import Namespace
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from yavar.base.jobs.models import Job
from yavar.conversations.models import Inbox

from .first import hints

Finding = tuple[bool, str]


def doctor(_given: Namespace) -> int:
    """Print each finding; exit code 1 when something must be done."""
    well = True
    for good, text in findings():
        well = well and good
        print(f"{'ok  ' if good else 'LOOK'}  {text}")
    return 0 if well else 1


def findings() -> Iterator[Finding]:
    """One after another, the ground first."""
    env = settings.ENV
    if not env.data.exists():
        yield False, f"The data folder {env.data} does not exist yet: start the desk once with `yavar serve`."
        return
    free = shutil.disk_usage(env.data).free
    yield free > 1 << 30, f"{free >> 20} MB free where the data lies ({env.data})" + ("" if free > 1 << 30 else ": make room, a full disk refuses messages")
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:  # whatever the driver raises: the person needs the sentence, not the trace
        yield False, f"The database does not answer: {error}"
        return
    yield not pending, f"Database: {connection.vendor}" + (f", {len(pending)} steps behind: run `yavar migrate`" if pending else ", up to date")
    if pending:
        return
    yield from _database()
    dead, waiting = Job.objects.filter(state="dead").count(), Job.objects.filter(state="ready").count()
    yield not dead, f"Jobs: {waiting} waiting, {dead} dead" + (": see `yavar jobs list`" if dead else "")
    for inbox in Inbox.objects.filter(kind="chat"):
        origins = inbox.config.get("origins", [])
        yield bool(origins), f"Chat “{inbox.name}”: " + (", ".join(origins) if origins else "on no page, see `yavar chat allow`")
    yield (
        env.secure or not env.url,
        "People reach the desk at " + (env.url or f"http://{env.host}:{env.port}") + ("" if env.secure or not env.url else ": put TLS in front of it"),
    )
    for hint in hints():
        yield False, hint


def _database() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
        yield number >= 140000, f"PostgreSQL {number // 10000}" + ("" if number >= 140000 else ": 14 or newer is needed")
        return
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
        check = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    safe = found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    yield safe, f"SQLite keeps what it acknowledged (WAL, FULL): {found}" if not safe else "SQLite keeps what it acknowledged (WAL, synchronous FULL)"
    yield check == "ok", f"SQLite's own check: {check}"
