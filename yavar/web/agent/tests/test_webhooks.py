"""The webhooks' page: who may, what each form does, the secret shown once, the test's answer in words, posts and their replay."""

import re

import pytest
from django.test import Client

from yavar.base import crypto
from yavar.base.http.testing import Receiver
from yavar.web.agent.settings import webhooks as page_of
from yavar.webhooks.models import Delivery, Endpoint
from yavar.webhooks.testing import Work

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/settings/webhooks"
GOOD = {"name": "Warehouse", "url": "https://warehouse.example/hook", "which": "some", "events": ["conversation.*", "note.written"]}


@pytest.fixture
def shop(transactional_db, settings):
    from yavar.conversations.testing import furnish

    settings.HTTP_ALLOW = ("127.0.0.1",)
    return furnish()


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def signed_in(agent, lang="en"):
    agent.lang = lang
    agent.save()
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def nila(shop):
    return signed_in(shop.owner)


def text_of(answer):
    return answer.content.decode()


def do(client, what, at="", **fields):
    return client.post(f"{LIST}{at}", {"do": what, **fields}, follow=True)


def add(client, **fields):
    do(client, "add", **GOOD | fields)
    endpoint = Endpoint.objects.latest("pk")
    return endpoint, f"?webhook={endpoint.public_id}"


@pytest.fixture
def worker(monkeypatch):
    """The worker of a running desk, for the button that waits for it."""
    work = Work()
    monkeypatch.setattr(page_of, "sleep", lambda _seconds: work.turn())
    return work


def test_only_who_may(shop):
    assert Client().get(LIST).headers["Location"] == "/sign-in?next=%2Fsettings%2Fwebhooks"
    amir = signed_in(shop.amir)
    assert amir.get(LIST).status_code == 403
    assert do(amir, "add", **GOOD).status_code == 403
    assert not Endpoint.objects.exists()


def test_an_empty_desk_says_what_a_webhook_is(nila):
    page = text_of(nila.get(LIST))
    assert "No webhook yet." in page and "conversation.resolved" in page and "webhook.added" not in page


def test_added_and_its_secret_shown_once(shop, nila):
    answer = text_of(do(nila, "add", **GOOD))
    endpoint = Endpoint.objects.get()
    secret = crypto.unseal(endpoint.secret)
    assert (endpoint.name, endpoint.url, endpoint.events) == ("Warehouse", GOOD["url"], GOOD["events"])
    assert secret in answer and "“Warehouse” gets events from now on." in answer and f"?webhook={endpoint.public_id}" in answer
    assert secret not in text_of(nila.get(LIST)) and secret not in text_of(nila.get(f"{LIST}?webhook={endpoint.public_id}"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Give the webhook a name"), ({"url": "http://192.168.1.5/"}, "inside a private network"), ({"url": "warehouse"}, "begins with https://"),
        ({"events": []}, "Choose at least one"), ({"events": ["role.changed"]}, "Choose at least one"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(nila, wrong, words):
    answer = do(nila, "add", **GOOD | wrong)
    assert answer.status_code == 422 and words in text_of(answer)
    assert not Endpoint.objects.exists()
    field = next(iter(wrong))
    if field != "name":
        assert 'value="Warehouse"' in text_of(answer)


@pytest.mark.parametrize(
    "form", [{"do": "nothing"}, {"do": "add", "name": "x"}, {"do": "add", **GOOD, "more": "1"}, {"do": "remove", "webhook": "x", "y": "z"}]
)
def test_a_form_that_is_not_ours_changes_nothing(nila, form):
    assert nila.post(LIST, form).status_code == 400
    assert not Endpoint.objects.exists()


def test_everything_and_changes(nila):
    endpoint, at = add(nila, which="all", events=[])
    assert endpoint.events == ["*"]
    do(nila, "change", at, name="CRM", url="https://crm.example/hook", which="some", events=["tag.*"])
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url, endpoint.events) == ("CRM", "https://crm.example/hook", ["tag.*"])
    page = text_of(nila.get(f"{LIST}{at}"))
    assert re.search(r'value="tag\.\*" checked', page) and not re.search(r'value="note\.\*" checked', page)


def test_off_and_on_and_gone(nila):
    endpoint, at = add(nila)
    assert "The webhook is off" in text_of(do(nila, "switch", at, active="off"))
    endpoint.refresh_from_db()
    assert endpoint.state == "off" and "Switched off by hand." in text_of(nila.get(f"{LIST}{at}"))
    assert "Switch it on first." in text_of(do(nila, "test", at))
    do(nila, "switch", at, active="on")
    answer = do(nila, "remove", webhook=endpoint.public_id)
    assert "“Warehouse” is removed." in text_of(answer)
    assert nila.get(f"{LIST}{at}").status_code == 404 and nila.get(f"{LIST}?webhook=x").status_code == 404


def test_a_new_secret(nila):
    endpoint, at = add(nila)
    old = crypto.unseal(endpoint.secret)
    answer = text_of(do(nila, "rotate", at))
    endpoint.refresh_from_db()
    new = crypto.unseal(endpoint.secret)
    assert new != old and new in answer and crypto.unseal(endpoint.old_secret) == old
    page = text_of(nila.get(f"{LIST}{at}"))
    assert new not in page and "signed with the old secret too" in page


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, b"fine"), "Accepted."), ((204, b""), "HTTP 204"), ((404, b""), "There is nothing at this address."), ((401, b""), "how it checks the signature"),
        ((500, b"<b>boom</b>"), "&lt;b&gt;boom"), ((302, b""), "It redirects elsewhere."),
    ],
)  # fmt: skip
def test_the_test_says_in_words_what_came_back(nila, receiver, worker, answer, words):
    _endpoint, at = add(nila, url=f"{receiver.url}/hook")
    receiver.answers = [answer]
    assert words in text_of(do(nila, "test", at))
    assert b'"type":"webhook.test"' in receiver.got[0].body
    assert receiver.got[0].headers["webhook-id"] in text_of(nila.get("/settings/audit"))


