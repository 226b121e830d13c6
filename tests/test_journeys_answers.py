"""Answers that leave: taken back, sent later, seen to be sent; and the whole story of a chat that goes on by mail, with Postfix, Dovecot and Chromium."""

import imaplib
import json
import re
import secrets
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import expect

from tests.browser import eventually
from tests.mailserver import PASSWORD, available, mail_server
from tests.test_journeys_mail import LETTER, both_languages, owner, send
from yavar.base import mime
from yavar.integrations.channels.email.testing import mail

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(240)]
ANSWER = {"fa": "کتری نو را همین امروز می‌فرستیم.", "en": "A new kettle leaves today."}
SENT = {"fa": "فرستاده شد", "en": "Sent"}


def asked(stage, clerk, lang, subject):
    """A customer's mail lies open before the clerk."""
    subject = f"{subject} {secrets.token_hex(3)}"
    sender, _subject, text = LETTER[lang]
    send(stage.desk, mail(text, sender=sender, subject=subject))
    clerk.go("/inbox/all")
    row = clerk.page.locator(".row a", has_text=subject)
    expect(row).to_be_visible(timeout=10_000)
    clerk.open(row.get_attribute("data-id"))


@both_languages
def test_an_answer_is_taken_back_and_then_sent(stage, lang):
    clerk = owner(stage, lang)
    asked(stage, clerk, lang, f"An answer {lang}")
    page = clerk.page
    expect(clerk.log.locator(".bubble.is-auto")).to_be_visible()  # while an answer is leaving nothing is said by itself
    expect(page.locator(".recipients")).to_contain_text("@shop.example")
    clerk.reply(ANSWER[lang])
    clerk.sees(ANSWER[lang])
    expect(page.locator(".toast .toast-action")).to_be_visible()
    page.locator(".toast .toast-action").click()
    expect(clerk.box).to_have_value(ANSWER[lang])  # it is the composer's again, and nobody has got it
    expect(clerk.log.locator(".bubble", has_text=ANSWER[lang])).to_have_count(0)
    page.locator(".recipients").click()
    expect(page.locator(".recipients-field input").nth(1)).to_be_focused()  # else what is typed next are the list's keys
    page.locator(".recipients .link").click()
    expect(page.locator("button.recipients")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".recipients-field input").nth(1).fill("boss@firm.example")
    clerk.box.press("Control+Enter")
    answer = clerk.log.locator("article", has_text=ANSWER[lang])
    by_itself = clerk.log.locator("article", has=page.locator(".bubble.is-auto"))  # above it
    expect(by_itself.locator(".meta")).to_contain_text({"fa": "پاسخ خودکار", "en": "Automatic answer"}[lang])
    expect(answer.locator(".meta .mark", has_text=SENT[lang])).to_be_visible(timeout=15_000)
    folder = stage.desk.folder / "data/demo-mail"
    mails = [mime.read(path.read_bytes()) for path in folder.glob("*.eml")]
    mine = [each for each in mails if ANSWER[lang] in each.text]
    assert len(mine) == 2, "one for the customer, one in copy"
    assert {each.cc[0].address for each in mine} == {"boss@firm.example"}
    stage.desk.python("""
from yavar.conversations import deliveries
from yavar.conversations.models import Delivery
copy = Delivery.objects.filter(automatic=False).latest("pk")
deliveries.bounced(copy.message_id, [copy.customer_id], "hard")
""")
    for place in (page.locator(".row:has([aria-current]) .row-state, .row:has([aria-current]) .timer"), page.locator(".bar-state")):
        expect(place).to_have_text({"fa": "نرسیده", "en": "Not delivered"}[lang])


