"""The folder of files below the data directory."""

import hashlib
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import filetype
import imagesize
from django.conf import settings
from django.db.models import Sum
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, crypto
from yavar.base.db import sql, transaction
from yavar.base.events import Actor
from yavar.base.numbers import digits
from yavar.base.problem import Problem

from .models import File

MAX_SIZE = 10 * 1024 * 1024
ORPHAN_AFTER = timedelta(hours=24)
# what a browser would run, or a person would double-click
REFUSED = {"application/x-msdownload", "application/x-executable", "application/x-mach-binary", "application/x-dosexec"}
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def path_of(key: str) -> Path:
    """Where the bytes of this key lie."""
    return Path(settings.FILES_DIR) / key[:2] / key


def store(stream: BinaryIO, *, name: str, owner: Actor) -> File:
    """Keep the bytes, then the row. Answers the File; raises Problem 413, 415, 400 (empty) or 507 (disk full). Never inside a transaction."""
    file = lay(stream, name=name)
    if file.mime in REFUSED:
        drop(file)
        raise Problem(415, "file.kind", _("Files of this kind are not taken."))
    with transaction():
        return keep(file, owner)


def lay(stream: BinaryIO, *, name: str, limit: int = MAX_SIZE, mime: str = "") -> File:
    """The first half: the bytes are on the disk (fsynced), the row is not written yet. Touches no database.

    `mime` is for what we know better than its bytes say. Raises Problem 413, 400 (empty) or 507 (disk full).
    """
    key = crypto.new_token()
    target = path_of(key)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        size, digest = _write(stream, target, limit)
    except OSError:
        target.unlink(missing_ok=True)
        raise Problem(507, "storage.full", _("The file could not be stored: the desk's disk is full. Please try again later.")) from None
    except Problem:
        target.unlink(missing_ok=True)
        raise
    mime = mime or _mime(target)
    width, height = imagesize.get(str(target)) if mime in PICTURES else (-1, -1)
    return File(
        key=key, sha256=digest, size=size, mime=mime, name=_clean(name), created_at=clock.now(), width=width if width > 0 else None, height=height if height > 0 else None,
    )  # fmt: skip


def keep(file: File, owner: Actor, *, attached: bool = False) -> File:
    """The second half: write the row, inside the open transaction. `attached` when it is somebody's from the start."""
    file.owner, file.attached = str(owner), attached
    return sql.create(file)


def pass_on(keys: Sequence[str], giver: Actor, taker: Actor, *, held: bool = False) -> list[str]:
    """Files of `giver` that stand in nothing yet become `taker`'s, who may attach them; with `held` they are kept from the sweep although nobody attached
    them. Answers which they were, in order: nobody passes on what is not theirs."""
    found = set(File.objects.filter(key__in=keys, owner=str(giver)).values_list("key", flat=True)) if keys else set()
    File.objects.filter(key__in=found).update(owner=str(taker), attached=held)
    return [key for key in keys if key in found]


def loose(owner: Actor) -> int:
    """How many bytes of `owner` nobody has attached yet."""
    return File.objects.filter(attached=False, owner=str(owner)).aggregate(total=Sum("size"))["total"] or 0


def again(file: File, owner: Actor) -> File:
    """The same bytes once more, for somebody else to attach. Never inside a transaction. Raises FileNotFoundError, Problem 507."""
    with open(path_of(file.key), "rb") as stream:
        copy = lay(stream, name=file.name, limit=max(file.size, 1), mime=file.mime)
    with transaction():
        return keep(copy, owner)


def drop(file: File) -> None:
    """Take away the bytes of a file that has no row."""
    path_of(file.key).unlink(missing_ok=True)


def read(file: File) -> bytes:
    """All of its bytes. Raises FileNotFoundError."""
    return path_of(file.key).read_bytes()


def sweep() -> int:
    """Remove what nobody attached within a day: the row first, so a crash leaves bytes without a row and never a row without bytes."""
    orphans = list(File.objects.filter(attached=False, created_at__lt=clock.now() - ORPHAN_AFTER)[:50])
    for orphan in orphans:
        with transaction():
            gone, _rows = File.objects.filter(pk=orphan.pk, attached=False).delete()
        if gone:
            path_of(orphan.key).unlink(missing_ok=True)
    return len(orphans)


def _write(stream: BinaryIO, target: Path, limit: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with open(target, "xb") as out:
        while block := stream.read(64 * 1024):
            size += len(block)
            if size > limit:
                raise Problem(413, "file.too_large", format_lazy(_("The file is larger than {n} MB."), n=lazy(digits, str)(limit >> 20)))
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    if not size:
        raise Problem(400, "file.empty", _("The file is empty."))
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, must survive a power cut
    finally:
        os.close(folder)
    return size, digest.hexdigest()


def _mime(path: Path) -> str:
    """By the bytes, never by the name or what the sender claims. Text is text/plain whatever it contains."""
    found: str | None = filetype.guess_mime(str(path))
    if found:
        return found
    with open(path, "rb") as file:
        head = file.read(4096)
    return "application/octet-stream" if b"\0" in head else "text/plain"


def _clean(name: str) -> str:
    """A file name for people: no path, no control or bidi-override characters (they fake extensions), at most 120 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069").strip(". ")
    return shown[-120:] or "file"