def test_a_test_that_is_not_answered_does_not_hold_the_page(nila, receiver, monkeypatch):
    monkeypatch.setattr(page_of, "ANSWER_WITHIN", 0.1)
    _endpoint, at = add(nila, url=receiver.url)
    assert "No answer yet" in text_of(do(nila, "test", at))
    monkeypatch.setattr(page_of, "ANSWER_WITHIN", 3)
    work = Work()
    receiver.__exit__()
    work.all()
    assert "Nobody answers at this address." in text_of(nila.get(f"{LIST}{at}"))


def test_posts_with_their_answers_and_their_replay(shop, nila, receiver):
    _endpoint, at = add(nila, url=receiver.url, events=["message.received"])
    receiver.answers = [(503, "کتری خراب است".encode()), (200, b"")]
    shop.says(shop.visitor(), "one")
    work = Work()
    work.all()
    page = text_of(nila.get(f"{LIST}{at}"))
    assert "Failed" in page and "کتری خراب است" in page and "The receiver got it and failed." in page and "Next attempt:" in page and "Failing" in page
    answer = do(nila, "replay", at, message=Delivery.objects.get().message)
    assert "It’s being sent again." in text_of(answer)
    work.all()
    assert "Delivered" in text_of(nila.get(f"{LIST}{at}"))
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert do(nila, "replay", at, message="msg_unknown").status_code == 400


def test_whatever_failed_is_posted_again(shop, nila, receiver):
    _endpoint, at = add(nila, url=receiver.url, events=["message.received"])
    receiver.answers = [(500, b"")]
    for each in "abc":
        shop.says(shop.visitor(name=each), each)
    work = Work()
    work.all()
    receiver.answers = [(200, b"")]
    assert "is being sent again" in text_of(do(nila, "replay_failed", at, hours="24"))
    work.all()
    assert Delivery.objects.filter(state="delivered").count() == 3
    assert do(nila, "replay_failed", at, hours="5").status_code == 400


def test_another_desks_webhook_is_not_there(nila):
    _one, at = add(nila)
    other, _at = add(nila, name="Other")
    work = Delivery.objects.create(endpoint=other, message="msg_1", name="note.written", slot=0, created_at=other.created_at)
    assert do(nila, "replay", at, message=work.message).status_code == 400


@pytest.mark.parametrize("lang", ["fa", "ru"])
def test_the_page_speaks_its_readers_language(shop, lang):
    page = text_of(signed_in(shop.owner, lang).get(LIST))
    assert {"fa": "وب‌هوک", "ru": "вебхук"}[lang] in page.lower()
    assert "Add a webhook" not in page
