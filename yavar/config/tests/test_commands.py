"""What an operator types, and what the desk refuses to start with."""

import io
import json

import pytest

from yavar.base.jobs.models import Job
from yavar.config import cli, commands, doctor, env, first
from yavar.config.health import facts
from yavar.conversations.models import Inbox
from yavar.people.models import Agent
from yavar.people.team.tokens import agent_of


def run(capsys, *words, stdin=""):
    import sys

    before, sys.stdin = sys.stdin, io.StringIO(stdin)
    try:
        given = cli.parser().parse_args(words)
        code = getattr(commands if given.command != "doctor" else doctor, given.command)(given)
    finally:
        sys.stdin = before
    out = capsys.readouterr()
    return code, out.out + out.err


@pytest.mark.django_db(transaction=True)
def test_people_are_added_listed_and_switched_off(capsys):
    code, _text = run(capsys, "user", "add", "Nila@Shop.example", "--name", "Nila", "--role", "owner", stdin="a-long-password\n")
    assert code == 0
    assert Agent.objects.get().check_password("a-long-password")
    assert run(capsys, "user", "add", "nila@shop.example", stdin="another-long-one\n")[0] == 1
    assert "nila@shop.example" in run(capsys, "user", "list")[1]
    assert run(capsys, "user", "off", "nila@shop.example")[0] == 1, "the only owner stays"
    run(capsys, "user", "add", "sara@shop.example", "--role", "owner", stdin="a-long-password\n")
    assert run(capsys, "user", "off", "nila@shop.example")[0] == 0
    nila = Agent.objects.get(email="nila@shop.example")
    assert not nila.is_active
    run(capsys, "user", "password", "nila@shop.example", stdin="a-new-password\n")
    nila.refresh_from_db()
    assert nila.check_password("a-new-password")


@pytest.mark.django_db
def test_a_token_is_printed_alone_and_opens_what_it_names(capsys):
    code, secret = run(capsys, "user", "token", "stock robot", "--scope", "conversation.read", "--scope", "customer.*")
    assert code == 0
    agent = agent_of(secret.strip())
    assert (agent.kind, agent.name) == ("program", "stock robot")
    assert agent.may("conversation.read") and agent.may("customer.merge") and not agent.may("conversation.reply")
    again = agent_of(run(capsys, "user", "token", "stock robot")[1].strip())
    assert again == agent and not again.may("customer.edit")
    assert run(capsys, "user", "token", "robot", "--scope", "everything.always")[0] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password123"])
def test_weak_passwords_are_refused_with_the_reason(capsys, password):
    code, text = run(capsys, "user", "add", "a@shop.example", stdin=password + "\n")
    assert code == 1
    assert "password" in text
    assert not Agent.objects.exists()


@pytest.mark.django_db
def test_the_chats_place(capsys):
    code, text = run(capsys, "chat", "allow", "HTTPS://Shop.Example:443/", "http://localhost:3000")
    assert code == 0
    assert Inbox.objects.get().config["origins"] == ["https://shop.example", "http://localhost:3000"]
    assert f"/chat/{Inbox.objects.get().public_id}/loader.js" in text
    run(capsys, "chat", "disallow", "http://localhost:3000")
    assert Inbox.objects.get().config["origins"] == ["https://shop.example"]
    run(capsys, "chat", "form", "name=require", "email=ask")
    assert Inbox.objects.get().config["ask_name"] == "require"
    assert run(capsys, "chat", "form", "name=perhaps")[0] == 1
    before = Inbox.objects.get().unsealed_secret()
    run(capsys, "chat", "secret")
    assert Inbox.objects.get().unsealed_secret() not in ("", before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["shop.example", "https://*.shop.example", "javascript:alert(1)", "https://", "https://user@shop.example", "*", "https://a:b"]
)
def test_what_is_no_origin_is_refused(capsys, value):
    assert run(capsys, "chat", "allow", value)[0] == 1
    assert Inbox.objects.get().config["origins"] == []


@pytest.mark.django_db
def test_furnishing_twice_is_once():
    first.furnish()
    first.furnish()
    assert Inbox.objects.count() == 1
    assert "/welcome?code=" in first.hints()[0]


@pytest.mark.django_db
def test_doctor_and_health_tell_of_dead_jobs(capsys, monkeypatch):
    from yavar.base import clock

    assert facts()["status"] == "ok"
    Job.objects.create(name="x", args={}, due_at=clock.now(), created_at=clock.now(), state="dead", error="Boom: why\n")
    assert facts()["status"] == "degraded"
    assert run(capsys, "doctor")[0] == 1
    assert "Boom: why" in run(capsys, "jobs", "list")[1]
    assert "1 of 1" in run(capsys, "jobs", "retry")[1]
    assert Job.objects.get().state == "ready"
    json.dumps(facts())


GOOD = {"YAVAR_SECRET_KEY": "an0ther-key-that-is-long-enough-for-all"}


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"YAVAR_SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"YAVAR_SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        (GOOD | {"YAVAR_DEBUG": "1", "YAVAR_HOST": "0.0.0.0"}, "DEBUG"),
        (GOOD | {"YAVAR_DEBUG": "1", "YAVAR_URL": "https://desk.example"}, "DEBUG"),
    ],
)
def test_unsafe_settings_are_refused(tmp_path, source, word):
    with pytest.raises(env.Unsafe, match=word):
        env.read({"YAVAR_DATA": str(tmp_path), **source})


def test_settings_from_files_and_the_desks_own_key(tmp_path):
    (tmp_path / "url").write_text("https://desk.example\n")
    found = env.read({"YAVAR_DATA": str(tmp_path), "YAVAR_URL_FILE": str(tmp_path / "url"), "YAVAR_PORT": "9000"})
    assert (found.url, found.port, found.secure, found.sqlite) == ("https://desk.example", 9000, True, True)
    assert env.read({"YAVAR_DATA": str(tmp_path)}).secret_key == found.secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(env.Unsafe, match="postgresql"):
        env.database(env.read({"YAVAR_DATA": str(tmp_path), "YAVAR_DATABASE": "mysql://x"}))
