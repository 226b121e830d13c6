"""A consistent copy of the database in one file, and back, on either engine."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings


class Trouble(RuntimeError):
    """What went wrong, as a sentence for the operator."""


def _name() -> str:
    """The file of SQLite, or the database of PostgreSQL."""
    return str(settings.DATABASES["default"]["NAME"])


def snapshot(into: Path) -> None:
    """Copy the database as it is at this moment; writers go on meanwhile. Raises Trouble."""
    if settings.ENV.sqlite:
        # one read transaction in WAL: a consistent copy, without free pages, and nobody waits for it (sqlite.org/lang_vacuum.html)
        line = sqlite3.connect(_name(), isolation_level=None)
        try:
            line.execute("VACUUM INTO ?", (str(into),))
        finally:
            line.close()
    else:
        _postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={into}")


def check(copy: Path) -> None:
    """Whether a copy is whole. Raises Trouble."""
    if settings.ENV.sqlite:
        line = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
        try:
            found = line.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        finally:
            line.close()
        if found != "ok":
            raise Trouble(f"the database in the backup is damaged: {found}")
    else:
        _postgresql("pg_restore", "--list", str(copy), connect=False)


def put_back(copy: Path) -> None:
    """Make the copy the desk's database. The place must be empty. Raises Trouble."""
    if settings.ENV.sqlite:
        target = Path(_name())
        for leftover in (target.with_name(target.name + end) for end in ("-wal", "-shm")):
            leftover.unlink(missing_ok=True)  # they belong to another database
        shutil.copyfile(copy, target)
        with open(target, "rb") as file:
            os.fsync(file.fileno())
    else:
        _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", _name(), str(copy))


def is_empty() -> bool:
    """Whether no desk lies in the database."""
    if settings.ENV.sqlite:
        return not Path(_name()).exists()
    from django.db import connection

    return "base_event" not in connection.introspection.table_names()


def _postgresql(program: str, *words: str, connect: bool = True) -> None:
    found = shutil.which(program, path=os.environ.get("YAVAR_PG_BIN", "") + os.pathsep + os.environ.get("PATH", ""))
    if found is None:
        raise Trouble(f"{program} is not installed: it comes with PostgreSQL's client package (or name its folder in YAVAR_PG_BIN).")
    base: dict[str, Any] = settings.DATABASES["default"]
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {**os.environ, **({name: str(base[key]) for name, key in names.items() if base.get(key)} if connect else {})}
    done = subprocess.run([found, *words], env=env, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"{program}: {done.stderr.strip()[-500:]}")
