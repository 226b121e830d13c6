"""Processes die, disks fill, two write at once. After each: every acknowledged message once, in order; a repeat doubles nothing."""

import os
import random
import resource
import secrets
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.desk import Desk
from yavar.config import simulate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PEOPLE = {"agent": "amir@nila.example", "password": "nila-demo"}


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path).start()
    yield found
    found.stop()


def chats(desk, number=12, messages=20, pause=0.08):
    return simulate.run(desk.url, desk.inbox, number, messages, pause=pause)


def test_fifty_chats_with_an_agent(desk):
    agent = simulate.Agent(desk.url, PEOPLE["agent"], PEOPLE["password"])
    visitors, wrong = simulate.run(desk.url, desk.inbox, 50, 6, agent)
    assert wrong == []
    assert sum(len(v.acknowledged) for v in visitors) == 300
    assert agent.answered > 0


def test_the_desk_is_killed_again_and_again(desk):
    """Ten times, while people write; then it is left in peace, or a busy machine would be down for longer than anybody tries."""
    dice, inbox, kills = random.Random(7), desk.inbox, []

    def reaper():
        for _ in range(10):
            time.sleep(dice.uniform(0.4, 1.2))
            desk.kill()
            desk.start(wait=90)
            kills.append(time.monotonic())

    thread = threading.Thread(target=reaper)
    thread.start()
    visitors, wrong = simulate.run(desk.url, inbox, 10, 15, pause=0.3)
    thread.join()
    assert len(kills) == 10
    assert wrong == []
    assert sum(len(v.acknowledged) for v in visitors) == 150


def test_the_worker_is_killed_again_and_again_and_comes_back_at_once(desk):
    stop, back = threading.Event(), []

    def reaper():
        while not stop.wait(0.5):
            for pid in desk.children():
                os.kill(pid, signal.SIGKILL)
            started = time.monotonic()
            while not desk.children():
                time.sleep(0.02)
            back.append(time.monotonic() - started)

    thread = threading.Thread(target=reaper)
    thread.start()
    visitors, wrong = chats(desk, messages=15)
    stop.set()
    thread.join()
    assert wrong == []
    assert back and sorted(back)[len(back) // 2] < 1 and max(back) < 5, "at once, and not much later on a machine that is busy with something else"
    words = visitors[0].acknowledged
    wait_for(lambda: desk.health()["jobs"]["oldest_due_seconds"] == 0 and desk.health()["status"] == "ok")
    assert words


def wait_for(true, seconds=90):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come to rest"
        time.sleep(0.2)


def test_no_process_outlives_a_killed_desk(tmp_path):
    import psutil

    desk = Desk(tmp_path).start()
    children = [psutil.Process(pid) for pid in desk.children()]
    assert children
    desk.kill()
    _gone, alive = psutil.wait_procs(children, timeout=12)
    assert not alive


def test_ctrl_c_ends_everything_with_open_streams(tmp_path):
    import psutil

    desk = Desk(tmp_path).start()
    visitor = simulate.Visitor(desk.url, desk.inbox, 1)
    visitor.begin()
    visitor.say("hello")
    threading.Thread(target=visitor.listen, daemon=True).start()
    time.sleep(0.5)
    children = [psutil.Process(pid) for pid in desk.children()]
    started = time.monotonic()
    assert desk.stop() == 0
    visitor.stopped = True
    assert time.monotonic() - started < 8
    assert not psutil.wait_procs(children, timeout=1)[1]


def test_a_second_start_is_quick_and_keeps_everything(tmp_path):
    desk = Desk(tmp_path).start()
    elsewhere = {name: value for name, value in desk.env.items() if name not in ("YAVAR_PORT", "YAVAR_SMTP")}  # another terminal
    for words in (["chat", "show"], ["doctor"]):
        told = subprocess.run([sys.executable, "-m", "yavar", *words], env=elsewhere, capture_output=True, text=True, timeout=60).stdout
        assert desk.url in told and "no door is open" not in told
    visitor = simulate.Visitor(desk.url, desk.inbox, 1)
    visitor.begin()
    visitor.say("remember me")
    desk.stop()
    desk.start()
    assert [m["text"] for m in visitor.stored()] == ["remember me"]
    desk.stop()


@pytest.mark.one_engine
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="a full disk is staged with prlimit, which only Linux has")
def test_a_full_disk_is_said_before_the_acknowledgement(tmp_path):
    """The log of SQLite may not grow any more (as on a full disk): the COMMIT fails, nobody is told "stored"."""
    desk = Desk(tmp_path).start()
    inbox = desk.inbox
    visitor = simulate.Visitor(desk.url, inbox, 1)
    visitor.begin()
    visitor.say("while there is room")
    visitor.line.patience = 0
    limit = sum(f.stat().st_size for f in (desk.folder / "data").glob("desk.sqlite3-wal")) + 4096
    _limit_file_size(desk.process.pid, limit)
    refused = 0
    for n in range(40):
        try:
            visitor.say(f"into the full disk {n} " + "x" * 4000)
        except OSError as error:
            assert "503" in str(error)
            assert "storage.full" in str(error)
            refused += 1
    assert refused
    _limit_file_size(desk.process.pid, -1)
    visitor.line.patience = 20
    visitor.say("there is room again")
    assert visitor.check() == []
    desk.stop()


def _limit_file_size(pid: int, size: int) -> None:
    value = resource.RLIM_INFINITY if size < 0 else size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (value, resource.RLIM_INFINITY))


def test_two_processes_write_at_once(desk):
    """Beside the running desk another process resolves and reopens everything, as `yavar` commands do."""
    program = """
import django; django.setup()
import time
from yavar.config.wiring import wire; wire()
from yavar.conversations import actions
from yavar.conversations.models import Conversation
from yavar.people.models import Agent
by, until = Agent.objects.get(email="sara@nila.example"), time.monotonic() + 6
while time.monotonic() < until:
    for key in Conversation.objects.values_list("pk", flat=True):
        actions.resolve(key, by=by); actions.reopen(key, by=by)
"""
    other = subprocess.Popen([sys.executable, "-c", program], env={**desk.env, "DJANGO_SETTINGS_MODULE": "yavar.config.settings"})
    _visitors, wrong = chats(desk, number=10, messages=25, pause=0.15)
    assert other.wait(30) == 0
    assert wrong == []


def test_a_slow_reader_is_dropped_to_resync_and_slows_nobody(desk):
    """Someone opens the stream and never reads. The others go on; the slow one is let go."""
    import socket

    visitor = simulate.Visitor(desk.url, desk.inbox, 1)
    visitor.begin()
    visitor.say("hello")
    stuck = socket.create_connection(("127.0.0.1", desk.port))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    stuck.sendall(
        f"GET /chat/stream?conversation={visitor.conversation}&after=0 HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {visitor.token}\r\n\r\n".encode()
    )
    time.sleep(0.3)
    text = secrets.token_hex(4500)
    seconds = []
    for _ in range(800):
        started = time.monotonic()
        visitor.line.ask("POST", "/chat/messages", {"client_id": secrets.token_hex(8), "conversation": visitor.conversation, "text": text, "files": []})
        seconds.append(time.monotonic() - started)
    seconds.sort()
    assert seconds[len(seconds) // 2] < 0.2
    stuck.settimeout(20)
    tail = b""
    with stuck:
        while b"event: resync" not in tail and (data := stuck.recv(1 << 20)):
            tail = (tail + data)[-400:]
    assert b"event: resync" in tail
    assert len(visitor.stored()) == 801
