"""`python -m bench.mail`: how well raw mail is read, on labelled mails beside the clone (`../shared/devdata`), and how fast.

Accepted values are lists, null is not scored, addresses are compared in lower case, texts without white space. Mails that are wrong are named with `--wrong`.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.replies import DATA, squeezed
from yavar.base import mime
from yavar.base.child import Child
from yavar.integrations.channels.email.understand import CHILD, decode


def faults(expected: dict[str, Any], mail: mime.Mail) -> Iterator[str]:
    """Each field that is not as it should be."""
    found = {"subject": mail.subject, "from": mail.from_.lower(), "from_name": mail.from_name}
    for name, value in found.items():
        if expected[name] is not None and value not in expected[name]:
            yield f"{name}: {value!r}, not {expected[name]!r}"
    if expected["text_contains"] is not None and not any(squeezed(each) in squeezed(mail.text) for each in expected["text_contains"]):
        yield f"text: {mail.text[:200]!r}, without {expected['text_contains'][0][:200]!r}"
    if expected["attachments"] is not None and len(mail.attachments) != expected["attachments"]:
        yield f"attachments: {[file.name for file in mail.attachments]}, not {expected['attachments']}"
    names = expected.get("attachment_names")
    if names and expected["attachments"] and sorted(file.name for file in mail.attachments) != sorted(names):
        yield f"(names): {sorted(file.name for file in mail.attachments)[:5]}, not {sorted(names)[:5]}"


def score(folder: Path, mails: Path, *, wrong: bool) -> None:
    """One line: how many are wholly right."""
    cases = [json.loads(line) for line in (folder / "expected.jsonl").read_text().splitlines()]
    right = 0
    for case in cases:
        try:
            found = list(faults(case, mime.read((mails / case["file"]).read_bytes())))
        except mime.Refused as refused:
            found = [str(refused)]
        right += not [each for each in found if not each.startswith("(")]
        if wrong and found:
            print(case["id"], *found, sep="\n    ")
    print(f"{folder.name}: {right} of {len(cases)} wholly right, {100 * right / len(cases):.1f} %")


def speed(seconds: float = 2.0) -> None:
    """Mails of 10 kB, one core: half of them plain, half with HTML beside it; read alone, then wholly understood in the child, with the way there and back."""
    words = "Hello, my order has not come yet, could you please look where it is?\r\n" * 60
    rich = f"<html><body><div dir=auto><p>{words.replace('.', '.</p><p>')}</p></div></body></html>"
    head = (
        "From: Иван Петров <ivan@shop.example>\r\nTo: help@desk.example\r\nSubject: =?utf-8?B?0JfQsNC60LDQtw==?=\r\nMessage-ID: <1@x>\r\n"
        + "Received: from a by b; now\r\n" * 8
    )
    plain = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{words * 2}".encode()
    both = (
        f"{head}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n--b\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{rich}\r\n--b--\r\n"
    ).encode()
    with Child(CHILD) as child:
        for name, raw in (("plain", plain), ("alternative", both)):
            alone, way = _milliseconds(mime.read, raw, seconds), _milliseconds(lambda data: decode(child.call(data)), raw, seconds)
            print(f"{name}, {len(raw) / 1000:.1f} kB: read {alone:.2f} ms, understood through the child {way:.2f} ms")


def _milliseconds(call: Callable[[bytes], object], raw: bytes, seconds: float) -> float:
    """One call in milliseconds of the clock, the middle of many."""
    end, taken = time.perf_counter() + seconds, []
    while (start := time.perf_counter()) < end:
        call(raw)
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wrong", action="store_true")
    given = options.parse_args()
    if DATA.exists():
        score(DATA / "mail-parse", DATA / "mail-parse", wrong=given.wrong)
        score(DATA / "mail-encodings", DATA / "mail-encodings/mail", wrong=given.wrong)
    speed()


if __name__ == "__main__":
    main()
