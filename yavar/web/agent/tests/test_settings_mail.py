"""Settings, E-mail and Received mail: every mail accounted for, and one click to decide."""

import json
import re
from email import message_from_bytes, policy

import pytest
from django.test import Client

from yavar.base.events.models import Event
from yavar.base.http.testing import Receiver
from yavar.channels import senders
from yavar.channels.models import Receipt, SenderRule, SpamWord
from yavar.conversations.models import Conversation, Inbox, Message
from yavar.integrations.channels.email.doors import check as checking
from yavar.integrations.channels.email.models import Mailbox
from yavar.integrations.channels.email.testing import arrives, email_inbox, hand_in, mail, read_everything

from .deciding import Decider

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {
    "protocol": "imap", "host": "imap.shop.example", "port": "993", "security": "tls", "user": "support@shop.example", "auth": "password", "secret": "a password", "client_id": "", "client_secret": "", "folders": "INBOX, Spam",
    "after": "leave", "move_to": "", "start": "new",
}  # fmt: skip


@pytest.fixture
def owner(shop):
    client = Client()
    client.force_login(shop.owner)
    return client


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)


@pytest.fixture
def answers(monkeypatch):
    """What the mail server would say."""
    said = {"code": "ok"}
    monkeypatch.setattr("yavar.web.agent.settings.mail.check", lambda _box: checking.Verdict(said["code"], f"verdict {said['code']}"))
    return said


def facts(name):
    return [event.payload for event in Event.objects.filter(name=name).order_by("pk")]


def test_an_inbox_is_made_and_named(owner, shop):
    page = owner.post("/settings/mail", {"do": "add", "shop": shop.brand.public_id, "name": "", "address": "Support@Nila.example"})
    made = Inbox.objects.get(kind="email")
    assert page.status_code == 303 and page.headers["Location"] == f"/settings/mail?inbox={made.public_id}#mailboxes"
    assert (made.name, made.config["address"]) == ("support@nila.example", "support@nila.example")
    again = owner.post("/settings/mail", {"do": "add", "shop": shop.brand.public_id, "name": "x", "address": "support@nila.example"})
    assert again.status_code == 409 and "support@nila.example" in again.content.decode()
    wrong = owner.post("/settings/mail", {"do": "add", "shop": shop.brand.public_id, "name": "x", "address": "support"})
    assert wrong.status_code == 422


@pytest.mark.parametrize("taken", [{"address": "sales@nila.example"}, {"aliases": "help@nila.example  Info@nila.example"}])
def test_an_address_leads_to_one_inbox_alone(owner, shop, inbox, taken):
    email_inbox(shop.brand, "sales@nila.example", "info@nila.example")
    where, typed = f"/settings/mail?inbox={inbox.public_id}", {"do": "addresses", "name": "Support", "address": "support@nila.example", "aliases": ""}
    refused = owner.post(where, typed | taken)
    assert refused.status_code == 409 and "This address leads to an inbox already." in refused.content.decode()
    assert owner.post(where, typed | {"aliases": "help@nila.example"}).status_code == 303
    kept = Inbox.objects.get(pk=inbox.pk).config
    assert (kept["address"], kept["aliases"]) == ("support@nila.example", ["help@nila.example"])


def test_a_mailbox_is_tested_before_it_is_added(owner, inbox, answers):
    where = f"/settings/mail?inbox={inbox.public_id}"
    answers["code"] = "login"
    refused = owner.post(where, {"do": "connect", **TYPED})
    assert refused.status_code == 422 and "verdict login" in refused.content.decode() and "imap.shop.example" in refused.content.decode()
    assert not Mailbox.objects.exists()
    answers["code"] = "ok"
    assert owner.post(where, {"do": "connect", **TYPED}).status_code == 303
    made = Mailbox.objects.get()
    assert (made.folders, made.unsealed_secret(), "a password" in made.secret) == (["INBOX", "Spam"], "a password", False)
    assert facts("mailbox.added") == [{"inbox": inbox.pk}]
    assert "a password" not in owner.get(f"/settings/mail?mailbox={made.public_id}").content.decode()


def test_a_token_of_google_is_kept_with_its_application(owner, inbox, answers):
    where = f"/settings/mail?inbox={inbox.public_id}"
    assert owner.post(where, {"do": "connect", **TYPED, "auth": "google", "secret": "refresh-it"}).status_code == 422
    owner.post(where, {"do": "connect", **TYPED, "auth": "google", "secret": "refresh-it", "client_id": "id", "client_secret": "hush"})
    made = Mailbox.objects.get()
    assert made.auth == "xoauth2"
    assert json.loads(made.unsealed_secret()) == {
        "client_id": "id", "client_secret": "hush", "refresh_token": "refresh-it", "endpoint": "https://oauth2.googleapis.com/token",
    }  # fmt: skip
    page = owner.get(f"/settings/mail?mailbox={made.public_id}").content.decode()
    assert '<option value="google" selected>' in page and "hush" not in page and "refresh-it" not in page


