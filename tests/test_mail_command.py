"""`yavar mail inspect` as others drive it: one line of JSON a file, whatever the file is."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIELDS = [
    "file",
    "outcome",
    "subject",
    "from",
    "from_name",
    "text",
    "reply_text",
    "signature",
    "html",
    "attachments",
    "message_id",
    "in_reply_to",
    "language",
    "bounces",
    "reason",
]


def inspect(folder: Path, *arguments: str) -> tuple[list[dict], str, int]:
    """The lines, what was complained about, and the exit code. Neither settings nor a data folder are there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("YAVAR", "DJANGO"))} | {
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "ascii",
    }
    done = subprocess.run([sys.executable, "-m", "yavar", "mail", "inspect", *arguments], cwd=folder, capture_output=True, env=environment)
    return [json.loads(line) for line in done.stdout.decode().splitlines()], done.stderr.decode(), done.returncode


def test_good_bad_and_missing_files(tmp_path):
    (tmp_path / "good.eml").write_bytes("From: Sara <s@x.example>\nSubject: سلام\nContent-Type: application/pdf; name=a.pdf\n\nx".encode())
    (tmp_path / "deep.eml").write_bytes(b"Content-Type: message/rfc822\n\n" * 1000)
    (tmp_path / "last.eml").write_bytes(b"From: a@b.example\n\nHello")
    lines, complaints, code = inspect(tmp_path, "good.eml", "missing.eml", "deep.eml", ".", "./last.eml")
    assert [list(line) for line in lines] == [FIELDS] * 3
    assert [(line["file"], line["outcome"]) for line in lines] == [("good.eml", "message"), ("deep.eml", "quarantined"), ("./last.eml", "message")]
    assert lines[0]["attachments"] == [{"name": "a.pdf", "type": "application/pdf", "size": 1, "inline": False}]
    assert (lines[0]["subject"], lines[2]["reply_text"], lines[1]["reason"][:6]) == ("سلام", "Hello", "depth:")
    assert (complaints, code) == ("yavar: missing.eml: No such file or directory\nyavar: .: Is a directory\n", 1)
    assert len(list(tmp_path.iterdir())) == 3  # nothing was made beside the mails


def test_bare_texts(tmp_path):
    (tmp_path / "a.txt").write_text("Yes\n\nOn Mon, Nov 3, 2026 at 10:00 AM, X <a@b.example> wrote:\n> really?\n")
    lines, _, code = inspect(tmp_path, "--text", "a.txt")
    assert (lines, code) == ([{"file": "a.txt", "reply_text": "Yes", "signature": ""}], 0)


def test_hundreds_of_files_take_no_time(tmp_path):
    names = [f"{number}.eml" for number in range(300)]
    for name in names:
        (tmp_path / name).write_bytes(b"From: a@b.example\nSubject: s\n\n" + b"Hello there. " * 200)
    start = time.monotonic()
    lines, _, code = inspect(tmp_path, *names)
    assert (len(lines), code) == (300, 0)
    assert time.monotonic() - start < 15
