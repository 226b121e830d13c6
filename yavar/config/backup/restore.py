"""Bringing a desk back: into an empty place, checked first, and as a new life, so that the old one and this cannot be mistaken for each other."""

import os
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session

from yavar.base import clock, instance
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.files import path_of
from yavar.base.jobs import forget_leases
from yavar.conversations import deliveries, holding
from yavar.desk.events import BeganAnew
from yavar.notifications.actions import hush
from yavar.people.models import SignIn
from yavar.webhooks.actions import hold_all

from .. import run
from . import engines, make
from .engines import Trouble

CLI = Actor("system", via="cli")


def command(given: Namespace) -> int:
    """`yavar restore FILE`."""
    try:
        facts = restore(Path(given.file), replace=given.replace, check_only=given.check, progress=make._bar if sys.stderr.isatty() else make._quiet)
    except Trouble as trouble:
        print(f"yavar: {trouble}", file=sys.stderr)
        return 1
    if given.check:
        print(f"The backup of {facts['made_at']} is whole: {len(facts['files'])} files, version {facts['version']}.")
        return 0
    print(f"Restored the desk of {facts['made_at']} to {settings.ENV.data}.")
    print("Everybody signs in anew. Webhooks are off until you switch them on: the desk it was copied from may have posted since.")
    return 0


def restore(archive: Path, *, replace: bool = False, check_only: bool = False, progress: make.Progress = make._quiet) -> dict[str, Any]:
    """Check the backup and make it this desk. Raises Trouble: the place is not empty (and not `replace`), another engine, a newer version, a damaged part."""
    facts = make.manifest(archive)
    engine = "sqlite" if settings.ENV.sqlite else "postgresql"
    if facts["engine"] != engine:
        raise Trouble(f"this backup is of a desk on {facts['engine']}, and this desk is set up for {engine}.")
    data: Path = settings.ENV.data
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        folder = Path(name)
        for _part in make.verified(archive, progress, into=folder):
            pass
        engines.check(folder / make.DATABASE)
        if check_only:
            return facts
        with alone(data):
            if not engines.is_empty():
                if not replace:
                    raise Trouble("there is a desk here already. Restore into an empty place (--data), or put it aside with --replace.")
                _put_aside(data)
            _settle(folder, facts)
    return facts


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Nobody serves this desk meanwhile: holds the lock that `yavar serve` holds. Raises Trouble."""
    lock = run.take(data)
    if lock is None:
        raise Trouble("the desk is running here. Stop it first.")
    try:
        yield
    finally:
        os.close(lock)


def _put_aside(data: Path) -> None:
    """The desk that is here now is moved, not removed (on PostgreSQL: refused)."""
    if not settings.ENV.sqlite:
        raise Trouble("on PostgreSQL give the desk a new, empty database (YAVAR_DATABASE) instead of --replace.")
    aside = data / f"before-restore-{clock.now():%Y-%m-%d-%H%M%S}"
    aside.mkdir()
    for name in ("desk.sqlite3", "desk.sqlite3-wal", "desk.sqlite3-shm", "files", "secret.key"):
        if (data / name).exists():
            shutil.move(data / name, aside / name)


def _settle(folder: Path, facts: dict[str, Any]) -> None:
    if (folder / make.KEY).exists():
        key = settings.ENV.data / "secret.key"
        shutil.copyfile(folder / make.KEY, key)
        key.chmod(0o600)
    for key in facts["files"]:
        target = path_of(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / "files" / key, target)
    engines.put_back(folder / make.DATABASE)
    run.migrate()
    with transaction():
        instance.begin_anew()
        Session.objects.all().delete()
        SignIn.objects.filter(outcome="ok", ended_at__isnull=True).update(ended_at=clock.now())
        hold_all(by=CLI)
        deliveries.doubt_all(by=CLI)
        holding.stop_all("restored")
        hush()
        record(BeganAnew(facts["epoch"]), subject=("desk", 0), by=CLI)
    forget_leases()