def test_a_row_that_moves_and_changes_at_once_is_drawn_anew(stage):
    clerk = owner(stage, "en")
    for number in ("first", "second", "third"):
        asked(stage, clerk, "en", f"The {number} of three")
        expect(clerk.log.locator(".bubble.is-auto")).to_be_visible()
        clerk.reply(ANSWER["en"])
        expect(clerk.log.locator(".meta .mark", has_text=SENT["en"])).to_have_count(2, timeout=15_000)
        row = clerk.page.locator(".row:has([aria-current])")
        expect(row).to_contain_text(ANSWER["en"], use_inner_text=True)  # what is seen, not what stands in the document
        expect(row).to_contain_text("Waiting for customer", use_inner_text=True)
        tops = clerk.page.locator(".row").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().top)")
        assert tops == sorted(tops)
    row = clerk.page.locator(".row", has_text="The first of three")
    row.locator("a").focus()
    was = row.bounding_box()["y"]
    stage.desk.python("""
from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.conversations.append import append
from yavar.conversations.models import Conversation
talk = Conversation.objects.get(subject__startswith="The first of three")
with transaction():
    append(talk.pk, by=Actor("customer", talk.customer_id), client_id="once-more", text="And when?", at=clock.now())
""")
    expect(row).to_contain_text("And when?", use_inner_text=True)
    eventually(clerk.page, lambda: row.bounding_box()["y"] != was, "what waits has another place")
    expect(row.locator("a")).to_be_focused()


def test_an_answer_is_sent_later(stage):
    clerk = owner(stage, "en")
    asked(stage, clerk, "en", "For tomorrow")
    page = clerk.page
    clerk.box.fill("Good morning!")
    page.locator(".split .button").nth(1).click()
    page.locator(".menu-item", has_text="Send later").click()
    page.locator(".menu-item", has_text="Tomorrow").click()
    waiting = clerk.log.locator(".message.is-own", has_text="Good morning!")
    expect(waiting).to_contain_text("Leaves:")
    expect(waiting.locator("time", has_text="09:00")).to_be_visible()  # a day alone leaves one guessing
    page.reload()
    expect(waiting).to_contain_text("Leaves:")  # the desk has it, not this browser
    waiting.locator("button", has_text="Send now").click()
    expect(clerk.log.locator(".meta .mark", has_text="Sent")).to_be_visible(timeout=15_000)


def test_the_mail_as_it_came_has_the_page_whatever_stands_above_it(stage):
    clerk, subject = owner(stage, "en"), f"Warned {secrets.token_hex(3)}"
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = (
        "eve@shop.example",
        "support@nila.example",
        subject,
        f"<{subject.replace(' ', '')}@shop.example>",
    )
    letter.set_content('<p>See</p><img src="https://pictures.example/1.png">', subtype="html")
    letter.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="invoice.exe")
    letter.add_attachment(b"12345678", maintype="text", subtype="csv", filename="eight.csv")
    send(stage.desk, letter.as_bytes())
    clerk.go("/inbox/all")
    clerk.page.locator(".row a", has_text=subject).click()
    expect(clerk.log.locator(".file-name small")).to_have_text("8 bytes")
    expect(clerk.log.locator(".withheld")).to_contain_text("invoice.exe")
    with clerk.page.expect_popup() as opened:
        clerk.log.locator('a[href^="/inbox-original"]').click()
    banners = opened.value.locator(".banner")
    expect(banners).to_have_count(2)
    assert all(box["height"] < 80 for box in (each.bounding_box() for each in banners.all()))
    assert opened.value.locator("iframe").bounding_box()["height"] > 500