def test_a_mailbox_is_changed_switched_and_removed(owner, inbox, answers):
    owner.post(f"/settings/mail?inbox={inbox.public_id}", {"do": "connect", **TYPED})
    made = Mailbox.objects.get()
    where = f"/settings/mail?mailbox={made.public_id}"
    kept = {name: value for name, value in TYPED.items() if name != "start"} | {"secret": ""}
    assert owner.post(where, {"do": "change", **kept, "after": "delete"}).status_code == 303
    made.refresh_from_db()
    assert (made.after, made.unsealed_secret(), made.version) == ("delete", "a password", 2)
    owner.post(where, {"do": "switch", "active": "off"})
    assert not Mailbox.objects.get().active
    assert [fact["fields"] for fact in facts("mailbox.changed")] == [["after"], ["active"]]
    owner.post(where, {"do": "remove"})
    assert not Mailbox.objects.exists() and facts("mailbox.removed") == [{"inbox": inbox.pk}]


def test_pop3_cannot_begin_with_new_mail(owner, inbox, answers):
    where, pop3 = f"/settings/mail?inbox={inbox.public_id}", TYPED | {"protocol": "pop3", "port": "995"}
    refused = owner.post(where, {"do": "connect", **pop3})
    assert refused.status_code == 422 and "POP3 can’t tell old mail from new." in refused.content.decode()
    assert owner.post(where, {"do": "connect", **pop3, "start": "all"}).status_code == 303
    owner.post(where, {"do": "connect", **TYPED})
    made = Mailbox.objects.get(protocol="imap")
    changed = {name: value for name, value in pop3.items() if name != "start"}
    refused = owner.post(f"/settings/mail?mailbox={made.public_id}", {"do": "change", **changed})
    assert refused.status_code == 422 and "POP3 can’t tell old mail from new." in refused.content.decode()
    assert Mailbox.objects.filter(protocol="pop3").count() == 1


def test_every_mail_is_accounted_for(owner, inbox, shop):
    senders.rule("bad@evil.example", allow=False, by=shop.owner.actor)
    arrives(inbox, mail(), mail(sender="bad@evil.example"))
    page = owner.get(f"/settings/mail?inbox={inbox.public_id}").content.decode()
    assert "2 fetched = 1 stored + 1 held back + 0 refused + 0 being read" in page


def test_one_mailboxs_mail_is_seen_apart(owner, inbox):
    hand_in(inbox, mail(subject="From the box"), source="imap:box1:INBOX")
    hand_in(inbox, mail(subject="From elsewhere"), source="imap:box10:INBOX")
    read_everything(inbox)
    page = owner.get("/settings/received?mailbox=imap:box1").content.decode()
    assert "From the box" in page and "From elsewhere" not in page


def decide(owner, do, **more):
    return owner.post("/settings/received", {"do": do, "receipt": Receipt.objects.get(state="quarantined").public_id, **more})


@pytest.fixture
def held(inbox, shop):
    senders.rule("bad@evil.example", allow=False, by=shop.owner.actor)
    arrives(inbox, mail("Let me in", sender="bad@evil.example", subject="Hello <b>you</b>"))
    return inbox


def test_what_is_held_back_is_seen_with_its_reason(owner, held):
    page = owner.get("/settings/received").content.decode()
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page and "bad@evil.example" in page and "Its sender is blocked." in page


def test_release(owner, held):
    assert decide(owner, "release").status_code == 303
    read_everything(held)
    assert Message.objects.get().text.strip() == "Let me in"
    page = owner.get("/settings/received?state=all").content.decode()
    assert re.search(rf'<a class="link ltr" [^>]*>#{Conversation.objects.get().reference}</a>', page), "in a Persian page too its # stands before it"


def test_what_is_from_nobody_is_not_offered_to_become_a_conversation(owner, inbox, held):
    offered = [f'name="do" value="{do}"' in owner.get("/settings/received").content.decode() for do in ("release", "teach", "retry")]
    assert offered == [True, True, True]
    Receipt.objects.update(reason="no_sender", sender="")
    page = owner.get("/settings/received").content.decode()
    assert 'value="release"' not in page and 'name="spam" value="no"' not in page
    assert 'name="spam" value="yes"' in page and 'value="retry"' in page


def test_allow_takes_this_and_the_next(owner, held):
    assert decide(owner, "allow").status_code == 303
    read_everything(held)
    arrives(held, mail("Again", sender="bad@evil.example"))
    assert Conversation.objects.count() == 2


def test_teach(owner, held):
    decide(owner, "teach", spam="yes")
    assert SpamWord.objects.filter(word__in=("let", "me", "in"), spam=1).exists(), "by what it says, not by its subject alone"
    assert facts("receipt.taught")[-1]["spam"] is True and Receipt.objects.get().state == "quarantined"
    decide(owner, "teach", spam="no")
    assert Receipt.objects.get().state == "received"


