"""Threads that decode the first value of a kind at the same moment."""

import subprocess
import sys

PROGRAM = """
import sys, threading
import msgspec
from yavar.base.structs import complete

sys.setswitchinterval(1e-6)
kinds = []
for n in range(1500):
    fields = "".join(f"    f{i}: 'int | None' = None\\n" for i in range(40))
    exec(f"class Part{n}(msgspec.Struct):\\n{fields}class Whole{n}(msgspec.Struct):\\n{fields}    parts: 'list[Part{n}]' = []", globals())
    kinds.append(globals()[f"Whole{n}"])
if "complete" in sys.argv:
    assert complete() >= 3000
for kind in kinds:
    gate = threading.Barrier(3)
    threads = [threading.Thread(target=lambda: (gate.wait(), msgspec.convert({"f1": 1, "parts": [{"f2": 2}]}, kind))) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
"""


def test_no_process_dies_of_it():
    done = subprocess.run([sys.executable, "-c", PROGRAM, "complete"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
