"""The form's pages without any script: shown, sent back with everything in it, taken with thanks."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yavar.base import files
from yavar.base.files.models import File
from yavar.base.rate import Rate
from yavar.channels import claims
from yavar.channels.models import Receipt
from yavar.channels.testing import TYPED, form_inbox, read_forms, stamped
from yavar.conversations.models import Conversation
from yavar.conversations.setup import configure_inbox
from yavar.desk.actions import save_field, save_request_type
from yavar.web.portal import arriving, form

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(shop):
    return form_inbox(shop.brand, origins=["https://shop.example"], ask_name="require", ask_phone="ask")


@pytest.fixture
def browser():
    return Client()


def path(inbox, tail="", lang="en"):
    return f"/form/{inbox.public_id}{tail}?lang={lang}"


def typed(inbox, **more):
    return {**TYPED, "phone": "", "subject": "", "stamp": stamped(inbox), arriving.TRAP: "", "files": "", **more}


def value(page, name):
    return re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page.content.decode())[1]


def kept(page):
    return re.findall(r'name="kept" value="([^"]+)" checked', page.content.decode())


@pytest.mark.parametrize(("lang", "words"), [("fa", "پیام"), ("ru", "Сообщение"), ("en", "Message")])
def test_the_page_stands_in_three_languages(browser, inbox, lang, words):
    page = browser.get(path(inbox, lang=lang))
    text = page.content.decode()
    assert page.status_code == 200 and f'<html lang="{lang}" dir="{"rtl" if lang == "fa" else "ltr"}"' in text and words in text
    assert not page.cookies, "nothing is left in the browser"
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example" in policy and "unsafe" not in policy and "form-action 'self'" in policy
    assert f'<html lang="{inbox.brand.locale}"' in browser.get(f"/form/{inbox.public_id}?lang=xx").content.decode()


def test_a_form_is_sent_and_thanked_for(browser, inbox):
    page = browser.post(path(inbox), typed(inbox, subject="Kettle"))
    talk = Conversation.objects.get()
    assert (
        page.status_code == 303 and page.headers["Location"].startswith(f"/form/{inbox.public_id}/thanks") and f"n={talk.reference}" in page.headers["Location"]
    )
    assert talk.reference in browser.get(page.headers["Location"]).content.decode()
    assert browser.get(f"/form/{inbox.public_id}/thanks").status_code == 404


def test_a_second_press_is_the_same_conversation(browser, inbox):
    sent = typed(inbox)
    first, again = browser.post(path(inbox), sent), browser.post(path(inbox), sent)
    assert first.headers["Location"] == again.headers["Location"] and Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"email": "maryam@"}, "email"), ({"name": ""}, "name"), ({"text": ""}, "text"), ({"phone": "12"}, "phone"), ({"subject": "s" * 201}, "subject")],
)
def test_what_is_refused_comes_back_with_everything_in_it(browser, inbox, wrong, field):
    sent = typed(inbox, **{"phone": "+982112345678", "subject": "The <b>kettle</b>", "text": 'First\n  "second" & </textarea>'} | wrong)
    page = browser.post(path(inbox), sent | {"files": SimpleUploadedFile("lid.txt", b"a lid")})
    text = page.content.decode()
    assert page.status_code == 422 and f'id="{field}-fault"' in text and 'role="alert"' in text
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"[^>]*autofocus[^>]*aria-describedby="[^"]*{field}-fault', text)
    for name in ("name", "email", "phone", "subject", "stamp"):
        assert value(page, name) == sent[name].replace("<", "&lt;").replace(">", "&gt;"), name
    assert ("&#34;second&#34; &amp; &lt;/textarea&gt;" in text) == bool(sent["text"])
    [key] = kept(page)
    assert "lid.txt" in text and not Conversation.objects.exists()
    mended = browser.post(path(inbox), typed(inbox, stamp=sent["stamp"], kept=key))
    assert mended.status_code == 303 and [file.key for file in Conversation.objects.get().messages.get().files.all()] == [key]


def test_files_that_cannot_be_taken_lose_nothing_else(browser, inbox, monkeypatch):
    monkeypatch.setattr(files, "MAX_SIZE", 1000)
    big, small, program = (
        SimpleUploadedFile("big.txt", b"x" * 200_000),
        SimpleUploadedFile("small.txt", b"small"),
        SimpleUploadedFile("run.exe", b"MZ" + b"\0" * 200),
    )
    page = browser.post(path(inbox), typed(inbox, files=[big, small, program]))
    text = page.content.decode()
    assert page.status_code == 422 and len(kept(page)) == 1 and "small.txt" in text and TYPED["text"] in text and "run.exe" in text
    page = browser.post(path(inbox), typed(inbox, files=[big]))
    assert page.status_code == 422 and "big.txt" in page.content.decode() and value(page, "email") == TYPED["email"]
    page = browser.post(
        path(inbox), typed(inbox, kept=["gone", *kept(browser.post(path(inbox), typed(inbox, name="", files=[SimpleUploadedFile("a.txt", b"a")])))])
    )
    assert page.status_code == 422 and len(kept(page)) == 1 and "no longer here" in page.content.decode()
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]
    page = browser.post(path(inbox), typed(inbox, files=many))
    assert page.status_code == 422 and len(kept(page)) == 10
    assert not Conversation.objects.exists()


def test_a_form_without_files_takes_none(browser, shop):
    inbox = form_inbox(shop.brand, files=False)
    assert 'type="file"' not in browser.get(path(inbox)).content.decode()
    assert browser.post(path(inbox), typed(inbox, files=[SimpleUploadedFile("a.txt", b"a")])).status_code == 303 and not File.objects.exists()
    assert browser.post(path(inbox, "/files"), b"a", content_type="application/octet-stream", headers={"X-Name": "a.txt"}).status_code == 403


def test_a_file_brought_beforehand_is_nobodys_to_read(browser, inbox, shop):
    page = browser.post(path(inbox, "/files"), b"a kettle", content_type="application/octet-stream", headers={"X-Name": "%DA%A9%D8%AA%D8%B1%DB%8C.txt"})
    brought = page.json()
    assert page.status_code == 201 and brought["name"] == "کتری.txt"
    file = File.objects.get()
    assert browser.get(file.url()).status_code == 404, "the desk is nobody's file host"
    other = form_inbox(shop.brand)
    assert browser.post(path(other), typed(other, kept=brought["key"])).status_code == 422
    assert browser.post(path(inbox), typed(inbox, kept=brought["key"])).status_code == 303
    assert browser.get(file.url()).status_code == 200 and Conversation.objects.get().messages.get().attached == 1


def test_who_brings_too_much_is_told_so(browser, inbox, monkeypatch):
    monkeypatch.setattr(arriving, "LOOSE", 10)
    files.store(BytesIO(b"x" * 11), name="x", owner=form.submitting.owner(inbox))
    page = browser.post(path(inbox, "/files"), b"a", content_type="application/octet-stream")
    assert page.status_code == 429 and page.headers["Retry-After"] == "3600"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({arriving.TRAP: "https://x.example"}, "trap"),
        ({"stamp": "forged"}, "forged"),
        ({"stamp": ""}, "forged"),
        ({"seconds": 1}, "fast"),
        ({"seconds": 90_000}, "stale"),
    ],
)
def test_a_suspicious_form_gets_the_same_thanks_and_waits(browser, inbox, how, reason):
    sent = typed(inbox, **how) if "seconds" not in how else typed(inbox, stamp=stamped(inbox, how["seconds"]))
    page = browser.post(path(inbox), sent)
    assert page.status_code == 303 and re.search(r"/thanks\?lang=en&n=[0-9A-Z]{8}$", page.headers["Location"]) and not Conversation.objects.exists()
    read_forms()
    assert Receipt.objects.get().reason == reason
    assert browser.get(page.headers["Location"]).status_code == 200


def test_budgets_are_said_with_everything_still_there(browser, inbox, monkeypatch):
    monkeypatch.setattr(form, "sends_rate", Rate(1 / 60, 1))
    assert browser.post(path(inbox), typed(inbox)).status_code == 303
    page = browser.post(path(inbox), typed(inbox, text="Second"))
    assert page.status_code == 429 and 0 < int(page.headers["Retry-After"]) <= 61 and "Second" in page.content.decode() and "1 minute" in page.content.decode()
    monkeypatch.setattr(form, "sends_rate", Rate(0, 1))
    monkeypatch.setattr(claims, "A_DAY", 1)
    page = browser.post(path(inbox), typed(inbox, text="Third"))
    assert page.status_code == 429 and "tomorrow" in page.content.decode() and "Third" in page.content.decode()
    assert Conversation.objects.count() == 1
    monkeypatch.setattr(form, "tries_rate", Rate(1 / 60, 1))
    assert [browser.post(path(inbox), typed(inbox, email="")).status_code for _ in range(2)] == [422, 429]


def test_one_household_is_one_budget(rf):
    assert (
        form.network(rf.get("/", REMOTE_ADDR="2001:db8:1:2:3::4"))
        == form.network(rf.get("/", REMOTE_ADDR="2001:db8:1:2:ffff::1"))
        != form.network(rf.get("/", REMOTE_ADDR="2001:db8:1:3::1"))
    )
    assert form.network(rf.get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"


def test_foreign_pages_can_neither_write_nor_show_it(browser, inbox):
    assert browser.post(path(inbox), typed(inbox), headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.post(path(inbox, "/files"), b"a", content_type="application/octet-stream", headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get(path(inbox) + "&frame=1", headers={"Referer": "https://evil.example/page"}).status_code == 403
    framed = browser.get(path(inbox) + "&frame=1&theme=dark", headers={"Referer": "https://shop.example/contact"})
    assert framed.status_code == 200 and 'data-theme="dark"' in framed.content.decode() and 'class="head"' not in framed.content.decode()
    configure_inbox(inbox, active=False)
    assert {browser.get(path(inbox, tail)).status_code for tail in ("", "/thanks", "/embed.js")} == {404}
    assert not Conversation.objects.exists()


def test_what_no_page_of_ours_sends_is_refused(browser, inbox, shop):
    assert browser.post(path(inbox), typed(inbox, admin="1")).status_code == 400
    assert browser.post(path(inbox), b"broken", content_type="multipart/form-data").status_code == 400
    page = browser.post(path(inbox), typed(inbox, text="x" * 300_000))
    assert page.status_code == 413 and "still has what you typed" in page.content.decode()
    assert browser.get(f"/form/{shop.inbox.public_id}").status_code == 404, "a chat is no form"


def test_fields_stand_with_their_type(browser, shop):
    by = shop.owner.actor
    back = save_request_type(shop.brand, {"en": "Return", "fa": "مرجوعی"}, by=by)
    save_field(by=by, label={"en": "Pieces"}, key="pieces", kind="number", brand=shop.brand, request_type=back)
    save_field(by=by, label={"en": "How"}, key="how", kind="choice", choices=["By post", "By hand"], brand=shop.brand)
    inbox = form_inbox(shop.brand, fields=["pieces", "how"])
    text = browser.get(path(inbox, lang="fa")).content.decode()
    assert f'<fieldset class="about" data-type="{back.public_id}"' in text and "مرجوعی" in text and "<option>By post</option>" in text
    page = browser.post(path(inbox), typed(inbox, type=back.public_id, field_pieces="two", field_how="By hand"))
    assert (
        page.status_code == 422
        and 'id="field_pieces-fault"' in page.content.decode()
        and value(page, "field_pieces") == "two"
        and "<option selected>By hand" in page.content.decode()
    )
    assert browser.post(path(inbox), typed(inbox, type=back.public_id, field_pieces="2", field_how="By hand")).status_code == 303
    assert Conversation.objects.get().fields == {"pieces": 2, "how": "By hand"}
    none = form_inbox(shop.brand, request_types=None)
    assert 'name="type"' not in browser.get(path(none)).content.decode()


def test_the_owners_words_stand_on_the_pages(browser, shop):
    inbox = form_inbox(shop.brand, intro={"fa": "سلام!", "en": "Hello <there>"}, thanks={"fa": "سپاس"})
    assert "Hello &lt;there&gt;" in browser.get(path(inbox)).content.decode() and "سلام!" in browser.get(path(inbox, lang="ru")).content.decode()
    assert "سپاس" in browser.get(path(inbox, "/thanks", "fa") + "&n=ABCDEFGH").content.decode()


def test_the_line_for_other_pages_is_small_and_asks_nothing_unsafe(browser, inbox):
    script = browser.get(f"/form/{inbox.public_id}/embed.js")
    text = script.content.decode()
    assert script.status_code == 200 and len(script.content) < 3000 and script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "innerHTML" not in text and "style=" not in text and "eval" not in text and "source !== frame.contentWindow" in text