def test_senders_are_listed_added_and_taken_off(owner, held):
    assert owner.post("/settings/received", {"do": "rule", "pattern": "@Good.Example", "verdict": "allow"}).status_code == 303
    assert SenderRule.objects.get(pattern="@good.example").allow
    assert owner.post("/settings/received", {"do": "rule", "pattern": "nonsense at all", "verdict": "block"}).status_code == 422
    owner.post("/settings/received", {"do": "forget", "pattern": "@good.example"})
    assert not SenderRule.objects.filter(pattern="@good.example").exists()


def test_a_sender_is_listed_in_its_own_letters(owner, held):
    owner.post("/settings/received", {"do": "rule", "pattern": "@فروشگاه.example", "verdict": "block"})
    page = owner.get("/settings/received").content.decode()
    assert page.count("@فروشگاه.example") >= 2 and ">@xn--" not in page
    pattern = SenderRule.objects.get(pattern__startswith="@xn--").pattern
    owner.post("/settings/received", {"do": "forget", "pattern": pattern})
    assert "@فروشگاه.example" in owner.get("/settings/received").content.decode() and not SenderRule.objects.filter(pattern=pattern).exists()


def test_the_source_is_downloaded_as_it_came(owner, inbox, shop):
    raw = mail()
    arrives(inbox, raw)
    answer = owner.get(f"/settings/received/raw?receipt={Receipt.objects.get().public_id}")
    assert b"".join(answer.streaming_content) == raw
    assert answer.headers["Content-Type"] == "application/octet-stream" and "attachment" in answer.headers["Content-Disposition"]


def test_agents_decide_nothing(shop, held):
    client = Client()
    client.force_login(shop.amir)
    key = Receipt.objects.get().public_id
    assert client.get("/settings/received").status_code == 403
    assert client.get(f"/settings/received/raw?receipt={key}").status_code == 403
    assert client.post("/settings/received", {"do": "release", "receipt": key}).status_code == 403
    assert Decider(shop.sara).page("received")


def test_the_original_is_one_click_away_and_harmless(owner, inbox, shop):
    arrives(inbox, mail("The whole <text>"))
    message = Message.objects.get()
    item = owner.get(f"/api/v1/conversations/{message.conversation.public_id}").json()["timeline"]["items"][-1]
    assert item["original"] == f"/inbox-original/{message.conversation.public_id}/{message.public_id}"
    page = owner.get(item["original"])
    assert "maryam@shop.example" in page.content.decode() and 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.content.decode()
    body = owner.get(item["original"] + "/body")
    assert "The whole &lt;text&gt;" in body.content.decode()
    assert body.headers["Content-Security-Policy"].startswith("sandbox allow-popups") and "script-src" not in body.headers["Content-Security-Policy"]
    stranger = Client()
    stranger.force_login(shop.amir)
    assert stranger.get(item["original"]).status_code == 200, "an agent who sees the conversation"
    assert owner.get(f"/inbox-original/{message.conversation.public_id}/nothing").status_code == 404


def test_a_file_that_was_left_out_is_said_where_its_mail_is_read(owner, inbox):
    made = message_from_bytes(mail("See the invoice"), policy=policy.default)
    made.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="invoice.exe")
    made.add_attachment(b"1,2", maintype="text", subtype="csv", filename="list.csv")
    arrives(inbox, made.as_bytes())
    item = owner.get(f"/api/v1/conversations/{Conversation.objects.get().public_id}").json()["timeline"]["items"][-1]
    assert (item["withheld"], [file["name"] for file in item["files"]]) == (["invoice.exe"], ["list.csv"])


def test_pictures_from_elsewhere_come_after_a_click_and_through_the_desk(owner, inbox, settings):
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    with Receiver() as there:
        there.answers = [(200, picture, {"Content-Type": "text/html"})]
        settings.HTTP_ALLOW = (there.place,)
        made = message_from_bytes(mail("plain"), policy=policy.default)
        made.add_alternative(f'<p>Look</p><img src="{there.url}/a.png?x=1&amp;y=2"><script>alert(1)</script>', subtype="html")
        arrives(inbox, made.as_bytes())
        where = owner.get(f"/api/v1/conversations/{Conversation.objects.get().public_id}").json()["timeline"]["items"][-1]["original"]
        assert "?pictures" in owner.get(where).content.decode()
        plain = owner.get(f"{where}/body")
        assert "img-src data: ;" in plain.headers["Content-Security-Policy"] and "<script" not in plain.content.decode()
        shown = owner.get(f"{where}/body?pictures").content.decode()
        path = re.search(r'src="http://testserver(/picture/[^"]+)"', shown)[1]
        answer = Client().get(path)
        assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, picture, "image/png")
        assert [got.path for got in there.got] == ["/a.png?x=1&y=2"]
        assert Client().get(path[:-3] + "xxx").status_code == 404, "only what the desk signed"


def test_an_answer_that_cannot_leave_is_not_taken(owner, inbox):
    arrives(inbox, mail())
    key = Conversation.objects.get().public_id
    done = owner.post(f"/api/v1/conversations/{key}/messages", {"text": "Hello", "client_id": "answer-0001"}, content_type="application/json")
    assert (done.status_code, done.json()["problem"]["code"]) == (409, "channel.sends_nothing")
    assert Message.objects.count() == 1
