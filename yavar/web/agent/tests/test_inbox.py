"""The agents' doors: who sees what, what each verb answers, what the stream says, and how many questions a page asks the database."""

import copy
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from yavar.base import clock
from yavar.base.edge.testing import Ear, knock
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.jobs import run_due
from yavar.channels import outgoing
from yavar.conversations import actions, deliveries
from yavar.conversations.models import Conversation, Delivery, Inbox
from yavar.conversations.notes.actions import write_note
from yavar.conversations.setup import make_tag
from yavar.integrations.channels.email.testing import arrives, mail, outlet
from yavar.notifications.choices import KINDS
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_team, grant
from yavar.realtime import hub as hubs
from yavar.realtime import staff
from yavar.web.api import streams as doors

pytestmark = pytest.mark.django_db(transaction=True)


SYSTEM = Actor("system")


def bind(agent, scope, key, role="agent"):
    """From now on somebody works within this scope alone."""
    grant(agent, [Given(role, scope, key)], by=SYSTEM)


class Clerk:
    """An agent's browser."""

    def __init__(self, agent):
        self.agent, self.client = agent, Client()
        self.client.force_login(agent)

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path, **body):
        return self.client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")

    def listen(self, cursor):
        ear = Ear()
        cookie = f"yavar_session={self.client.cookies['yavar_session'].value}"
        knock(doors.DOORS, "GET", "/api/v1/stream", query=f"cursor={cursor}", cookie=cookie).open(ear)
        return ear


@pytest.fixture
def shop(transactional_db):
    from yavar.conversations.testing import furnish

    return furnish()


@pytest.fixture
def amir(shop):
    return Clerk(shop.amir)


@pytest.fixture
def talk(shop):
    return Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)


def test_nobody_without_sign_in(shop, talk):
    stranger = Client()
    assert stranger.get("/api/v1/conversations").status_code == 401
    assert stranger.post(f"/api/v1/conversations/{talk.public_id}/resolve", "{}", content_type="application/json").status_code == 401
    assert stranger.get("/inbox/mine").headers["Location"] == "/sign-in?next=%2Finbox%2Fmine"
    assert knock(doors.DOORS, "GET", "/api/v1/stream").status == 401


def test_sign_in_and_out(shop):
    client = Client()
    wrong = client.post("/sign-in", {"username": "amir@nila.example", "password": "wrong"})
    assert wrong.status_code == 422
    assert client.post("/sign-in", {"username": "AMIR@nila.example", "password": "a-long-password", "next": "//evil.example"}).headers["Location"] == "/inbox"
    assert client.get("/inbox").status_code == 200
    client.post("/sign-out")
    assert client.get("/inbox").status_code == 302


def test_signing_in_again_without_leaving_the_page(shop):
    client = Client()
    assert client.get("/sign-in/again").json()["me"] is None
    wrong = client.post("/sign-in/again", json.dumps({"email": "amir@nila.example", "password": "wrong"}), content_type="application/json")
    assert (wrong.status_code, wrong.json()["problem"]["code"]) == (422, "sign_in.wrong")
    odd = client.post("/sign-in/again", json.dumps({"email": "a", "password": "b", "next": "/"}), content_type="application/json")
    assert odd.status_code == 400
    right = client.post("/sign-in/again", json.dumps({"email": "AMIR@nila.example", "password": "a-long-password"}), content_type="application/json").json()
    assert right["me"] == shop.amir.public_id
    assert client.get("/sign-in/again").json()["me"] == shop.amir.public_id
    assert shop.amir.sign_ins.filter(outcome="ok").count() == 1
    assert client.get("/inbox").status_code == 200


def test_the_token_given_while_signing_in_again_is_good_for_writes(shop, talk):
    client = Client(enforce_csrf_checks=True)
    first = client.get("/sign-in/again").json()["csrf"]
    body = json.dumps({"email": "amir@nila.example", "password": "a-long-password"})
    assert client.post("/sign-in/again", body, content_type="application/json").status_code == 403
    again = client.post("/sign-in/again", body, content_type="application/json", headers={"X-CSRFToken": first}).json()
    done = client.post(f"/api/v1/conversations/{talk.public_id}/resolve", "{}", content_type="application/json", headers={"X-CSRFToken": again["csrf"]})
    assert done.status_code == 200


