"""From raw mail in the ledger to what it is: read in the child where hostile bytes can do no harm, then settled in order, a few at a time."""

import time
import traceback
from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO

import msgspec

from yavar.base import files
from yavar.base.child import Child, Died
from yavar.base.db import is_away, savepoint, sql
from yavar.base.files.models import File
from yavar.base.jobs import Steps, job
from yavar.base.problem import Problem
from yavar.channels import ledger
from yavar.channels.models import Receipt

from . import routing
from .channel import KIND
from .routing import Read, settle
from .understand import CHILD, decode

BATCH, SECONDS = 2, 3.0  # mails of one inbox at a time: as many as a transaction holds that nobody who chats notices; and how long reading them may take
IDLE_CHILDREN = 2
_idle: list[Child] = []  # taken and given back by threads: pop and append are atomic


@job(f"{KIND}.read", outside=True)
def read_inbox(inbox: int) -> Steps:
    """Read what waits in one inbox and settle it in the order in which it came."""
    waiting = ledger.waiting(inbox, BATCH)
    kept = sql.by_key(File, (receipt.file_id for receipt in waiting if receipt.file_id))
    found: list[Read] = yield partial(read_all, waiting, kept) if waiting else list
    try:
        for read in found:
            _settle(read)
        ledger.go_on(inbox, KIND)
    except BaseException:  # no row stays of any of them
        _drop(file for read in found for file in read.files)
        raise


def read_all(waiting: Sequence[Receipt], kept: dict[int, File]) -> list[Read]:
    """Understand some mails, in a child that is ours alone meanwhile; their attachments are laid on the disk. Touches no database.
    Answers fewer than it was given when time runs out."""
    child = _idle.pop() if _idle else Child(CHILD)
    until, found = time.monotonic() + SECONDS, list[Read]()
    try:
        for receipt in waiting:
            found.append(_read(child, receipt, kept[receipt.file_id or 0]))
            if time.monotonic() > until:
                break
    except BaseException:
        _drop(file for read in found for file in read.files)
        raise
    finally:
        if len(_idle) < IDLE_CHILDREN:
            _idle.append(child)
        else:
            child.close()
    return found


def words_of(receipt: Receipt) -> set[str]:
    """What the desk learns one mail by, read anew. Never inside a transaction. Empty for one that cannot be read."""
    if receipt.file is None:
        return set()
    [read] = read_all([receipt], {receipt.file.pk: receipt.file})
    _drop(read.files)
    return routing.words_of(read.understood) if read.understood else set()


def _read(child: Child, receipt: Receipt, file: File) -> Read:
    try:
        understood = decode(child.call(files.read(file)))
    except Died as died:
        return Read(receipt, reason=died.reason, error=str(died))
    except FileNotFoundError as error:
        return Read(receipt, reason="file_missing", error=str(error))
    if understood.outcome == "quarantined":
        return Read(receipt, reason=understood.reason.partition(":")[0], error=understood.reason)
    return _lay(Read(receipt, understood))


def _lay(read: Read) -> Read:
    """With its attachments on the disk."""
    laid: list[File] = []
    withheld: list[str] = []
    cids: list[tuple[str, str]] = []
    try:
        for part in read.understood.attachments if read.understood else ():
            if not part.content:
                continue
            laid.append(files.lay(BytesIO(part.content), name=part.name or "file", limit=ledger.LARGEST))
            if laid[-1].mime in files.REFUSED:  # what a person would double-click; it is still in the raw mail
                files.drop(laid.pop())
                withheld.append(part.name)
            elif part.content_id:
                cids.append((part.content_id.strip("<>").lower(), laid[-1].key))
    except BaseException:
        _drop(laid)
        raise
    return msgspec.structs.replace(read, files=tuple(laid), withheld=tuple(withheld), cids=tuple(cids))


def _drop(laid: Iterable[File]) -> None:
    for file in laid:
        files.drop(file)


def _settle(read: Read) -> None:
    """One mail in its savepoint. What cannot be settled is quarantined with the reason, and the next goes on. Files that came to have no row are taken away again."""
    receipt = ledger.locked(read.receipt.pk)
    if receipt.state != Receipt.State.RECEIVED:  # done by who came before us
        return _drop(read.files)
    try:
        with savepoint():
            settle(msgspec.structs.replace(read, receipt=receipt))
    except Problem as problem:
        _drop(read.files)
        ledger.quarantine(ledger.locked(receipt.pk), problem.code, error=str(problem.title))
    except Exception as error:
        if is_away(error):  # all of it is done again
            raise
        _drop(read.files)
        ledger.quarantine(ledger.locked(receipt.pk), "failed", error="".join(traceback.format_exception(error)))
    else:
        _drop(file for file in read.files if file.pk is None)