def set_up(clerk, server):
    """The owner's first quarter of an hour: an inbox, the mailbox it comes from, the server it leaves by."""
    page = clerk.page
    page.goto(f"{clerk.base}/settings/mail")
    page.locator("#inboxes a.link").first.click()
    page.locator("#outgoing a").click()
    page.locator("#state form[data-form=switch] button").click()  # the demonstration's own way out
    page.goto(f"{clerk.base}/settings/mail")
    page.fill("#add-address", "support@shop.test")
    page.click("#add p .button")
    for name, value in {"host": "127.0.0.1", "port": str(server.imap), "user": "support@shop.test", "secret": PASSWORD}.items():
        page.fill(f"#connect-{name}", value)
    page.select_option("#connect-security", "none")
    page.select_option("#connect-start", "all")
    page.click("#connect p .button")
    expect(page.locator("#mailboxes li")).to_be_visible(timeout=30_000)
    page.locator("#outgoing a").click()
    for name, value in {"host": "127.0.0.1", "port": "1", "user": ""}.items():
        page.fill(f"#server-{name}", value)
    page.select_option("#server-security", "none")
    page.click("#server p .button")
    expect(page.locator("#server .field-error")).to_be_visible()  # nobody listens there: said before anything is saved
    expect(page.locator("#server-host")).to_have_value("127.0.0.1")
    page.fill("#server-port", str(server.smtp))
    page.click("#server p .button")
    expect(page.locator("#server .said")).to_be_visible()
    page.check("input[name=plus]")
    page.click("#answers p .button")
    expect(page.locator("#answers .said")).to_be_visible()


def as_before(clerk):
    """The other tests of this desk send by the demonstration's own way out."""
    page = clerk.page
    for number, form in enumerate(("switch", "remove")):
        page.goto(f"{clerk.base}/settings/mail")
        page.locator("#inboxes a.link").nth(number).click()
        page.locator("#outgoing a").click()
        if form == "remove":
            page.locator("#remove summary").click()
        page.locator(f"form[data-form={form}] button").click()
        expect(page.locator(".said")).to_be_visible()


def mailbox_of(server, user):
    """What lies in somebody's mailbox, read as their program does."""
    line = imaplib.IMAP4("127.0.0.1", server.imap)
    line.login(user, PASSWORD)
    line.select("INBOX")
    found = [line.fetch(number, "(RFC822)")[1][0][1] for number in line.search(None, "ALL")[1][0].split()]
    line.logout()
    return found


def time_passes(desk):
    """Ten minutes, for everybody."""
    desk.python("""
from datetime import timedelta
from django.db.models import F
from yavar.base.jobs.models import Job
from yavar.conversations.models import Message
Message.objects.update(created_at=F("created_at") - timedelta(minutes=10))
Job.objects.filter(name="channels.mail_on").update(due_at=F("due_at") - timedelta(minutes=10))
""")


def as_gmail_answers(raw, text):
    """An answer as Gmail in Persian writes it: below it a line with the date in Persian, and all of what was answered."""
    was = message_from_bytes(raw, policy=policy.default)
    body = was.get_body(("plain",)).get_content()
    quoted = "\n".join(f"> {line}" for line in body.splitlines())
    return mail(
        f"{text}\n\nدر تاریخ پنجشنبه ۵ آذر ۱۴۰۵ ساعت ۱۰:۳۰ {was['From']} نوشت:\n\n{quoted}\n", sender="مریم <maryam@shop.test>", to=str(was["Reply-To"]),
        subject=f"Re: {was['Subject']}", In_Reply_To=str(was["Message-ID"]), References=str(was["Message-ID"]),
    )  # fmt: skip


