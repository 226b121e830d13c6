"""Settings, Forms: made, asked, allowed, switched, and what is held back of them decided."""

import json

import pytest
from django.test import Client

from yavar.channels.form import config_of
from yavar.channels.models import Receipt
from yavar.channels.testing import form_inbox, read_forms, sends
from yavar.conversations.models import Conversation, Inbox
from yavar.desk.actions import save_field, save_request_type
from yavar.integrations.channels.email.testing import outlet

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = {f"{name}_{code}": "" for name in ("intro", "thanks") for code in ("fa", "ru", "en")}


@pytest.fixture
def owner(shop):
    client = Client()
    client.force_login(shop.owner)
    return client


@pytest.fixture
def inbox(shop):
    return form_inbox(shop.brand)


def config(inbox):
    return config_of(Inbox.objects.get(pk=inbox.pk).config)


def test_a_form_is_made_and_its_page_is_open(owner, shop):
    assert "Make a form" in owner.get("/settings/forms").content.decode()
    made = owner.post("/settings/forms", {"do": "add", "shop": shop.brand.public_id, "name": " Write to  us "})
    inbox = Inbox.objects.get(kind="form")
    assert made.status_code == 303 and made.headers["Location"] == f"/settings/forms?inbox={inbox.public_id}#form" and inbox.name == "Write to us"
    page = owner.get("/settings/forms").content.decode()
    assert f"/form/{inbox.public_id}/embed.js" in page and "can’t be answered yet" in page
    assert Client().get(f"/form/{inbox.public_id}").status_code == 200
    outlet(shop.brand)
    assert "can’t be answered yet" not in owner.get("/settings/forms").content.decode()
    assert owner.post("/settings/forms", {"do": "add", "shop": shop.brand.public_id, "name": ""}).status_code == 422


def test_what_it_asks_is_saved(owner, shop, inbox):
    by = shop.owner.actor
    back, _question = (save_request_type(shop.brand, {"en": name}, by=by) for name in ("Return", "Question"))
    save_field(by=by, label={"en": "Order"}, key="order", brand=shop.brand, request_type=back)
    asked = {
        "do": "ask",
        "ask_name": "require",
        "ask_phone": "ask",
        "subject": "off",
        "choice": "some",
        "types": [back.public_id],
        "fields": ["order"],
        "files": "on",
    }
    assert owner.post("/settings/forms", asked).status_code == 303
    found = config(inbox)
    assert (found.ask_name, found.ask_phone, found.subject, found.request_types, found.fields, found.files) == (
        "require",
        "ask",
        "off",
        [back.public_id],
        ["order"],
        True,
    )
    assert owner.post("/settings/forms", {**asked, "choice": "none", "files": "on"}).status_code == 303 and config(inbox).request_types is None
    del asked["files"]
    assert owner.post("/settings/forms", {**asked, "choice": "all", "fields": []}).status_code == 303
    assert (config(inbox).request_types, config(inbox).fields, config(inbox).files) == ([], [], False)
    assert owner.post("/settings/forms", {**asked, "choice": "some", "types": []}).status_code == 303 and config(inbox).request_types is None
    assert owner.post("/settings/forms", {**asked, "fields": ["no_such_field"]}).status_code == 422
    assert owner.post("/settings/forms", {**asked, "ask_name": "perhaps"}).status_code == 400
    page = owner.get("/settings/forms").content.decode()
    assert "Order" in page and "with Return" in page


def test_words_and_pages(owner, inbox):
    assert owner.post("/settings/forms", {"do": "texts", **TEXTS, "intro_fa": " سلام ", "thanks_en": "Thanks"}).status_code == 303
    assert config(inbox).intro == {"fa": "سلام"} and config(inbox).thanks == {"en": "Thanks"}
    assert owner.post("/settings/forms", {"do": "allow", "origin": "https://Shop.example/"}).status_code == 303
    assert config(inbox).origins == ["https://shop.example"] and config(inbox).intro == {"fa": "سلام"}
    wrong = owner.post("/settings/forms", {"do": "allow", "origin": "https://*.example"})
    assert wrong.status_code == 422 and "https://*.example" in wrong.content.decode()
    assert owner.post("/settings/forms", {"do": "disallow", "origin": "https://shop.example"}).status_code == 303 and config(inbox).origins == []
    assert owner.post("/settings/forms", {"do": "switch", "active": "off"}).status_code == 303
    assert Client().get(f"/form/{inbox.public_id}").status_code == 404 and owner.get("/settings/inboxes").content.decode().count("/settings/forms?inbox=") == 1


def test_who_may_not_change_inboxes_sees_none_of_it(shop, inbox):
    client = Client()
    client.force_login(shop.amir)
    assert client.get("/settings/forms").status_code == 403 and client.post("/settings/forms", {"do": "switch", "active": "off"}).status_code == 403
    other = Client()
    other.force_login(shop.owner)
    assert other.get(f"/settings/forms?inbox={shop.inbox.public_id}").status_code == 404


def test_a_held_form_is_released_learned_and_read_as_it_was_sent(owner, inbox):
    for number in range(3):
        sends(inbox, doubt="trap", text=f"Held {number}", name="Mallory", phone="+982112345678")
    read_forms()
    page = owner.get("/settings/received").content.decode()
    assert page.count("A field that no person sees was filled in.") == 3 and "Held 0" in page
    first, second, third = Receipt.objects.order_by("pk")
    assert owner.post("/settings/received", {"do": "release", "receipt": first.public_id}).status_code == 303
    assert owner.post("/settings/received", {"do": "teach", "receipt": second.public_id, "spam": "yes"}).status_code == 303
    assert owner.post("/settings/received", {"do": "block", "receipt": third.public_id}).status_code == 303
    raw = owner.get(f"/settings/received/raw?receipt={third.public_id}")
    assert raw.headers["Content-Disposition"].endswith('.json"') and json.loads(b"".join(raw.streaming_content))["text"] == "Held 2"
    read_forms()
    talk = Conversation.objects.get()
    whole = owner.get(f"/inbox-original/{talk.public_id}/{talk.messages.get().public_id}").content.decode()
    assert "The form as it was sent" in whole and "Mallory" in whole
    assert sends(inbox, text="Blocked now").held


def test_the_api_makes_and_changes_a_form(owner, shop):
    def ask(method, path, body):
        return getattr(owner, method)(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    made = ask("post", "/inboxes", {"brand": shop.brand.public_id, "kind": "form", "name": "Form"})
    assert made.status_code == 201 and made.json()["config"]["ask_name"] == "ask"
    path = f"/inboxes/{made.json()['id']}"
    changed = ask("patch", path, {"config": {"origins": ["https://shop.example"], "ask_phone": "require"}})
    assert changed.status_code == 200 and changed.json()["config"]["ask_phone"] == "require"
    for wrong in ({"colour": "red"}, {"ask_name": "maybe"}, {"origins": ["shop"]}, {"fields": ["nope"]}, {"intro": {"de": "Hallo"}}):
        assert ask("patch", path, {"config": wrong}).status_code == 422, wrong
