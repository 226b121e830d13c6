"""`yavar mail`."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from yavar.base.child import Child, Died
from yavar.base.mime.tree import MAX_SIZE
from yavar.integrations.channels.email import understand as mail

SENTENCES = {
    "size": f"The mail is larger than {MAX_SIZE // 1024 // 1024} MB.",
    "timeout": "Reading it took longer than 10 seconds.",
    "memory": "Reading it took more than 256 MB of memory.",
    "crash": "Reading it ended the process that read it.",
    "error": "Reading it failed.",
}


def command(given: Namespace) -> int:
    """`mail inspect FILE…`: one line of JSON for each file, in their order; 1 when a file could not be opened. Needs no desk."""
    describe = _text if given.text else _mail
    missing = 0
    with Child(mail.CHILD_FOR_TEXT if given.text else mail.CHILD) as child:
        for name in given.file:
            try:
                line = describe(child, name)
            except OSError as error:
                print(f"yavar: {name}: {error.strerror}", file=sys.stderr)
                missing = 1
                continue
            sys.stdout.buffer.write(msgspec.json.encode({"file": name, **line}) + b"\n")
            sys.stdout.buffer.flush()
    return missing


def _answer(child: Child, name: str) -> bytes:
    path = Path(name)
    if path.stat().st_size > MAX_SIZE:
        raise Died("size")
    return child.call(path.read_bytes())


def _mail(child: Child, name: str) -> dict[str, Any]:
    try:
        read = mail.decode(_answer(child, name))
    except Died as died:
        read = mail.quarantined(died.reason, " ".join([SENTENCES[died.reason], died.detail]).strip())
    return {
        "outcome": read.outcome,
        "subject": read.subject,
        "from": read.from_,
        "from_name": read.from_name,
        "text": read.text,
        "reply_text": read.reply_text,
        "signature": read.signature,
        "html": read.html,
        "attachments": [{"name": file.name, "type": file.type, "size": file.size, "inline": file.inline} for file in read.attachments],
        "message_id": read.message_id,
        "in_reply_to": read.in_reply_to,
        "language": read.language,
        "bounces": read.bounces,
        "reason": read.reason,
    }


def _text(child: Child, name: str) -> dict[str, Any]:
    try:
        stripped = mail.decode_stripped(_answer(child, name))
    except Died:  # nothing was found in it, so all of it stands
        stripped = mail.Stripped(Path(name).read_text("utf-8", "replace")[:MAX_SIZE], "")
    return {"reply_text": stripped.reply_text, "signature": stripped.signature}
