"""A shop sees its visitors only where it wishes, only from its own pages, and an agent may write to them first."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from yavar.base import clock
from yavar.base.edge.testing import knock
from yavar.channels.chat import CHAT
from yavar.channels.greetings import invitation_id, said
from yavar.conversations.models import Message
from yavar.conversations.setup import configure_inbox
from yavar.realtime import visits as memory
from yavar.web.widget import visits as door
from yavar.web.widget.doors import DOORS

from .test_chat import Visitor, problem, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def nobody():
    memory.visits._all.clear()
    door._watches.clear()


def watch(shop, on=True):  # noqa: F811
    configure_inbox(shop.inbox, CHAT.changed({"origins": [SHOP]}, {"see_visitors": on}))


def visit(shop, origin=SHOP, **more):  # noqa: F811
    body = {"inbox": shop.inbox.public_id, "id": "tab-0000000000000001", "page": "/kettle", "title": "Kettle", "lang": "fa", **more}
    return knock(DOORS, "POST", "/chat/visits", body, **({"origin": origin} if origin else {}))


def agent(who):
    client = Client()
    client.force_login(who)
    return client


def seen(who):
    return agent(who).get("/api/v1/visitors").json()


def invite(who, key="tab-0000000000000001", text="May I help?"):
    return agent(who).post(f"/api/v1/visitors/{key}/invitation", json.dumps({"text": text}), content_type="application/json")


def test_nobody_is_seen_where_the_shop_does_not_wish_it(shop):  # noqa: F811
    assert problem(visit(shop)) == (404, "visits.none")
    watch(shop)
    door._watches.clear()
    assert visit(shop).status == 200 and len(seen(shop.amir)) == 1
    watch(shop, on=False)
    assert seen(shop.amir) == []


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"origin": ""}, {"page": "javascript:alert(1)"}])
def test_only_the_shops_own_pages_are_heard(shop, change):  # noqa: F811
    watch(shop)
    assert problem(visit(shop, **change)) == (404, "visits.none")
    assert seen(shop.amir) == []


@pytest.mark.parametrize("change", [{"id": "short"}, {"id": "x" * 41}, {"id": "tab 0000000000000001"}, {"page": "/" * 301}, {"lang": "de"}, {"more": 1}])
def test_what_no_page_of_ours_sends_is_refused(shop, change):  # noqa: F811
    watch(shop)
    assert visit(shop, **change).status == 400


def test_what_agents_see(shop):  # noqa: F811
    watch(shop)
    answer = visit(shop, page="/kettle?token=secret", returning=True)
    assert dict(answer.headers)[b"access-control-allow-origin"] == SHOP.encode() and json.loads(answer.body) == {"invitation": None}
    [found] = seen(shop.amir)
    assert {name: found[name] for name in ("page", "title", "lang", "returning", "chatting", "invited", "inbox")} == {
        "page": "/kettle", "title": "Kettle", "lang": "fa", "returning": True, "chatting": False, "invited": False, "inbox": shop.inbox.public_id,
    }  # fmt: skip
    since = found["since"]
    visit(shop, chatting=True)
    assert (seen(shop.amir)[0]["since"], seen(shop.amir)[0]["chatting"]) == (since, True)
    visit(shop, page="/basket")
    assert seen(shop.amir)[0]["since"] > since


def test_who_is_quiet_is_forgotten_and_memory_has_an_end(shop, monkeypatch):  # noqa: F811
    watch(shop)
    visit(shop)
    monkeypatch.setattr(memory, "FORGOTTEN", 0)
    assert seen(shop.amir) == []
    monkeypatch.setattr(memory, "FORGOTTEN", 75)
    monkeypatch.setattr(memory, "MOST", 3)
    for number in range(5):
        visit(shop, id=f"tab-000000000000001{number}")
    assert len(seen(shop.amir)) == 3


def test_an_agent_writes_first_and_it_is_theirs_once_answered(shop):  # noqa: F811
    watch(shop)
    visit(shop)
    assert invite(shop.amir).json()["invited"] is True
    told = json.loads(visit(shop).body)["invitation"]
    assert (told["text"], told["name"]) == ("May I help?", "Amir")
    assert json.loads(visit(shop).body) == {"invitation": None}, "it is told once"
    maryam = Visitor(shop)
    body = {"client_id": "client-0001", "conversation": None, "text": "Yes", "greeting": told["id"]}
    knock(DOORS, "POST", "/chat/messages", body, authorization=f"Bearer {maryam.token}")
    assert list(Message.objects.order_by("seq").values_list("author", "text")) == [
        (f"agent:{shop.amir.pk}", "May I help?"),
        (f"customer:{Message.objects.get(seq=2).conversation.customer_id}", "Yes"),
    ]
    assert maryam.get("/chat/hello").json()["messages"][0]["author"]["name"] == "Amir"


def test_what_nobody_said_is_not_kept(shop):  # noqa: F811
    key = invitation_id(shop.inbox.pk, shop.amir.pk, "May I help?")
    assert said(shop.inbox.pk, key, "en").text == "May I help?"
    assert said(shop.inbox.pk + 1, key, "en") is None
    assert said(shop.inbox.pk, key[:-2], "en") is None
    assert said(shop.inbox.pk, "invited.We owe you a kettle", "en") is None
    with clock.stopped_at(clock.now() + timedelta(days=1, minutes=1)):
        assert said(shop.inbox.pk, key, "en") is None


def test_who_has_left_cannot_be_written_to(shop):  # noqa: F811
    watch(shop)
    assert invite(shop.amir).status_code == 404
    visit(shop)
    assert invite(shop.amir, text="  ").status_code == 422
    assert invite(shop.amir, text="x" * 301).status_code in (400, 422)
    assert json.loads(visit(shop).body) == {"invitation": None}
