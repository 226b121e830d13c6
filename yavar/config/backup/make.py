"""Making a backup: database, files and key into one tar, read back and compared before it gets its name."""

import hashlib
import io
import json
import sys
import tarfile
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder

from yavar import __version__
from yavar.base import clock, instance
from yavar.base.events.models import Event
from yavar.base.files import path_of
from yavar.base.files.models import File

from . import engines
from .engines import Trouble

FORMAT = 1
DATABASE, KEY, MANIFEST = "database", "secret.key", "manifest.json"
Progress = Callable[[int, int, str], None]


def command(given: Namespace) -> int:
    """`yavar backup [FILE]`."""
    target = Path(given.file) if given.file else settings.ENV.data / "backups" / f"yavar-{clock.now().astimezone(UTC):%Y-%m-%d-%H%M%S}.tar"
    try:
        facts = make(target, with_key=not given.without_key, progress=_bar if sys.stderr.isatty() else _quiet)
    except Trouble as trouble:
        print(f"yavar: {trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"yavar: the backup could not be written to {target}: {error.strerror}.", file=sys.stderr)
        return 1
    if not given.file and given.keep:
        _forget_older(target.parent, given.keep)
    print(f"{target}  {target.stat().st_size / 1e6:.1f} MB, {len(facts['files'])} files, checked")
    return 0


def make(target: Path, *, with_key: bool = True, progress: Progress = lambda done, all, what: None) -> dict[str, Any]:
    """Write the backup and check it; answers its manifest. Nothing stands under `target` before it is whole. Raises Trouble or OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE
        progress(0, 1, "database")
        before = {"epoch": instance.epoch(), "last_event": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0}
        rows = dict(File.objects.values_list("key", "sha256"))  # files are written before their rows and never change
        engines.snapshot(copy)
        engines.check(copy)
        files = {key: digest for key, digest in rows.items() if path_of(key).exists()}
        missing = sorted(set(rows) - set(files))
        facts = {
            "format": FORMAT, "version": __version__, "made_at": clock.iso(clock.now()), "engine": "sqlite" if settings.ENV.sqlite else "postgresql", **before,
            "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder.Migration.objects.values_list("app", "name")),
            "database": _digest(copy.open("rb")), "files": files, "missing_files": missing, "key": with_key,
        }  # fmt: skip
        try:
            _write(part, copy, facts, with_key, progress)
            for _name in verified(part, progress):
                pass
            part.chmod(0o600)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return facts


def _write(part: Path, copy: Path, facts: dict[str, Any], with_key: bool, progress: Progress) -> None:
    with tarfile.open(part, "w") as tar:
        _add(tar, MANIFEST, json.dumps(facts, indent=1).encode())
        if with_key:
            _add(tar, KEY, settings.SECRET_KEY.encode())
        tar.add(copy, DATABASE)
        for number, key in enumerate(facts["files"], 1):
            progress(number, len(facts["files"]), "files")
            tar.add(path_of(key), f"files/{key}")


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


def manifest(archive: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises Trouble for a file that is none."""
    try:
        with tarfile.open(archive) as tar:
            first = tar.next()
            found = json.loads(tar.extractfile(first).read()) if first is not None and first.name == MANIFEST else {}  # type: ignore[union-attr]
    except (tarfile.TarError, OSError, ValueError) as error:
        raise Trouble(f"{archive} can’t be read as a backup: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Trouble(f"{archive} is not a backup that this version knows.")
    return found


def verified(archive: Path, progress: Progress = lambda done, all, what: None, into: Path | None = None) -> Iterator[str]:
    """Read every part and compare it with the manifest; with `into` write it there. Raises Trouble for a part that is missing or changed."""
    try:
        yield from _verified(archive, manifest(archive), progress, into)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Trouble(f"{archive} can’t be read to its end: {error}") from None


def _verified(archive: Path, facts: dict[str, Any], progress: Progress, into: Path | None) -> Iterator[str]:
    wanted = {DATABASE: facts["database"], **{f"files/{key}": digest for key, digest in facts["files"].items()}}
    with tarfile.open(archive) as tar:
        for number, member in enumerate(tar, 1):
            progress(number, len(wanted), "checking")
            stream = tar.extractfile(member)
            if stream is None or (member.name not in wanted and member.name not in (MANIFEST, KEY)):
                raise Trouble(f"there is a part in it that does not belong there: {member.name[:80]}")
            digest = _digest(stream, (into / member.name) if into else None)
            if member.name in wanted and wanted.pop(member.name) != digest:
                raise Trouble(f"{member.name} is not what it was when the backup was made.")
            yield member.name
    if wanted:
        raise Trouble(f"{len(wanted)} parts are missing, the first is {min(wanted)}.")


def _digest(stream: IO[bytes], into: Path | None = None) -> str:
    found = hashlib.sha256()
    if into is not None:
        into.parent.mkdir(parents=True, exist_ok=True)
    with stream, open(into or "/dev/null", "wb") as out:
        while block := stream.read(1 << 20):
            found.update(block)
            if into is not None:
                out.write(block)
    return found.hexdigest()


def _forget_older(folder: Path, keep: int) -> None:
    for old in sorted(folder.glob("yavar-*.tar"))[:-keep]:
        old.unlink()


def _bar(done: int, number: int, what: str) -> None:
    print(f"\r{what:<10} {done}/{number} ", end="" if done < number else "\n", file=sys.stderr, flush=True)


def _quiet(done: int, number: int, what: str) -> None:
    pass
