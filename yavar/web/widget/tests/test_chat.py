"""The chat's doors: who may write, what is refused and how it is said, what a visitor hears."""

import json
import secrets

import jwt
import pytest
from django.test import Client

from yavar.base import clock, crypto
from yavar.base.edge.testing import Ear, knock
from yavar.base.events.models import Event
from yavar.channels.chat import ChatConfig
from yavar.conversations import actions
from yavar.conversations.models import Conversation, Message
from yavar.conversations.notes.actions import write_note
from yavar.conversations.setup import configure_inbox
from yavar.people.models import Customer, Identity
from yavar.realtime import hub as hubs
from yavar.realtime import public
from yavar.web.widget import visitors
from yavar.web.widget.doors import DOORS

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "the shop's own secret, long enough to sign with"


class Visitor:
    def __init__(self, shop, **session):
        self.shop, self.token, self.client = shop, secrets.token_urlsafe(32), Client()
        self.hello = self.begin(**session)

    def begin(self, **session):
        given = {"token": self.token, "lang": "fa", "page": "https://shop.example/kettle", **session}
        return self.client.post(f"/chat/{self.shop.inbox.public_id}/session", json.dumps(given), content_type="application/json")

    def say(self, text="سلام", conversation=None, files=(), **headers):
        body = {"client_id": secrets.token_urlsafe(12), "conversation": conversation, "text": text, "files": list(files)}
        return knock(DOORS, "POST", "/chat/messages", body, authorization=f"Bearer {self.token}", **headers)

    def get(self, path, **query):
        return self.client.get(path, query, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture
def shop(transactional_db):
    from yavar.conversations.testing import furnish

    visitors._known.clear()
    return furnish()


def problem(answer):
    return answer.status, json.loads(answer.body)["problem"]["code"]


def test_a_visitor_writes_and_comes_back(shop):
    maryam = Visitor(shop, name="Maryam Karimi")
    first = maryam.say()
    assert first.status == 201
    stored = json.loads(first.body)
    assert stored["message"]["seq"] == 1
    hello = maryam.get("/chat/hello").json()
    assert hello["conversation"]["id"] == stored["conversation"]["id"]
    assert [m["text"] for m in hello["messages"]] == ["سلام"]
    assert Customer.objects.get().page == "https://shop.example/kettle"


def test_opening_twice_is_one_visitor(shop):
    maryam = Visitor(shop)
    maryam.begin()
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", "body.not_json"),
        (b"{}", "body.invalid"),
        ({"client_id": "abcdefgh", "conversation": None, "text": "x", "more": 1}, "body.invalid"),
        ({"client_id": "short", "conversation": None, "text": "x"}, "client_id.invalid"),
        ({"client_id": "abcdefgh", "conversation": None, "text": "  \n"}, "text.empty"),
        ({"client_id": "abcdefgh", "conversation": None, "text": "x" * 10_001}, "text.too_long"),
        ({"client_id": "abcdefgh", "conversation": None, "text": "a\0b"}, "text.invalid"),
        ({"client_id": "abcdefgh", "conversation": None, "text": 7}, "body.invalid"),
        ({"client_id": "abcdefgh", "conversation": None, "text": "x", "files": ["nobody's"]}, "file.unknown"),
    ],
)
def test_bad_input_is_said_and_nothing_is_stored(shop, body, code):
    maryam = Visitor(shop)
    answer = knock(DOORS, "POST", "/chat/messages", body, authorization=f"Bearer {maryam.token}")
    assert problem(answer) == (400, code)
    assert not Message.objects.exists()
    assert not Event.objects.filter(name="message.received").exists()


def test_the_reason_is_in_the_readers_language(shop):
    maryam = Visitor(shop)
    for lang, word in (("fa", "نویسه"), ("ru", "знаков"), ("en", "characters")):
        title = json.loads(maryam.say("x" * 10_001, x_lang=lang).body)["problem"]["title"]
        assert word in title


def test_foreign_token_origin_and_conversation(shop):
    maryam, stranger = Visitor(shop), Visitor(shop)
    mine = json.loads(maryam.say().body)["conversation"]["id"]
    assert problem(stranger.say("let me in", conversation=mine)) == (404, "conversation.unknown")
    assert problem(maryam.say("x", conversation="nothing")) == (404, "conversation.unknown")
    assert problem(maryam.say(origin="https://evil.example")) == (403, "origin.foreign")
    stranger.token = secrets.token_urlsafe(32)
    assert problem(stranger.say()) == (401, "session.unknown")
    assert stranger.get("/chat/hello").status_code == 401
    query = f"conversation={mine}&after=0"
    other = Visitor(shop)
    assert problem(knock(DOORS, "GET", "/chat/stream", query=query, authorization=f"Bearer {other.token}")) == (404, "conversation.unknown")
    assert other.get("/chat/messages", conversation=mine).status_code == 404
    signal = {"conversation": mine, "typing": True}
    assert problem(knock(DOORS, "POST", "/chat/signals", signal, authorization=f"Bearer {other.token}")) == (404, "conversation.unknown")


