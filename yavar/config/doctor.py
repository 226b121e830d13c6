"""`yavar doctor`: look at everything that is known to go wrong, and say what to do."""

import shutil
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from yavar.base import clock
from yavar.base.jobs.models import Job
from yavar.channels import delivery
from yavar.channels.contract import channel
from yavar.conversations.models import Inbox
from yavar.integrations.channels.email import queries as mail
from yavar.integrations.channels.email.doors.verdict import WORDS
from yavar.people.models import Agent, Grant
from yavar.webhooks import queries as webhooks

from .first import hints
from .wiring import wire

Finding = tuple[bool, str]


def doctor(_given: Namespace) -> int:
    """Print each finding; exit code 1 when something must be done."""
    wire()
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
    yield from _work()
    yield from _doors()
    yield from _safety()
    for hint in hints():
        yield False, hint


def _work() -> Iterator[Finding]:
    dead, waiting = Job.objects.filter(state="dead").count(), Job.objects.filter(state="ready").count()
    yield not dead, f"Jobs: {waiting} waiting, {dead} dead" + (": see `yavar jobs list`" if dead else "")
    oldest = Job.objects.filter(state="ready").order_by("due_at").values_list("due_at", flat=True).first()
    late = oldest is not None and clock.now() - oldest > timedelta(minutes=5)
    if late:
        yield False, "Work waits since more than five minutes: is the desk running? On PostgreSQL start a worker (`yavar work`) or `yavar serve`"
    failing = webhooks.failing()
    yield not failing, f"Webhooks: {failing} failing" + (": see Settings, Webhooks" if failing else "")


def _doors() -> Iterator[Finding]:
    env = settings.ENV
    for inbox in Inbox.objects.order_by("pk"):
        if channel(inbox.kind) is None:
            yield False, f"Inbox “{inbox.name}”: nothing here serves {inbox.kind}; its package is missing, its conversations stay"
        elif inbox.kind == "chat":
            origins = inbox.config.get("origins", [])
            yield (
                bool(origins),
                f"Chat “{inbox.name}”: "
                + (", ".join(origins) if origins else "on no page, see `yavar chat allow`")
                + ("" if inbox.active else " (switched off)"),
            )
        elif inbox.kind == "form":
            answers = delivery.mail_of(inbox.brand_id) is not None
            yield (
                answers,
                f"Form “{inbox.name}”: "
                + ("answers leave by mail" if answers else "nobody can answer it: set up outgoing mail of the same shop under Settings, E-mail"),
            )
        elif inbox.kind == "email":
            taken = [at for at in (env.smtp, env.lmtp) if at]
            boxes = [box for box in mail.asked() if box.inbox == inbox.pk]
            if not boxes and not taken:
                yield (
                    False,
                    f"Mail to {inbox.config.get('address')}: no mailbox is asked and no door is open; add a mailbox under Settings, E-mail, or set YAVAR_SMTP",
                )
            for box in boxes:
                yield not box.failure, f"Mailbox {box.user} at {box.host}: " + (str(WORDS[box.failure]) if box.failure else "is read")
            way = next((way for way in mail.leaving() if way.inbox == inbox.pk), None)
            said = "has no way out, so nobody can answer: see Settings, E-mail, Outgoing mail" if way is None else f"leaves by {way.host}"
            if way is not None and way.failure:
                said += f", but not at present: {WORDS.get(way.failure, way.failure)}"
            yield way is not None and not way.failure, f"Mail from {inbox.config.get('address')} {said}"
        try:
            inbox.unsealed_secret()
        except ValueError:
            yield False, f"Inbox “{inbox.name}”: its secret was sealed with another desk key; make a new one in the settings, or bring back secret.key"
    where = env.url or f"http://{env.host}:{env.port}"
    local = not env.url and env.host in ("127.0.0.1", "localhost", "::1")
    if local:
        yield True, f"People reach the desk at {where}: from this machine only. For customers put a TLS proxy in front and set YAVAR_URL"
    else:
        yield env.secure, f"People reach the desk at {where}" + ("" if env.secure else ": put TLS in front of it and set YAVAR_URL to its https address")


def _safety() -> Iterator[Finding]:
    key = settings.ENV.data / "secret.key"
    if key.exists():
        private = not key.stat().st_mode & 0o077
        yield private, "The desk's key is readable by its owner alone" if private else f"Others on this machine can read {key}: `chmod 600` it"
    owners = Grant.objects.filter(role="owner", scope="desk", agent__is_active=True).count()
    if Agent.objects.exists():
        yield owners > 0, f"{owners} owner(s)" if owners else "Nobody owns the desk: `yavar user role you@shop.example --role owner`"
    made = sorted((settings.ENV.data / "backups").glob("*.tar"), key=lambda path: path.stat().st_mtime)
    age = (time.time() - made[-1].stat().st_mtime) / 86400 if made else None
    if age is None:
        yield True, "No backup lies in the data folder; if you keep none elsewhere: `yavar backup`"
    else:
        yield age < 7, f"The newest backup is {age:.0f} days old" + ("" if age < 7 else ": `yavar backup`, best by a timer")


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
