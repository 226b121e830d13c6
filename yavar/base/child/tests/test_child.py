"""A child of its own for bytes of strangers: what it does to itself reaches nobody else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from yavar.base.child import Child, Died

STRANGERS = "yavar.base.child.tests.strangers:do"


@pytest.fixture(scope="module")
def child():
    with Child(STRANGERS) as made:
        yield made


@pytest.mark.parametrize("size", [0, 1, 100_000, 5_000_000])
def test_bytes_come_back(child, size):
    data = b"\n" * size
    assert child.call(data) == data


@pytest.mark.parametrize(
    ("word", "reason"), [(b"sleep", "timeout"), (b"spin", "timeout"), (b"eat", "memory"), (b"leave", "crash"), (b"raise", "error"), (b"write", "error")]
)
def test_whatever_happens_is_said_and_the_next_call_works(child, word, reason):
    start = time.monotonic()
    with pytest.raises(Died) as died:
        child.call(word, seconds=0.5)
    assert died.value.reason == reason
    assert child.call(b"next") == b"next"
    assert time.monotonic() - start < 5


def test_printing_does_not_disturb(child):
    assert child.call(b"print") == b"print"


def test_it_knows_no_django_no_secrets_and_no_files(child, monkeypatch):
    monkeypatch.setenv("YAVAR_SECRET", "x")
    child.close()
    assert b"django" not in child.call(b"modules")
    assert child.call(b"secrets") == b""
    assert int(child.call(b"files")) <= 6


def test_one_that_somebody_killed_is_replaced(child):
    os.kill(int(child.call(b"pid")), signal.SIGKILL)
    assert child.call(b"next") == b"next"


def test_it_is_replaced_after_its_share_of_calls(monkeypatch):
    code = "import sys; from yavar.base.child import __main__ as m; m.CALLS = 3; m.main()"
    with Child(STRANGERS) as child:
        real = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", lambda command, **more: real([sys.executable, "-c", code, STRANGERS], **more))
        pids = [child.call(b"pid") for _ in range(6)]
    assert [pids.count(pid) for pid in pids] == [3] * 6


def test_threads_wait_for_each_other(child):
    wrong = []

    def ask(number):
        for step in range(20):
            data = f"{number}.{step}".encode()
            if child.call(data) != data:
                wrong.append(data)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_it_ends_with_its_parent():
    code = f"from yavar.base.child import Child; import os, time; c = Child({STRANGERS!r}); print(c.call(b'pid').decode(), flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 5
    while time.monotonic() < end and lives(pid):
        time.sleep(0.02)
    assert not lives(pid)


def lives(pid: int) -> bool:
    """Whether it runs; one that ended and waits for somebody to notice does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and " Z " not in status.read_text()


def test_a_function_that_is_not_there_is_said():
    with Child("yavar.base.child.tests.strangers:nothing") as child, pytest.raises(Died, match=r"did not start|the child ended"):
        child.call(b"")