def test_counts_beside_saved_views_and_channels(amir, shop, talk):
    view = amir.post("views", name="Urgent", filter={"priority": ["urgent"]}).json()
    inbox = Inbox.objects.get(pk=talk.inbox_id)
    assert amir.get("views/counts").json() == {f"view:{view['id']}": 0, f"inbox:{inbox.public_id}": 1}
    actions.prioritise(talk.pk, "urgent", by=shop.amir)
    assert amir.get("views/counts").json()[f"view:{view['id']}"] == 1
    actions.resolve(talk.pk, by=shop.amir)
    assert set(amir.get("views/counts").json().values()) == {0}


def test_writes_need_the_pages_token(shop, talk):
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.amir)
    refused = client.post(f"/api/v1/conversations/{talk.public_id}/resolve")
    assert (refused.status_code, refused.json()["problem"]["code"]) == (403, "csrf")


def test_the_page_brings_its_first_list(shop, talk):
    page = Client(headers={"Accept-Language": "fa"})
    page.force_login(shop.amir)
    shop.amir.lang = "fa"
    shop.amir.save()
    text = page.get("/inbox/unassigned").content.decode()
    boot = json.loads(re.search(r'<script type="application/json" id="boot"[^>]*>(.*?)</script>', text, re.S)[1])
    assert '<html lang="fa" dir="rtl"' in text
    assert [row["id"] for row in boot["list"]["rows"]] == [talk.public_id]
    assert boot["counts"] == {"mine": 0, "unassigned": 1, "mentions": 0, "following": 0, "all": 1, "snoozed": 0, "drafts": 0, "notifications": 0}
    assert boot["strings"]


def test_no_text_can_leave_the_data_block(shop):
    shop.says(shop.visitor(name="</script><b>"), "</script><script>alert(1)</script>")
    client = Client()
    client.force_login(shop.amir)
    assert "</script><script>alert" not in client.get("/inbox/all").content.decode()


def test_one_conversation_with_its_person(shop, amir, talk):
    maryam = talk.customer
    actions.resolve(talk.pk, by=shop.amir)
    second = shop.says(maryam, "another matter", client_id="second-matter")
    facts = amir.get(f"conversations/{Conversation.objects.get(pk=second.conversation_id).public_id}").json()
    assert facts["customer"]["name"] == "Maryam Karimi"
    assert [row["id"] for row in facts["customer"]["earlier"]] == [talk.public_id]
    assert [item["kind"] for item in facts["timeline"]["items"]] == ["event", "message"]


def test_reply_note_and_the_customer_who_wrote_meanwhile(shop, amir, talk):
    at = f"conversations/{talk.public_id}"
    shop.says(talk.customer, "wait", talk.pk)
    refused = amir.post(f"{at}/messages", client_id="reply-0001", text="hi", seen=1)
    assert refused.status_code == 409
    assert [item["text"] for item in refused.json()["items"]] == ["wait"]
    done = amir.post(f"{at}/messages", client_id="reply-0001", text="hi", seen=2).json()
    assert (done["item"]["text"], done["row"]["assignee"], done["row"]["unread"]) == ("hi", shop.amir.public_id, 0)
    again = amir.post(f"{at}/messages", client_id="reply-0001", text="hi", seen=2).json()
    assert again["item"] == done["item"]
    note = amir.post(f"{at}/notes", client_id="note-00001", text="mind the lid", mentions=[shop.sara.public_id]).json()
    assert (note["item"]["kind"], note["item"]["data"]["mentions"]) == ("note", [shop.sara.public_id])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("messages", {"client_id": "reply-0001", "text": ""}, 400),
        ("messages", {"client_id": "reply-0001", "text": "x" * 10_001}, 400),
        ("messages", {"client_id": "reply-0001", "text": "x", "unknown": 1}, 400),
        ("assign", {"agent": "nobody"}, 422),
        ("priority", {"priority": "extreme"}, 400),
        ("snooze", {"until": "2026-01-01T10:00:00"}, 400),
        ("snooze", {"until": "soon"}, 400),
        ("tags", {"add": ["nothing"]}, 422),
        ("draft", {"kind": "reply", "text": "x"}, 405),
    ],
)
def test_bad_input_changes_nothing(shop, amir, talk, path, body, status):
    before = Event.objects.count()
    assert amir.post(f"conversations/{talk.public_id}/{path}", **body).status_code == status
    assert Event.objects.count() == before