@pytest.mark.skipif(bool(available()), reason=available())
def test_a_chat_goes_on_by_mail_and_comes_back(stage):
    clerk = owner(stage, "en")
    with mail_server() as server:
        set_up(clerk, server)
        shopper = stage.shopper("fa", "مریم").visit().open_chat()
        shopper.box.fill("کتری من کی می‌رسد؟")
        shopper.box.press("Enter")
        form = shopper.panel.locator("form.who")
        form.locator("input[name=name]").fill("مریم")
        form.locator("input[name=email]").fill("maryam@shop.test")
        form.locator("button.primary").click()
        shopper.delivered("کتری من کی می‌رسد؟")
        talk = shopper.conversation
        shopper.page.goto("about:blank")  # she leaves

        clerk.go("/inbox/all")
        clerk.open(talk)
        clerk.reply("سلام مریم، فردا صبح.")
        clerk.delivered("سلام مریم، فردا صبح.")
        clerk.reply("پیک پیش از رسیدن زنگ می‌زند.")
        clerk.delivered("پیک پیش از رسیدن زنگ می‌زند.")
        time_passes(stage.desk)
        [raw] = eventually(clerk.page, lambda: mailbox_of(server, "maryam@shop.test"), "the answer is in her mailbox", 20)
        got = mime.read(raw)
        assert "فردا صبح" in got.text and "زنگ می‌زند" in got.text, "what she has not seen, together"
        assert re.match(r"support\+r\.[a-z2-7]{26}@shop\.test", got.reply_to[0].address)

        server.send(as_gmail_answers(raw, "ممنون! لطفاً عصر بیاید."), to=got.reply_to[0].address, sender="maryam@shop.test")
        clerk.sees("ممنون! لطفاً عصر بیاید.", 20)
        assert json.dumps(clerk.texts(), ensure_ascii=False).count("زنگ می‌زند") == 1, "the quote is cut"
        clerk.reply("حتماً، ساعت شش.")
        clerk.delivered("حتماً، ساعت شش.")
        shopper.visit().open_chat()
        shopper.sees("ممنون! لطفاً عصر بیاید.")
        shopper.sees("حتماً، ساعت شش.")
        assert clerk.told(talk)["id"] == talk
        as_before(clerk)


def test_a_message_begins_a_conversation_and_another_is_forwarded(stage):
    clerk = owner(stage, "en")
    clerk.go("/inbox/all")
    page = clerk.page
    page.locator(".brand .icon-button").last.click()
    dialog = page.locator("dialog.new-message")
    dialog.locator(".recipients-field input").nth(0).fill("first@shop.example, second@shop.example")
    expect(dialog).to_contain_text("2 recipients")
    dialog.locator("label", has_text="Subject").locator("input").fill("Your order is ready")
    dialog.locator("textarea").fill("Come and fetch it.")
    page.reload()
    page.locator(".brand .icon-button").last.click()
    expect(dialog.locator("textarea")).to_have_value("Come and fetch it.")  # what is typed stays
    dialog.locator("textarea").press("Control+Enter")
    expect(page.locator(".row a", has_text="Your order is ready")).to_have_count(2)
    page.locator(".toast .toast-action").click()
    expect(page.locator(".row a", has_text="Your order is ready")).to_have_count(0)  # taken back: nobody got it, nothing is left of it
    expect(dialog.locator("textarea")).to_have_value("Come and fetch it.")
    dialog.locator(".recipients-field input").nth(0).fill("first@shop.example")
    dialog.locator("textarea").press("Control+Enter")
    expect(clerk.log.locator(".meta .mark", has_text="Sent")).to_be_visible(timeout=15_000)

    asked(stage, clerk, "en", "To be forwarded")
    expect(clerk.log.locator(".bubble.is-auto")).to_be_visible(timeout=15_000)
    clerk.more("copy")
    automatic = page.locator(".split-off li", has_text="Automatic answer:")
    expect(automatic).to_have_count(1)
    assert page.locator(".split-off ul").evaluate("list => list.scrollWidth <= list.clientWidth"), "the times stand within it"
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)  # a press just after a menu was closed is the one that closed it
    clerk.more("send-horizontal")
    expect(dialog.locator("textarea")).to_have_value(re.compile("\u2068Automatic answer\u2069, \u2068[^\u2069]*20[0-9]{2}[^\u2069]*\u2069:"))
    expect(dialog.locator("label", has_text="Subject").locator("input")).to_have_value(re.compile("^Fwd: To be forwarded"))
    expect(dialog.locator("textarea")).to_have_value(re.compile("> Hello, my kettle leaks"))
    dialog.locator(".recipients-field input").nth(0).fill("maker@kettles.example")
    dialog.locator("textarea").press("Control+Enter")
    expect(clerk.log.locator(".meta .mark", has_text="Sent")).to_be_visible(timeout=15_000)
    expect(clerk.log.locator(".bubble", has_text="my kettle leaks")).to_have_count(1)
