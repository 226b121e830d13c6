"""`yavar sla`."""

import sys
from argparse import Namespace
from pathlib import Path

import msgspec

from yavar.flow.sla.cases import answers


def command(given: Namespace) -> int:
    """`sla due FILE…`: one line of JSON for each case of each file; 1 when a file could not be read. Needs no desk."""
    wrong = 0
    for name in given.file:
        try:
            cases = msgspec.json.decode(Path(name).read_bytes(), type=dict)
        except (OSError, msgspec.DecodeError) as error:
            print(f"yavar: {name}: {error}", file=sys.stderr)
            wrong = 1
            continue
        for line in answers(cases):
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
    return wrong
