"""Canned replies through the API: what one gets, keeps, changes and uses."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.conversations.canned.actions import save
from yavar.conversations.canned.macro import Actions
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.models import Conversation
from yavar.conversations.setup import make_tag
from yavar.people.team.actions import Given, add_team
from yavar.people.team.custom import save_role

from .world import program, send

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")
HI = {"en": "Hi {customer.first_name}"}
NOTHING = {"assignee": None, "team": None, "priority": None, "add_tags": [], "remove_tags": [], "request_type": None, "then": ""}


@pytest.fixture
def sara(shop):
    return program("sara", Given("supervisor"))


@pytest.fixture
def amir(shop):
    return program("amir", Given("agent"))


@pytest.fixture
def talk(shop):
    return Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)


def problem(answer):
    return answer.status_code, answer.json()["problem"]["code"], answer.json()["problem"].get("field")


def test_made_read_changed_and_taken_away(shop, sara, amir):
    tag, team = make_tag("vip"), add_team("Returns", [], by=SYSTEM)
    made = send(
        sara, "POST", "/canned", {"name": "Hi", "shortcut": "/hi", "texts": HI, "actions": {"add_tags": [tag.public_id], "then": "resolve"}, "shared": True}
    )
    assert made.status_code == 201
    facts = made.json()
    actions = NOTHING | {"add_tags": [tag.public_id], "then": "resolve"}
    assert facts == {
        "id": CannedReply.objects.get().public_id, "name": "Hi", "shortcut": "hi", "shared": True, "teams": None, "texts": HI, "actions": actions, "uses": 0, "used_at": None,
    }  # fmt: skip
    assert send(amir, "GET", "/canned").json() == [facts]
    path = f"/canned/{facts['id']}"
    assert send(sara, "PATCH", path, {"name": "Hello", "teams": [team.public_id]}).json() == facts | {"name": "Hello", "teams": [team.public_id]}
    assert send(amir, "GET", "/canned").json() == [] and send(amir, "PATCH", path, {"name": "x"}).status_code == 404
    assert send(sara, "PATCH", path, {"teams": None, "texts": {"fa": "سلام"}, "actions": {}}).json() == facts | {
        "name": "Hello",
        "texts": {"fa": "سلام"},
        "actions": NOTHING,
    }
    assert problem(send(amir, "PATCH", path, {"name": "x"})) == (403, "permission.missing", None)
    assert problem(send(amir, "DELETE", path)) == (403, "permission.missing", None)
    assert send(sara, "DELETE", path).status_code == 204 and send(sara, "DELETE", path).status_code == 404
    assert send(amir, "GET", "/canned").json() == []


def test_ones_own_is_ones_own(sara, amir):
    mine = send(amir, "POST", "/canned", {"name": "Mine", "texts": HI}).json()
    assert mine["shared"] is False and send(sara, "GET", "/canned").json() == []
    assert send(sara, "PATCH", f"/canned/{mine['id']}", {"name": "x"}).status_code == 404
    assert problem(send(amir, "POST", "/canned", {"name": "All", "texts": HI, "shared": True})) == (403, "permission.missing", None)
    assert problem(send(amir, "PATCH", f"/canned/{mine['id']}", {"shared": True})) == (403, "permission.missing", None)


@pytest.mark.parametrize(
    "given, status, code, field",
    [
        ({"texts": {"en": "Hi {customer.nam}"}}, 422, "field.unknown", "texts.en"),
        ({"texts": {"de": "Hallo"}}, 400, "body.invalid", "texts.de.[key]"),
        ({"texts": {}}, 422, "canned.empty", "texts"),
        ({"colour": "red"}, 400, "body.invalid", "colour"),
        ({"actions": {"then": "explode"}}, 400, "body.invalid", "actions.then"),
        ({"actions": {"forward": "me"}}, 400, "body.invalid", "actions.forward"),
        ({"actions": {"add_tags": ["gone"]}}, 422, "add_tags.unknown", "add_tags"),
        ({"teams": []}, 400, "body.invalid", "teams"),
        ({"teams": ["gone"], "shared": True}, 422, "team.unknown", None),
        ({"shortcut": "two words"}, 422, "shortcut.invalid", "shortcut"),
    ],
)
def test_what_is_refused(sara, given, status, code, field):
    assert problem(send(sara, "POST", "/canned", {"name": "Hi", "texts": HI, **given})) == (status, code, field)
    assert not CannedReply.objects.exists()


def test_the_list_is_by_name_and_asks_no_more_with_more(shop, sara):
    team = add_team("Returns", [shop.sara], by=SYSTEM)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            found = send(sara, "GET", "/canned").json()
        return found, len(seen)

    for name in ("b", "a"):
        save(by=shop.sara, name=name, texts=HI, shared=True)
    _found, before = queries()
    for number in range(20):
        save(by=shop.sara, name=f"n{number:02}", texts={"en": "Hi", "fa": "سلام"}, shared=True, teams=[team] if number % 2 else None)
    found, after = queries()
    assert [each["name"] for each in found] == ["a", "b", *(f"n{number:02}" for number in range(0, 20, 2))] and after <= before


def test_a_use_sent_twice_is_counted_once(shop, amir, talk):
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", assignee="me"), shared=True)
    path = f"/conversations/{talk.public_id}/canned/{macro.public_id}"
    first, again = (send(amir, "POST", path, {}, Idempotency_Key="use-1") for _ in range(2))
    assert first.status_code == again.status_code == 200 and first.json() == again.json() and again.headers["Idempotent-Replayed"] == "true"
    row = first.json()["row"]
    assert row["priority"] == "high" and row["assignee"] and first.headers["ETag"] == f'"{row["version"]}"'
    macro.refresh_from_db()
    assert macro.uses == 1 and Event.objects.filter(name="conversation.canned_used").count() == 1
    assert send(amir, "POST", path, {}, Idempotency_Key="use-2").json()["row"]["version"] == row["version"] + 1
    assert CannedReply.objects.get().uses == 2


def test_many_at_once_are_all_counted(shop, amir):
    macro = save(by=shop.sara, name="Hot", texts=HI, shared=True)
    talks = [shop.says(shop.visitor(), f"hello {n}").conversation for n in range(8)]

    def used(n):
        try:
            return send(amir, "POST", f"/conversations/{talks[n % 8]}/canned/{macro.public_id}", {}, Idempotency_Key=f"use-{n % 40}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(used, range(80))) == {200}
    assert CannedReply.objects.get().uses == 40 and Event.objects.filter(name="conversation.canned_used").count() == 40


def test_a_use_at_a_version_that_has_passed_does_nothing(shop, amir, talk):
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high"), shared=True)
    path = f"/conversations/{talk.public_id}/canned/{macro.public_id}"
    assert problem(send(amir, "POST", path, {}, If_Match=f'"{talk.event_seq - 1}"')) == (412, "version.stale", None)
    assert CannedReply.objects.get().uses == 0 and Conversation.objects.get().priority == "normal"


def test_a_right_too_few_is_named_and_nothing_is_done(shop, talk):
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", assignee="me"), shared=True)
    role = save_role("Answers only", ["conversation.read", "conversation.reply", "conversation.assign"], by=shop.owner)
    answer = send(program("robot", Given(role.public_id)), "POST", f"/conversations/{talk.public_id}/canned/{macro.public_id}", {})
    assert problem(answer) == (403, "permission.missing", None) and answer.json()["needs"] == "conversation.edit"
    assert Conversation.objects.get().assignee is None and CannedReply.objects.get().uses == 0


def test_a_use_may_take_the_conversation_out_of_ones_sight(shop, talk):
    team, other = add_team("Returns", [], by=SYSTEM), add_team("Others", [], by=SYSTEM)
    Conversation.objects.filter(pk=talk.pk).update(team=team)
    macro = save(by=shop.sara, name="Away", texts=HI, actions=Actions(team=other.public_id, priority="low"), shared=True)
    bound = program("bound", Given("agent", "team", team.pk), Given("agent", "team", other.pk, "own"))
    answer = send(bound, "POST", f"/conversations/{talk.public_id}/canned/{macro.public_id}", {}).json()
    assert answer["gone"] is True and Conversation.objects.get().priority == "low"


def test_anothers_reply_or_conversation_is_not_there(shop, amir, talk):
    hers, shared = save(by=shop.sara, name="Hers", texts=HI), save(by=shop.sara, name="Shared", texts=HI, shared=True)
    assert problem(send(amir, "POST", f"/conversations/{talk.public_id}/canned/{hers.public_id}", {})) == (404, "not_found", None)
    assert problem(send(amir, "POST", f"/conversations/gone/canned/{shared.public_id}", {})) == (404, "conversation.unknown", None)
    assert send(amir, "POST", f"/conversations/{talk.public_id}/canned/{shared.public_id}", {"text": "x"}).status_code == 400