def test_every_verb_answers_the_row(shop, amir, talk):
    at, tag, team = f"conversations/{talk.public_id}", make_tag("order"), add_team("Nila", [shop.amir], by=SYSTEM)
    tomorrow = clock.iso(clock.now() + timedelta(days=1))
    for path, body, field, value in (
        ("assign", {"agent": shop.sara.public_id}, "assignee", shop.sara.public_id),
        ("assign", {"agent": None}, "assignee", None),
        ("assign", {"team": team.public_id}, "team", team.public_id),
        ("tags", {"add": [tag.public_id]}, "tags", [tag.public_id]),
        ("tags", {"remove": [tag.public_id]}, "tags", []),
        ("priority", {"priority": "urgent"}, "priority", "urgent"),
        ("snooze", {"until": tomorrow}, "status", "snoozed"),
        ("reopen", {}, "status", "open"),
        ("resolve", {}, "status", "resolved"),
        ("reopen", {}, "status", "open"),
        ("seen", {"version": 99}, "unread", 0),
        ("unread", {}, "unread", 1),
    ):
        answer = amir.post(f"{at}/{path}", **body)
        assert (answer.status_code, answer.json()["row"][field]) == (200, value), path


def test_what_one_may_not_see_does_not_exist(shop, talk):
    other = Inbox.objects.create(brand=shop.brand, kind="chat", name="Other", created_at=clock.now())
    bind(shop.amir, "inbox", shop.inbox.pk)
    talk.inbox = other
    talk.save()
    amir, sara = Clerk(shop.amir), Clerk(shop.sara)
    assert sara.get(f"conversations/{talk.public_id}").status_code == 200
    assert amir.get(f"conversations/{talk.public_id}").status_code == 404
    assert amir.post(f"conversations/{talk.public_id}/resolve").status_code == 404
    assert amir.get("conversations", view="all").json()["rows"] == []
    assert amir.get("conversations", ids=talk.public_id).json()["rows"] == []
    assert amir.get("search", q="hello").json()["rows"] == []
    assert amir.get("search", q=talk.reference).json()["rows"] == []


@pytest.mark.parametrize(("sees", "seen"), [("own", {"mine"}), ("team", {"mine", "team", "nobody's"}), ("all", {"mine", "team", "sara's", "nobody's"})])
def test_own_team_or_all(shop, sees, seen):
    team = add_team("Nila", [shop.amir], by=SYSTEM)
    for name in ("mine", "team", "sara's", "nobody's"):
        key = shop.says(shop.visitor(name=name), name).conversation_id
        if name == "mine":
            actions.assign(key, shop.amir, by=shop.sara)
        if name == "team":
            actions.give_to_team(key, team, by=shop.sara)
        if name == "sara's":
            actions.assign(key, shop.sara, by=shop.sara)
    grant(shop.amir, [Given("agent", sees=sees)], by=SYSTEM)
    rows = Clerk(Agent.objects.get(pk=shop.amir.pk)).get("conversations", view="all").json()["rows"]
    assert {row["preview"] for row in rows} == seen


def test_pages_go_on_where_they_ended(shop, amir):
    keys = [shop.says(shop.visitor(name=f"v{n}"), f"m{n}").conversation_id for n in range(120)]
    Conversation.objects.filter(pk__in=keys[:60]).update(last_at=clock.now())  # equal times must not repeat or lose rows
    found, cursor = [], ""
    while cursor is not None:
        page = amir.get("conversations", view="all", before=cursor).json()
        found += [row["id"] for row in page["rows"]]
        cursor = page["next"]
    assert len(found) == len(set(found)) == 120
    assert amir.get("conversations", view="all", before="rubbish").status_code == 400
    assert amir.get("conversations", view="nothing").status_code == 404