def test_the_panel_is_for_the_shops_pages_alone(shop):
    url, client = f"/chat/{shop.inbox.public_id}/panel", Client()
    good = client.get(url, headers={"Referer": "https://shop.example/kettle"})
    assert "frame-ancestors https://shop.example" in good.headers["Content-Security-Policy"]
    assert client.get(url, headers={"Referer": "https://evil.example/"}).status_code == 403
    assert client.get("/chat/nothing/panel").status_code == 404
    configure_inbox(shop.inbox, ChatConfig(), active=False)
    assert client.get(url).status_code == 404
    configure_inbox(shop.inbox, ChatConfig(), active=True)
    assert "frame-ancestors 'none'" in client.get(url).headers["Content-Security-Policy"]


def signed(how):
    if how == "hmac":
        return {"id": "c-17", "hash": crypto.hmac_sha256(SECRET, "c-17"), "email": "claimed@example.com"}
    return {"jwt": jwt.encode({"sub": "c-17", "exp": 4102444800, "email": "maryam@example.com", "name": "Maryam"}, SECRET, "HS256")}


@pytest.mark.parametrize("how", ["hmac", "jwt"])
def test_the_shop_vouches_and_two_devices_are_one_customer(shop, how):
    phone = Visitor(shop)
    phone.say("from the phone")
    assert phone.begin(identity=signed(how)).status_code == 200
    laptop = Visitor(shop, identity=signed(how))
    assert [m["text"] for m in laptop.hello.json()["messages"]] == ["from the phone"]
    assert Identity.objects.get(kind="external").verified_at is not None
    emails = dict(Identity.objects.filter(kind="email").values_list("value", "verified_at"))
    assert bool(emails.get("maryam@example.com")) is (how == "jwt")
    assert "claimed@example.com" not in emails


@pytest.mark.parametrize(
    "identity",
    [
        {"id": "c-17", "hash": crypto.hmac_sha256("another secret that is as long as it has to be", "c-17")},
        {"id": "c-17"},
        {},
        {"jwt": jwt.encode({"sub": "c-17", "exp": 4102444800}, "another secret that is as long as it has to be", "HS256")},
        {"jwt": jwt.encode({"sub": "c-17", "exp": 1}, SECRET, "HS256")},
        {"jwt": jwt.encode({"sub": "c-17"}, SECRET, "HS256")},
        {"jwt": jwt.encode({"sub": "c-17", "exp": 4102444800}, None, "none")},
        {"jwt": "rubbish"},
    ],
)
def test_a_wrong_signature_is_nobody(shop, identity):
    visitor = Visitor(shop)
    assert visitor.begin(identity=identity).status_code == 403
    assert not Identity.objects.filter(kind="external").exists()


def test_a_shared_computer_does_not_join_two_people(shop):
    browser = Visitor(shop)
    browser.begin(identity={"id": "anna", "hash": crypto.hmac_sha256(SECRET, "anna")})
    browser.say("I am Anna")
    hello = browser.begin(identity={"id": "boris", "hash": crypto.hmac_sha256(SECRET, "boris")}).json()
    assert hello["conversation"] is None
    assert Identity.objects.filter(kind="external").values("customer").distinct().count() == 2


def test_the_form_asks_what_the_owner_wants(shop):
    configure_inbox(shop.inbox, ChatConfig(origins=["https://shop.example"], ask_name="require", ask_email="require"))
    visitor = Visitor(shop)
    assert visitor.hello.json()["problem"]["code"] == "name.missing"
    assert visitor.begin(name="Anna").json()["problem"]["field"] == "email"
    assert visitor.begin(name="Anna", email="no address").status_code == 400
    assert visitor.begin(name="Anna", email="Anna@Example.com").status_code == 200
    assert Identity.objects.get().value == "anna@example.com"
    assert Identity.objects.get().verified_at is None
    assert visitor.begin().status_code == 200


def test_files_are_sent_by_who_brought_them_once(shop):
    maryam, stranger = Visitor(shop), Visitor(shop)
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0"
    bring = {"data": png, "content_type": "image/png", "headers": {"Authorization": f"Bearer {maryam.token}", "X-Name": "%DA%A9%D8%AA%D8%B1%DB%8C.png"}}
    file = maryam.client.post("/chat/files", **bring).json()
    assert (file["name"], file["mime"], file["width"]) == ("کتری.png", "image/png", 32)
    assert problem(stranger.say(files=[file["key"]])) == (400, "file.unknown")
    sent = json.loads(maryam.say("", files=[file["key"]]).body)
    assert sent["message"]["files"][0]["url"] == file["url"]
    assert Conversation.objects.get().preview == "کتری.png"
    assert problem(maryam.say("", files=[file["key"]])) == (400, "file.unknown")
    shown = Client().get(file["url"])
    assert (shown.status_code, shown.headers["Content-Disposition"][:10], shown.headers["X-Content-Type-Options"]) == (200, "attachment", "nosniff")


@pytest.fixture
def hub():
    fresh = hubs.Hub([public.voice])
    before = hubs.reset(fresh)
    yield fresh
    hubs.reset(before)


