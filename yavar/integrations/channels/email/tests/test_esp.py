"""Mail that providers post: checked, raw, stored once."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from django.test import Client

from yavar.channels import ledger
from yavar.channels.models import Receipt
from yavar.config.env import Unsafe, read
from yavar.conversations.models import Message
from yavar.integrations.channels.email.testing import mail, read_everything

pytestmark = pytest.mark.django_db
SECRET, KEY = "provider:a-long-secret-word", "key-of-mailgun"
AUTH = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}


@pytest.fixture(autouse=True)
def _open(settings):
    settings.ENV = replace(settings.ENV, esp=("mailgun", "sendgrid", "postmark", "sparkpost"), esp_secret=SECRET, mailgun_key=KEY)
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


def signed(**fields):
    signature = hmac.new(KEY.encode(), b"1700000000" + b"t" * 50, hashlib.sha256).hexdigest()
    return {"timestamp": "1700000000", "token": "t" * 50, "signature": signature, **fields}


def post(name, raw, **headers):
    """As the provider does it."""
    given, text = {**AUTH, **headers}, raw.decode()
    if name == "postmark":
        return Client().post(
            "/hooks/mail/postmark",
            json.dumps({"RawEmail": text, "OriginalRecipient": "support+r.x@nila.example", "Date": "x"}),
            content_type="application/json",
            headers=given,
        )
    if name == "sparkpost":
        relay = {
            "content": {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True, "headers": [{"x": "y"}]},
            "rcpt_to": "support@nila.example",
        }
        return Client().post("/hooks/mail/sparkpost", json.dumps([{"msys": {"relay_message": relay}}]), content_type="application/json", headers=given)
    fields = {
        "mailgun": signed(**{"body-mime": text, "recipient": "support@nila.example", "sender": "maryam@shop.example"}),
        "sendgrid": {"email": text, "envelope": json.dumps({"to": ["support@nila.example"], "from": "maryam@shop.example"})},
    }[name]  # fmt: skip
    return Client().post(f"/hooks/mail/{name}" + ("/mime" if name == "mailgun" else ""), fields, headers=given)


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "postmark", "sparkpost"])
def test_a_posted_mail_is_stored_once(inbox, name):
    raw = mail("سلام", Message_ID="<esp@shop.example>")
    assert post(name, raw).status_code == 200
    assert post(name, raw).status_code == 200, "it may be posted again"
    read_everything(inbox)
    assert Message.objects.get().text.strip() == "سلام"
    assert (ledger.account(f"esp:{name}").fetched, ledger.account().repeats) == (2, 1)


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "postmark", "sparkpost"])
def test_nobody_else_may_post(inbox, name):
    assert post(name, mail(), Authorization="Basic " + base64.b64encode(b"provider:wrong").decode()).status_code == 403
    assert not Receipt.objects.exists()


def test_mailgun_has_to_sign(inbox):
    fields = {**signed(), "signature": "0" * 64, "body-mime": mail().decode(), "recipient": "support@nila.example"}
    assert Client().post("/hooks/mail/mailgun/mime", fields, headers=AUTH).status_code == 403


def test_without_a_secret_the_door_is_closed(inbox, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": ""}
    assert post("postmark", mail()).status_code == 404
    with pytest.raises(Unsafe):
        read({"YAVAR_ESP": "postmark", "YAVAR_DATA": str(settings.ENV.data)})


def test_nonsense_is_refused_and_unknown_recipients_lose_nothing(inbox):
    assert Client().post("/hooks/mail/postmark", b"{}", content_type="application/json", headers=AUTH).status_code == 400
    body = json.dumps({"RawEmail": mail().decode(), "OriginalRecipient": "nobody@elsewhere.example"})
    assert Client().post("/hooks/mail/postmark", body, content_type="application/json", headers=AUTH).status_code == 200
    assert Receipt.objects.get().inbox == inbox


def test_a_large_mail_comes_through_and_a_large_form_elsewhere_does_not(inbox, settings, agent_client):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 64 << 20
    raw = mail("x" * 70 + "\n" + "y" * 400_000)
    assert post("sendgrid", raw).status_code == 200
    assert agent_client.post("/settings/views", {"do": "x" * 300_000}).status_code == 413