def test_search_by_word_reference_and_person_newest_first(shop, amir):
    first = shop.says(shop.visitor(name="Maryam Karimi"), "The kettle leaks")
    second = shop.says(shop.visitor(name="Dmitri Volkov"), "Which kettles are blue?")
    write_note(first.conversation_id, by=shop.amir, client_id="note-00001", text="warehouse knows")
    while run_due():
        pass
    names = lambda q: [row["customer"]["name"] for row in amir.get("search", q=q).json()["rows"]]  # noqa: E731
    assert names("kettle") == ["Dmitri Volkov", "Maryam Karimi"]
    assert names("volk") == ["Dmitri Volkov"]
    assert names(f"#{first.reference.lower()}") == ["Maryam Karimi"]
    assert names("warehouse") == ["Maryam Karimi"]
    assert names("nothing of that") == []
    assert names("") == []
    assert second.reference


@pytest.fixture
def hub():
    fresh = hubs.Hub([staff.voice])
    before = hubs.reset(fresh)
    yield fresh
    hubs.reset(before)


def applied(state, frames):
    """What the client does with frames: rows replaced (its own draft mark kept), items added by version."""
    for event, data, _id in frames:
        if event in ("item", "row"):
            row = data["row"]
            draft = state["rows"].get(row["id"], {}).get("draft", False)
            state["rows"][row["id"]] = row | {"draft": draft}
        if event == "item":
            state["items"].setdefault(data["conversation"], {})[data["item"]["version"]] = data["item"]
    return {**state, "copies": state["copies"] | delivered(state["items"])}


def delivered(items):
    """How far each copy has come: as it was when its message was read, then what was told since."""
    told = {}
    for talk in items.values():
        for _version, item in sorted(talk.items()):
            told |= {each["id"]: (each["state"], each["reason"]) for each in item.pop("copies", [])}
            if item["event"] == "message.delivery":
                told[item["data"]["delivery"]] = item["data"]["state"], item["data"]["reason"]
    return told


def fetched(clerk):
    rows = {row["id"]: row for view in ("all", "snoozed") for row in clerk.get("conversations", view=view).json()["rows"]}
    rows |= {row["id"]: row for row in clerk.get("conversations", view="all", tab="done").json()["rows"]}
    items = {key: {i["version"]: i for i in clerk.get(f"conversations/{key}").json()["timeline"]["items"]} for key in rows}
    return {"rows": rows, "items": items, "copies": delivered(items)}


def test_state_before_plus_frames_is_state_fetched(shop, amir, talk, hub):
    before = fetched(amir)
    mark = staff.cursor(Event.objects.order_by("-pk")[0].pk)
    live = amir.listen(mark)
    other = shop.visitor(name="Дмитрий")
    key = shop.says(other, "Где заказ?").conversation_id
    actions.reply(talk.pk, by=shop.sara, client_id="reply-0001", text="two")
    write_note(talk.pk, by=shop.amir, client_id="note-00001", text="mind the lid", mentions=[shop.sara])
    actions.assign(talk.pk, shop.sara, by=shop.amir)
    actions.tag(talk.pk, add=[make_tag("order")], by=shop.amir)
    actions.prioritise(key, "urgent", by=shop.amir)
    actions.snooze(key, clock.now() + timedelta(hours=1), by=shop.amir)
    shop.says(other, "Ау?", key)
    actions.mark_read(key, 99, by=shop.amir)
    actions.resolve(talk.pk, by=shop.sara)
    actions.reopen(talk.pk, by=shop.amir)
    actions.mark_unread(talk.pk, by=shop.amir)
    hub.tell(list(Event.objects.filter(pk__gt=staff.read_cursor(mark)).order_by("pk")))
    assert applied(copy.deepcopy(before), live.frames) == fetched(amir)
    late = amir.listen(mark)  # whoever comes back with the old cursor hears the same
    assert applied(copy.deepcopy(before), late.frames) == fetched(amir)