def test_state_before_plus_frames_is_state_fetched(shop, hub):
    """The visitor's side: whatever the team does, the stream says exactly what a fetch would find; and nothing of the team's own."""
    maryam = Visitor(shop)
    conversation = json.loads(maryam.say("one").body)["conversation"]["id"]
    talk, ear, start = Conversation.objects.get(), Ear(), Event.objects.count()
    stream = knock(DOORS, "GET", "/chat/stream", query=f"conversation={conversation}&after=0", authorization=f"Bearer {maryam.token}")
    close = stream.open(ear)
    assert [m["text"] for m in ear.named("message")] == ["one"]

    actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="two")
    write_note(talk.pk, by=shop.amir, client_id="note-00001", text="SECRET NOTE")
    actions.prioritise(talk.pk, "urgent", by=shop.amir)
    actions.snooze(talk.pk, None, by=shop.amir)
    maryam.say("three", conversation)
    actions.mark_read(talk.pk, 99, by=shop.amir)
    actions.resolve(talk.pk, by=shop.amir)
    maryam.say("four", conversation)
    hub.tell(list(Event.objects.order_by("pk")[start:]))

    fetched = maryam.get("/chat/hello").json()
    assert ear.named("message") == fetched["messages"]
    assert ear.named("status")[-1]["status"] == fetched["conversation"]["status"] == "open"
    assert ear.named("seen")[-1]["agent"] == fetched["conversation"]["seen"]["agent"] == 3
    assert "SECRET" not in json.dumps(ear.frames)
    assert {name for name, _data, _id in ear.frames} == {"message", "seen", "status"}
    close()
    before = len(ear.frames)
    actions.reply(talk.pk, by=shop.amir, client_id="reply-0002", text="after closing")
    hub.tell(list(Event.objects.order_by("-pk")[:1]))
    assert len(ear.frames) == before


def test_a_stream_goes_on_from_its_cursor(shop, hub):
    maryam = Visitor(shop)
    conversation = json.loads(maryam.say("1").body)["conversation"]["id"]
    for n in range(2, 121):
        shop.says(Customer.objects.get(), str(n), Conversation.objects.get().pk)
    ear = Ear()
    knock(DOORS, "GET", "/chat/stream", query=f"conversation={conversation}&after=10", authorization=f"Bearer {maryam.token}").open(ear)
    assert [m["seq"] for m in ear.named("message")] == list(range(11, 121))
    assert [i for name, _d, i in ear.frames if name == "message"] == [str(n) for n in range(11, 121)]


def test_seen_by_the_customer_goes_forward_only(shop):
    maryam = Visitor(shop)
    conversation = json.loads(maryam.say("one").body)["conversation"]["id"]
    actions.reply(Conversation.objects.get().pk, by=shop.amir, client_id="reply-0001", text="two")
    for seen in (2, 1, 99):
        answer = knock(DOORS, "POST", "/chat/signals", {"conversation": conversation, "seen": seen}, authorization=f"Bearer {maryam.token}")
        assert answer.status == 204
    assert Conversation.objects.get().customer_seen == 2
    assert Event.objects.filter(name="conversation.seen").count() == 1


def test_the_rate_is_limited_and_says_when(shop, monkeypatch):
    from yavar.base.rate import Rate
    from yavar.web.widget import doors

    monkeypatch.setattr(doors, "messages_rate", Rate(1, 2))
    maryam = Visitor(shop)
    assert [maryam.say().status for _ in range(3)] == [201, 201, 429]
    answer = maryam.say()
    assert dict(answer.headers)[b"retry-after"] == b"1"
    assert Message.objects.count() == 2


def test_who_waits_knows_where_they_stand(shop):
    from yavar.flow.sla.testing import HOUR, MINUTE, MONDAY, promise, work

    promise(first=3600)
    with clock.stopped_at(MONDAY):
        olga = Visitor(shop, lang="ru")
        first = json.loads(olga.say("Здравствуйте").body)["conversation"]["id"]
        work()
    with clock.stopped_at(MONDAY + MINUTE):
        maryam = Visitor(shop, lang="en")
        second = json.loads(maryam.say("Hello").body)["conversation"]["id"]
        assert maryam.get(f"/chat/line?conversation={second}").json() == {"place": None, "words": ""}, "nothing is promised yet"
        work()
        assert maryam.get(f"/chat/line?conversation={second}").json() == {"place": 2, "words": "1 person is before you. We’ll reply by 9:01."}
        assert olga.get(f"/chat/line?conversation={first}").json() == {"place": 1, "words": "Вы следующий. Ответим до 9:00."}
        assert maryam.get(f"/chat/line?conversation={first}").status_code == 404, "nobody sees where others stand"
    with clock.stopped_at(MONDAY + 2 * HOUR):
        assert maryam.get(f"/chat/line?conversation={second}").json()["words"] == "It takes longer than we promised. You’re number 2 in line."
        actions.reply(Conversation.objects.get(public_id=first).pk, by=shop.amir, client_id="reply-00001", text="Да")
        work()
        assert olga.get(f"/chat/line?conversation={first}").json()["place"] is None
        assert maryam.get(f"/chat/line?conversation={second}").json()["place"] == 1
