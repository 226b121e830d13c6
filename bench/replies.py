"""`python -m bench.replies`: how well mail is understood, scored on the development data when that is at hand. `--show` names what is wrong."""

import argparse
import email
import json
import os
import re
from pathlib import Path
from typing import Any

from yavar.base.html import to_text
from yavar.integrations.channels.email.bounces import Recognised, recognise
from yavar.integrations.channels.email.reply import strip

DATA = Path(os.environ.get("YAVAR_DEVDATA", Path(__file__).resolve().parent.parent.parent / "shared" / "devdata"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def plain(html: str) -> str:
    return to_text(html) if html.strip() else ""


def reply_is_right(case: dict[str, Any]) -> bool:
    html = case["kind"] == "html"
    reply = strip(plain(case["input"]), case["input"]) if html else strip(case["input"])
    expected, got = case["expected"], squeezed(reply.text)
    wanted = squeezed(plain(expected) if html and expected else expected or "")
    if case["kind"] == "signature":
        return squeezed(reply.signature) == squeezed(case["signature"] or "") and (expected is None or got == wanted)
    if "contains_only" in case or "must_not_contain" in case:
        parts = [squeezed(part) for part in case.get("must_contain", [])] + [wanted]
        return all(part in got for part in parts) and not any(squeezed(part) in got for part in case["must_not_contain"])
    return got == wanted


def replies(show: bool) -> None:
    cases = rows(DATA / "reply-extraction" / "cases.jsonl")
    right: dict[tuple[str, str], list[bool]] = {}
    for number, case in enumerate(cases):
        ok = reply_is_right(case)
        for key in (case["kind"], case["id"].split("/")[0], "all"):
            right.setdefault((key, "ab"[number % 2]), []).append(ok)
            right.setdefault((key, "both"), []).append(ok)
        if show and not ok:
            print("wrong:", number, case["kind"], case["id"])
    for (key, half), marks in sorted(right.items()):
        print(f"replies {key:20} {half:5} {sum(marks):3} of {len(marks):3}  {100 * sum(marks) / len(marks):5.1f} %")


def sound(expected: dict[str, Any], got: Recognised) -> dict[str, bool]:
    """What is scored of one bounce: the kind, whether for good, the recipients."""
    kinds = {"bounce": {"bounce"}, "complaint": {"complaint"}, "auto-reply": {"auto_reply"}, "not-bounce": {"message"}}
    marks = {"kind": got.outcome in kinds[expected["kind"]]}
    if expected["kind"] == "bounce":
        marks["hard"] = sorted(item["hard"] for item in expected["items"]) == sorted(b.hard for b in got.bounces) or {i["hard"] for i in expected["items"]} == {
            b.hard for b in got.bounces
        }
        if expected["recipients"]:
            marks["recipients"] = bool({r.lower() for r in expected["recipients"]} & {b.recipient.lower() for b in got.bounces})
    return marks


def bounces(show: bool) -> None:
    right: dict[tuple[str, str], list[bool]] = {}
    for number, row in enumerate(rows(DATA / "bounces" / "expected.jsonl")):
        message = email.message_from_bytes((DATA / "bounces" / "mail" / row["file"]).read_bytes())
        got = recognise(message, "")
        for mark, ok in sound(row, got).items():
            for half in ("ab"[number % 2], "both"):
                right.setdefault((mark, half), []).append(ok)
            if show and not ok:
                print(
                    "wrong:",
                    mark,
                    "ab"[number % 2],
                    row["file"],
                    [(i["dsn"], i["reason"], i["hard"]) for i in row["items"]],
                    row["recipients"],
                    got.outcome,
                    [(b.recipient, b.hard, b.status, b.reason[:150]) for b in got.bounces],
                )
        if show and not (got.bounces and got.bounces[0].recipient) and row["kind"] == "bounce":
            print("nobody:", row["file"])
        if show and not got.original_message_id:
            print("no id:", row["file"])
    for (mark, half), marks in sorted(right.items()):
        print(f"bounces {mark:20} {half:5} {sum(marks):3} of {len(marks):3}  {100 * sum(marks) / len(marks):5.1f} %")


def ordinary(show: bool) -> None:
    """Ordinary mails must never be taken for bounces, nor automatic ones for people's."""
    for folder in ("mail-parse", "mail-encodings"):
        wrong, missed, total = 0, 0, 0
        for row in rows(DATA / folder / "expected.jsonl"):
            path = next((p for p in (DATA / folder / row["file"], DATA / folder / "mail" / row["file"]) if p.is_file()), None)
            if path is None:
                continue
            got = recognise(email.message_from_bytes(path.read_bytes()), "")
            total += 1
            wrong += got.outcome != "message" and not row.get("auto")
            missed += got.outcome == "message" and bool(row.get("auto"))
            if show and (got.outcome != "message") != bool(row.get("auto")):
                print("ordinary:", row["file"], row.get("auto_why"), got)
        print(f"{folder}: {wrong} wrongly automatic, {missed} missed, of {total}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    show = parser.parse_args().show
    replies(show)
    bounces(show)
    ordinary(show)


if __name__ == "__main__":
    main()