def test_how_far_a_copy_has_come_is_told_as_it_is_fetched(shop, amir, hub):
    way = outlet(shop.brand)
    arrives(way.inbox, mail("Where is my kettle?"))
    talk = Conversation.objects.get(inbox=way.inbox)
    before = fetched(amir)
    mark = staff.cursor(Event.objects.order_by("-pk")[0].pk)
    live = amir.listen(mark)
    held = amir.post(
        f"conversations/{talk.public_id}/messages", text="On its way", client_id="reply-0001", cc=["b@shop.example"], to=["maryam@shop.example"]
    ).json()["held"]
    assert amir.get(f"conversations/{talk.public_id}").json()["held"][0]["id"] == held["id"]
    assert amir.client.put(f"/api/v1/conversations/{talk.public_id}/held/{held['id']}", "{}", content_type="application/json").status_code == 200
    outgoing.release_due()
    for one, state in zip(Delivery.objects.order_by("pk"), ("sent", "unknown"), strict=True):
        deliveries.begin(one)
        deliveries.settle(one.pk, state, reason="" if state == "sent" else "cut")
    assert amir.post(f"conversations/{talk.public_id}/copies/{Delivery.objects.get(state='unknown').public_id}", outcome="sent").status_code == 200
    hub.tell(list(Event.objects.filter(pk__gt=staff.read_cursor(mark)).order_by("pk")))
    after = fetched(amir)
    assert sorted(after["copies"].values()) == [("sent", ""), ("sent", "")] and not amir.get(f"conversations/{talk.public_id}").json()["held"]
    assert applied(copy.deepcopy(before), live.frames) == after


def test_a_stream_tells_nobody_what_they_may_not_see(shop, talk, hub):
    other = Inbox.objects.create(brand=shop.brand, kind="chat", name="Other", created_at=clock.now())
    bind(shop.amir, "inbox", shop.inbox.pk)
    Conversation.objects.filter(pk=talk.pk).update(inbox=other)
    mark = staff.cursor(Event.objects.order_by("-pk")[0].pk)
    ears = {name: Clerk(getattr(shop, name)).listen(mark) for name in ("amir", "sara", "owner")}
    for ear in ears.values():
        ear.frames.clear()  # PostgreSQL tells once more what happened just before the mark
    actions.resolve(talk.pk, by=shop.sara)
    hub.tell(list(Event.objects.filter(pk__gt=staff.read_cursor(mark))))
    assert [len(ears[name].frames) for name in ("amir", "sara", "owner")] == [0, 1, 1]


def test_an_unknown_cursor_is_a_fresh_start(shop, amir, hub):
    assert [name for name, _d, _i in amir.listen("").frames] == ["resync"]


@pytest.mark.parametrize(("path", "limit"), [("conversations?view=all", 13), ("conversations/ID", 27), ("conversations/counts", 11), ("inbox", 32)])
def test_a_page_asks_little_and_no_more_with_more_rows(shop, amir, django_assert_max_num_queries, path, limit):
    """Each number is a budget; with 40 conversations it is the same as with one."""
    for n in range(40):
        key = shop.says(shop.visitor(name=f"v{n}"), f"m{n}").conversation_id
        actions.tag(key, add=[make_tag("order")], by=shop.amir)
        actions.reply(key, by=shop.amir, client_id=f"reply-{n:05}", text="x")
    path = path.replace("ID", Conversation.objects.order_by("-pk")[0].public_id)
    amir.get("conversations")  # what a process asks once in its life has been asked
    with django_assert_max_num_queries(limit):
        answer = amir.client.get("/inbox/all" if path == "inbox" else f"/api/v1/{path}")
    assert answer.status_code == 200


def test_each_kind_of_news_has_a_picture():
    icons = re.search(r"const icons = {(.*?)};", (Path(__file__).parents[1] / "static/bell.js").read_text())[1]
    assert {pair.split(":")[0].strip() for pair in icons.split(",")} == set(KINDS)
