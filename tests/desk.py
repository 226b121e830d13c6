"""A real desk for tests: `yavar demo` as a process on a free port, its own folder, on the engine of this pass."""

import atexit
import contextlib
import functools
import json
import os
import secrets
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests.engine import ENGINE
from tests.ports import free_port, free_ports

ROOT = Path(__file__).resolve().parent.parent


def new_database(like: str = "template1") -> str:
    """Another database on the pass's PostgreSQL, or '' for SQLite."""
    if ENGINE != "postgresql":
        return ""
    import psycopg

    server = os.environ["YAVAR_DATABASE"]
    name = f"desk_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@functools.cache
def migrated() -> tuple[Path, str]:
    """An empty database at this version, made once per process: its file, or its name on PostgreSQL. Each demonstration begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="yavar-migrated-"))
    atexit.register(shutil.rmtree, folder, True)
    address = new_database()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "YAVAR_DATA": str(folder), **({"YAVAR_DATABASE": address} if address else {})}
    subprocess.run([sys.executable, "-m", "yavar", "migrate"], env=env, check=True, capture_output=True, timeout=60)
    return folder / "desk.sqlite3", address.partition("?")[0].rpartition("/")[2]


class Desk:
    """Start, stop, kill; `url` and `inbox` for clients. `empty`: nothing is in its folder before it starts."""

    def __init__(self, folder: Path, command: str = "demo", *, empty: bool = False, **settings: str) -> None:
        self.folder, self.command, self.port = folder, command, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("YAVAR_", "DJANGO_"))}
        self.smtp, _mailbox = free_ports()  # the demonstration's customers take mail at the one beside it
        self.env |= {
            "PYTHONPATH": str(ROOT),
            "YAVAR_SMTP": f"127.0.0.1:{self.smtp}",
            "YAVAR_RATE": "0",
            "YAVAR_DATA": str(folder / "data"),
            "YAVAR_PORT": str(self.port),
            **settings,
        }
        if empty or command != "demo":
            database = new_database()
        else:
            file, name = migrated()
            database = new_database(name) if name else ""
            if not name:
                (folder / "data").mkdir(exist_ok=True)
                shutil.copyfile(file, folder / "data" / file.name)
        if database:
            self.env["YAVAR_DATABASE"] = database
        self.log = folder / "desk.log"
        self.process: subprocess.Popen | None = None
        self._zygote: subprocess.Popen | None = None

    def start(self, wait: float = 40) -> "Desk":
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "yavar", self.command], env=self.env, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + wait
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                self.health()
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the desk did not start:\n{self.log.read_text()[-3000:]}")

    def health(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
            return json.load(answer)

    @property
    def inbox(self) -> str:
        with urllib.request.urlopen(f"{self.url}/shop", timeout=10) as page:
            return page.read().decode().partition("/chat/")[2].partition("/")[0]

    def run(self, *words: str) -> str:
        """`yavar …` beside the running desk, on its data."""
        done = subprocess.run([sys.executable, "-m", "yavar", *words], env=self.env, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"yavar {' '.join(words)}:\n{done.stderr[-2000:]}")
        return done.stdout

    def python(self, code: str) -> str:
        """A few lines of Python on this desk's data, each time in a process of their own."""
        if self._zygote is None:
            env = {**self.env, "DJANGO_SETTINGS_MODULE": "yavar.config.settings"}
            self._zygote = subprocess.Popen([sys.executable, "-m", "tests.zygote"], env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(json.dumps(code), file=self._zygote.stdin, flush=True)
        if not select.select([self._zygote.stdout], [], [], 60)[0]:
            self._zygote.kill()
            self._zygote = None
            raise RuntimeError("it took more than a minute")
        status, out, errors = json.loads(self._zygote.stdout.readline())
        assert not status, errors[-2000:]
        return out

    @contextlib.contextmanager
    def database(self) -> Iterator[Callable[[str], list[tuple]]]:
        """Ask the running desk's database, many times and at once."""
        if address := self.env.get("YAVAR_DATABASE"):
            import psycopg

            line = psycopg.connect(address, autocommit=True)
        else:
            line = sqlite3.connect(f"file:{self.folder / 'data' / 'desk.sqlite3'}?mode=ro", uri=True, isolation_level=None)
        try:
            yield lambda statement: line.execute(statement).fetchall()
        finally:
            line.close()

    def allow(self, *origins: str) -> None:
        """Pages of these origins may show the chat too. A start of the demo forgets it."""
        self.run("chat", "allow", *origins)

    def kill(self) -> None:
        """As the power cut does it: kill -9, the children find out by themselves."""
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """kill -9 to it and every child at once."""
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ctrl-C."""
        if self._zygote is not None:
            self._zygote.stdin.close()
            self._zygote.wait(timeout=10)
            self._zygote = None
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def children(self) -> list[int]:
        import psutil

        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]


class Cut:
    """A line between browser and desk that can be cut: bytes stop, connections hang, as when a cable is pulled."""

    def __init__(self, port: int) -> None:
        self._target, self.whole = port, threading.Event()
        self.whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole.clear()

    def mend(self) -> None:
        """The cable is back; connections of before stay dead."""
        for line in self._lines:
            line.close()
        self._lines.clear()
        self.whole.set()

    def close(self) -> None:
        """The line is taken down."""
        self._listener.close()
        self.mend()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._join, args=(line,), daemon=True).start()

    def _join(self, line: socket.socket) -> None:
        self.whole.wait()
        try:
            desk = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            line.close()
            return
        desk.settimeout(None)
        self._lines.append(desk)
        threading.Thread(target=self._pipe, args=(line, desk), daemon=True).start()
        self._pipe(desk, line)

    def _pipe(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if not self.whole.is_set():
                    return  # what was under way is lost
                target.sendall(data)
        except OSError:
            pass
        finally:
            if self.whole.is_set():
                for end in (source, target):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
