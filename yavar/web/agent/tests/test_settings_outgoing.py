"""Settings, Outgoing mail: nothing is saved that does not work, and what is typed stays."""

import pytest
from django.test import Client

from yavar.base.events.models import Event
from yavar.conversations.models import Inbox
from yavar.integrations.channels.email.models import Outlet
from yavar.integrations.channels.email.sending.testing import sink
from yavar.integrations.channels.email.testing import email_inbox

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {"host": "127.0.0.1", "port": "1", "security": "none", "user": "", "auth": "password", "secret": "", "client_id": "", "client_secret": ""}


@pytest.fixture
def owner(shop):
    client = Client()
    client.force_login(shop.owner)
    return client


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)


def do(owner, inbox, what, **typed):
    return owner.post(f"/settings/outgoing?inbox={inbox.public_id}", {"do": what, **typed})


def facts(name):
    return [event.payload for event in Event.objects.filter(name=name).order_by("pk")]


def test_a_server_that_does_not_answer_is_not_saved_and_what_was_typed_stays(owner, inbox):
    page = do(owner, inbox, "set", **TYPED)
    assert page.status_code == 422 and 'value="127.0.0.1"' in page.content.decode() and not Outlet.objects.exists()
    plain = do(owner, inbox, "set", **TYPED | {"host": "smtp.shop.example"})
    assert plain.status_code == 422 and not Outlet.objects.exists()


def test_the_way_out_is_set_up_changed_switched_and_removed(owner, inbox):
    with sink() as server:
        assert do(owner, inbox, "set", **TYPED | {"port": str(server.port)}).status_code == 303
        way = Outlet.objects.get(inbox=inbox)
        assert (way.host, way.port, way.security, way.user, way.active) == ("127.0.0.1", server.port, "none", "", True)
        assert do(owner, inbox, "test").status_code == 303
        do(owner, inbox, "set", **TYPED | {"port": str(server.port)})
    assert facts("outlet.changed") == [{"inbox": inbox.pk, "fields": ["host", "port", "security", "user", "auth", "secret"], "active": True}], (
        "the same again is no change"
    )
    assert do(owner, inbox, "test").status_code == 422, "the server is gone"
    do(owner, inbox, "switch", active="off")
    assert not Outlet.objects.get().active
    do(owner, inbox, "sign", on="on")
    way = Outlet.objects.get()
    page = owner.get(f"/settings/outgoing?inbox={inbox.public_id}").content.decode()
    assert f"{way.dkim_selector}._domainkey.nila.example" in page and "v=DKIM1" in page and "PRIVATE" not in page
    do(owner, inbox, "remove")
    assert not Outlet.objects.exists() and facts("outlet.removed") == [{"inbox": inbox.pk}]


def test_answers_have_a_signature_and_time_to_undo(owner, inbox):
    typed = {"hold": "20", "signature_fa": "{agent}\r\nقهوهٔ نیلا", "signature_ru": "", "signature_en": "{agent}", "plus": "on"}
    assert do(owner, inbox, "answers", **typed).status_code == 303
    config = Inbox.objects.get(pk=inbox.pk).config
    assert (config["hold"], config["plus"], config["signature"]) == (20, True, {"fa": "{agent}\nقهوهٔ نیلا", "en": "{agent}"})
    assert config["address"] == "support@nila.example"
    for more in ({"hold": "31"}, {"signature_fa": "x" * 2001}):
        assert owner.post(f"/settings/outgoing?inbox={inbox.public_id}", {"do": "answers"} | typed | more).status_code == 400


def test_who_may_not_manage_it_gets_nowhere(shop, inbox):
    client = Client()
    client.force_login(shop.amir)
    assert client.get(f"/settings/outgoing?inbox={inbox.public_id}").status_code == 403
    assert do(client, inbox, "set", **TYPED).status_code == 403


def test_ones_own_lines_stand_beneath_ones_mails(shop, owner):
    assert owner.post("/settings/security", {"do": "sign", "signature": "Nila, owner"}).status_code == 303
    shop.owner.refresh_from_db()
    assert shop.owner.signature == "Nila, owner"
    assert owner.post("/settings/security", {"do": "sign", "signature": "x" * 2001}).status_code == 422
