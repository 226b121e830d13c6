"""The API's promises: one effect per key, no lost update, one shape of errors, strict input, and rights that die."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from yavar.base.edge.testing import Ear, knock
from yavar.base.jobs import run_due
from yavar.base.once import Answered, forget_old
from yavar.conversations import actions
from yavar.conversations.models import Conversation, Message
from yavar.people.models import Agent, Customer, Token
from yavar.people.team.actions import Given, change_agent, grant
from yavar.people.team.tokens import revoke_token
from yavar.realtime import hub as hubs
from yavar.realtime import staff
from yavar.web.api import frame, streams

from .world import SYSTEM, program, send

pytestmark = pytest.mark.django_db(transaction=True)  # what is refused is rolled back, as in real life


@pytest.fixture
def shop(transactional_db):
    from yavar.conversations.testing import furnish

    return furnish()


@pytest.fixture
def robot(shop):
    return program("robot", Given("admin"))


@pytest.fixture
def talk(shop):
    return Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)


def test_a_key_has_one_effect_and_one_answer(shop, robot, talk):
    path, body = f"/conversations/{talk.public_id}/messages", {"text": "hi"}
    first = send(robot, "POST", path, body, idempotency_key="one")
    again = send(robot, "POST", path, body, idempotency_key="one")
    assert (first.status_code, first.content, first.headers["ETag"]) == (again.status_code, again.content, again.headers["ETag"])
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert Message.objects.filter(author__startswith="agent:").count() == 1
    other = send(robot, "POST", path, {"text": "something else"}, idempotency_key="one")
    assert (other.status_code, other.json()["problem"]["code"]) == (422, "idempotency_key.reused")
    assert send(program("second", Given("admin")), "POST", path, body, idempotency_key="one").status_code == 201, "keys are each actor's own"
    assert send(robot, "POST", path, body, idempotency_key="x" * 65).status_code == 400


def test_what_failed_may_be_tried_again_under_its_key(shop, robot, talk):
    path = f"/conversations/{talk.public_id}/merge"
    assert send(robot, "POST", path, {"into": "nobody"}, idempotency_key="one").status_code == 404
    assert not Answered.objects.exists()


def test_yesterdays_keys_are_swept(shop, robot, talk):
    from datetime import timedelta

    send(robot, "POST", f"/conversations/{talk.public_id}/resolve", {}, idempotency_key="one")
    assert forget_old() == 0
    Answered.objects.update(at=Answered.objects.get().at - timedelta(hours=25))
    assert (forget_old(), forget_old()) == (1, 0)


def test_if_match_stops_whoever_was_slower(shop, robot, talk):
    path = f"/conversations/{talk.public_id}"
    seen = send(robot, "GET", path)
    etag = seen.headers["ETag"]
    assert etag == f'"{seen.json()["row"]["version"]}"'
    done = send(robot, "POST", f"{path}/priority", {"priority": "high"}, if_match=etag)
    late = send(robot, "POST", f"{path}/priority", {"priority": "low"}, if_match=etag)
    assert (done.status_code, late.status_code, late.json()["problem"]["code"]) == (200, 412, "version.stale")
    assert late.json()["row"]["priority"] == "high" and done.headers["ETag"] == f'"{late.json()["row"]["version"]}"'
    for verb, body in (("messages", {"text": "x", "client_id": "client-0001"}), ("split", {"messages": [1], "client_id": "client-0001"})):
        assert send(robot, "POST", f"{path}/{verb}", body, if_match=etag).status_code == 412
    now = send(robot, "GET", path).headers["ETag"]
    for verb, body in (("messages", {"text": "x", "client_id": "client-0002"}), ("notes", {"text": "x", "client_id": "client-0003"})):
        first, again = (send(robot, "POST", f"{path}/{verb}", body, if_match=now) for _ in range(2))  # the first answer was lost on the way
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["item"]["id"] == again.json()["item"]["id"]
        now = first.headers["ETag"]
    assert send(robot, "POST", f"{path}/resolve", {}, if_match="rubbish").status_code == 400
    assert send(robot, "POST", f"{path}/resolve", {}, if_match="*").status_code == 200


def test_a_message_needs_an_id_of_its_own(shop, robot, talk):
    assert send(robot, "POST", f"/conversations/{talk.public_id}/messages", {"text": "x"}).json()["problem"]["code"] == "client_id.missing"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/tags", b"{"), ("POST", "/tags", {"name": "x", "more": 1}), ("POST", "/tags", {"name": 7}), ("POST", "/tags", {}), ("POST", "/tags", []),
        ("POST", "/tags", b'{"name": "a\\u0000b"}'), ("POST", "/tags", b'{"name": "\\ud800"}'), ("GET", "/conversations?unknown=1", None),
        ("GET", "/conversations?status=open&status=open", None), ("GET", "/conversations?size=0", None), ("GET", "/conversations?view=all&status=open", None),
        ("GET", "/conversations?before=%00", None), ("GET", "/conversations?field.nothing=1", None), ("POST", "/tags", b"[" * 100_000),
    ],
)  # fmt: skip
def test_bad_input_is_a_400_in_one_shape(shop, robot, method, path, body):
    answer = send(robot, method, path, body) if not isinstance(body, bytes) else robot.generic(method, f"/api/v1{path}", body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["problem"]) >= {"code", "title"}


def test_what_is_too_large_is_a_413_and_uploads_hold_no_lock(shop, robot, talk):
    answer = send(robot, "POST", f"/conversations/{talk.public_id}/messages", {"text": "x" * 300_000, "client_id": "client-0001"})
    assert (answer.status_code, answer.json()["problem"]["code"]) == (413, "body.too_large")
    for _ in range(2):
        assert send(robot, "POST", "/files", b"some bytes", idempotency_key="one").status_code == 201
    assert not Answered.objects.exists(), "an upload is no transaction"


def test_unknown_paths_and_methods_have_the_shape_too(shop, robot):
    assert send(robot, "GET", "/nothing").json()["problem"]["code"] == "not_found"
    answer = send(robot, "PUT", "/tags", {})
    assert (answer.status_code, answer.json()["problem"]["code"]) == (405, "method")


def test_limits_are_told_and_kept(shop, robot, monkeypatch):
    monkeypatch.setattr(frame, "rate", frame.Rate(1, 3))
    answers = [send(robot, "GET", "/me") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a.headers["RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["Retry-After"]) >= 1 and answers[3].headers["RateLimit-Limit"] == "3"


def test_a_token_is_cut_down_to_its_scopes(shop, talk):
    reader = program("reader", Given("owner"), scopes=("*.read",))
    assert send(reader, "GET", f"/conversations/{talk.public_id}").status_code == 200
    refused = send(reader, "POST", f"/conversations/{talk.public_id}/resolve", {})
    assert (refused.status_code, refused.json()["needs"]) == (403, "conversation.edit")
    assert send(Client(headers={"Authorization": "Bearer yvr_nothing"}), "GET", "/me").status_code == 401
    assert send(Client(headers={"Authorization": "Basic eDp5"}), "GET", "/me").status_code == 401


def test_a_program_brings_conversations(shop, robot):
    body = {"inbox": shop.inbox.public_id, "customer": {"name": "Reza", "email": "Reza@Shop.Example", "lang": "fa"}, "text": "سلام", "subject": "Form"}
    written = send(robot, "POST", "/conversations", body, idempotency_key="form-1")
    made = written.json()["row"]
    assert (made["subject"], made["unread"], made["customer"]["name"]) == ("Form", 1, "Reza")
    there = send(robot, "GET", f"/conversations/{made['id']}")
    stands = there.json()
    assert (made, written.json()["item"]) == (stands["row"], stands["timeline"]["items"][-1]), "what it answers was never read back, and is what stands there"
    assert written.headers["ETag"] == there.headers["ETag"]
    for more in ({}, {"client_id": "client-0001"}, {"client_id": "client-0001"}):
        again = send(robot, "POST", "/conversations", body | more, **({} if more else {"idempotency_key": "form-1"}))
        assert again.status_code == 201
    assert Conversation.objects.count() == 2, "one per key"
    assert Customer.objects.filter(name="Reza").count() == 1, "the same address is the same person"


def test_whoever_typed_an_address_in_a_browser_does_not_get_its_mail(shop, robot):
    from yavar.people.customers.actions import describe

    thief = shop.visitor(name="Thief")
    describe(thief, email="reza@shop.example")
    body = {"inbox": shop.inbox.public_id, "customer": {"email": "reza@shop.example"}, "text": "my card number is", "client_id": "client-0001"}
    assert send(robot, "POST", "/conversations", body).json()["row"]["customer"]["id"] != thief.public_id


def test_filters_and_saved_views(shop, robot, talk):
    other = shop.says(shop.visitor(name="Dmitri"), "другое")
    actions.prioritise(talk.pk, "high", by=shop.owner)
    field = send(robot, "POST", "/fields", {"on": "conversation", "label": {"en": "Size"}, "kind": "choice", "choices": ["S", "M"], "filter": True}).json()
    described = send(robot, "POST", f"/conversations/{talk.public_id}/describe", {"fields": {field["key"]: "M"}})
    assert described.status_code == 200
    ids = lambda query: [row["id"] for row in send(robot, "GET", f"/conversations?{query}").json()["rows"]]  # noqa: E731
    assert ids("priority=high") == [talk.public_id]
    assert ids("field.size=m") == [talk.public_id] and ids("field.size=S") == []
    assert set(ids("assignee=none")) == {talk.public_id, other.conversation}
    made = send(robot, "POST", "/views", {"name": "Big", "filter": {"fields": {"size": "M"}}, "shared": True}).json()
    assert ids(f"view=view:{made['id']}") == [talk.public_id]
    assert send(robot, "POST", f"/conversations/{talk.public_id}/describe", {"fields": {"size": "XL"}}).json()["problem"]["field"] == "fields.size"
    assert send(robot, "GET", f"/conversations/{talk.public_id}").json()["fields"] == {"size": "M"}


def test_customers_are_found_by_name_and_address_by_those_who_may_see_them(shop, robot):
    made = send(robot, "POST", "/customers", {"name": "Reza Kamali", "email": "reza@shop.example"}).json()
    send(robot, "PATCH", f"/customers/{made['id']}", {"name": "Reza Karimi"})
    shop.says(shop.visitor(name="Reza Other"), "Where is Karimi street?")
    while run_due():
        pass
    names = lambda q, client=robot: [each["name"] for each in send(client, "GET", f"/customers?q={q}").json()["customers"]]  # noqa: E731
    assert names("karimi") == ["Reza Karimi"] and names("kamali") == [] and names("reza@shop") == ["Reza Karimi"]
    assert names("reza", program("bound", Given("agent", "inbox", shop.inbox.pk))) == ["Reza Other"]


def test_what_one_hands_out_one_must_have(shop):
    manager = program("manager", Given("admin"))
    owner = shop.owner.public_id
    assert send(manager, "PATCH", f"/agents/{owner}", {"active": False}).json()["problem"]["code"] == "grant.owner"
    assert send(manager, "PATCH", f"/agents/{shop.amir.public_id}", {"grants": [{"role": "owner"}]}).status_code == 403
    assert send(manager, "POST", "/tokens", {"agent": owner, "name": "x", "scopes": ["all"]}).status_code == 403
    assert send(manager, "POST", "/agents", {"email": "x@x.example", "name": "X", "role": "owner"}).status_code == 403
    helper = program("helper", Given("admin"), scopes=("agent.manage", "conversation.read"))
    grant(shop.sara, [Given("admin")], by=SYSTEM)
    assert send(helper, "PATCH", f"/agents/{shop.sara.public_id}", {"grants": []}).status_code == 403, "nor takes away what one doesn't have"
    narrow = program("narrow", Given("admin"), scopes=("token.manage", "role.manage", "agent.manage"))
    assert send(narrow, "POST", "/roles", {"name": "R", "permissions": ["audit.read"]}).json()["problem"]["code"] == "grant.too_much"
    assert send(narrow, "POST", "/tokens", {"agent": shop.amir.public_id, "name": "x", "scopes": ["all"]}).status_code == 403
    boss = Client()
    boss.force_login(shop.owner)
    assert send(boss, "PATCH", f"/agents/{owner}", {"active": False}).json()["problem"]["code"] == "owner.last"


def test_events_come_in_order_and_only_ones_own(shop, robot, talk):
    start = send(robot, "GET", "/events").json()["cursor"]
    actions.prioritise(talk.pk, "high", by=shop.owner)
    actions.assign(talk.pk, shop.amir, by=shop.owner)
    page = send(robot, "GET", f"/events?after={start}&size=1").json()
    rest = send(robot, "GET", f"/events?after={page['cursor']}").json()
    assert [event["type"] for event in page["events"] + rest["events"]] == ["conversation.prioritised", "conversation.assigned"]
    assert (page["more"], rest["more"]) == (True, False)
    assert rest["events"][0]["data"]["to"] == shop.amir.public_id and rest["events"][0]["data"]["conversation"] == talk.public_id
    assert send(robot, "GET", "/events?after=17.elsewhere").json()["problem"]["code"] == "cursor.gone"
    stranger = program("stranger", Given("agent", "inbox", 10**6))
    assert send(stranger, "GET", f"/events?after={start}").json()["events"] == []


def test_programs_hear_the_stream_and_lose_it_with_their_rights(shop, robot, talk):
    secret = robot.defaults["HTTP_AUTHORIZATION"]
    before = hubs.reset(hubs.Hub([staff.voice]))
    try:
        stream = knock(streams.DOORS, "GET", "/api/v1/stream", query=f"cursor={staff.cursor(0)}", authorization=secret)
        ear = Ear()
        stream.open(ear)
        assert [frame["row"]["id"] for frame in ear.named("item")][-1] == talk.public_id
        assert stream.check()
        robot_agent = Agent.objects.get(name="robot")
        grant(robot_agent, [Given("viewer")], by=SYSTEM)
        assert not stream.check(), "with other rights it must come again"
        grant(robot_agent, [Given("admin")], by=SYSTEM)
        assert stream.check()
        revoke_token(Token.objects.get(agent=robot_agent), by=SYSTEM)
        assert not stream.check()
        assert knock(streams.DOORS, "GET", "/api/v1/stream", authorization=secret).status == 401
    finally:
        hubs.reset(before)


def test_switched_off_means_out(shop, robot):
    change_agent(Agent.objects.get(name="robot"), active=False, by=SYSTEM)
    assert send(robot, "GET", "/me").status_code == 401


@pytest.mark.slow
def test_fifty_at_once(shop):
    """The same key: one effect, one answer. The same version: one wins, nothing is lost."""
    talk = Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)
    robot = program("robot", Given("admin"))
    path = f"/conversations/{talk.public_id}"

    def twice(n):
        try:
            return send(robot, "POST", f"{path}/messages", {"text": "once"}, idempotency_key="the-same")
        finally:
            connection.close()

    def versioned(n):
        try:
            for _ in range(60):
                etag = send(robot, "GET", path).headers["ETag"]
                subject = Conversation.objects.values_list("subject", flat=True).get(pk=talk.pk)
                answer = send(robot, "POST", f"{path}/describe", {"subject": f"{subject}{n % 10}"}, if_match=etag)
                if answer.status_code == 200:
                    return etag
            raise AssertionError("never got through")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(twice, range(50)))
        assert {a.status_code for a in answers} == {201} and len({a.content for a in answers}) == 1
        assert Message.objects.filter(author__startswith="agent:").count() == 1
        etags = list(pool.map(versioned, range(50)))
    talk.refresh_from_db()
    assert len(set(etags)) == 50 and len(talk.subject) == 50, "each write saw the one before"
    assert json.loads(answers[0].content)["item"]["text"] == "once"


def test_the_description_is_there_for_programs_and_complete(shop):
    answer = Client().get("/api/v1/openapi.json")
    schema = answer.json()
    assert answer.status_code == 200 and schema["openapi"].startswith("3.1")
    assert {"/api/v1/conversations", "/api/v1/stream"} <= set(schema["paths"])
    assert all(operation["x-needs"] != "" for methods in schema["paths"].values() for operation in methods.values())
