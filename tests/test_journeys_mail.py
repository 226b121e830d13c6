"""Mail in real browsers: the owner sets a mailbox up, a customer's mail appears in the open inbox, what is held back is decided, in Persian and English."""

import smtplib
import time

import pytest
from playwright.sync_api import expect

from tests.browser import eventually
from tests.mailserver import PASSWORD, available, mail_server
from yavar.integrations.channels.email.testing import mail

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(150)]
both_languages = pytest.mark.parametrize("lang", ["fa", "en"])
LETTER = {
    "fa": ("مریم کریمی <maryam@shop.example>", "کتری نشت می‌کند", "سلام، کتری‌ام نشت می‌کند.\n\nدر دوشنبه ۱۲ آبان ۱۴۰۴ ساعت ۱۰:۰۰ Nila <support@nila.example> نوشت:\n> سفارشتان رسید.\n"),
    "en": ("Ruth Adeyemi <ruth@shop.example>", "My kettle leaks", "Hello, my kettle leaks.\n\nOn Mon, 2 Nov 2026 at 10:00, Nila <support@nila.example> wrote:\n> Your order has come.\n"),
}  # fmt: skip
NEW = {"fa": "سلام، کتری‌ام نشت می‌کند.", "en": "Hello, my kettle leaks."}
HELD = {"fa": "نگه‌داشته", "en": "Held back"}


def owner(stage, lang):
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.ask("PATCH", "me", {"lang": lang})
    return clerk


def send(desk, *mails, to="support@nila.example"):
    """By SMTP to the desk's own door, which opens a moment after the desk."""
    for _ in range(100):
        try:
            with smtplib.SMTP("127.0.0.1", desk.smtp, timeout=5) as line:
                for each in mails:
                    line.sendmail("somebody@shop.example", [to], each)
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the door did not open")


@both_languages
def test_a_mail_appears_in_the_open_inbox(stage, lang):
    clerk = owner(stage, lang)
    clerk.go("/inbox/all")
    clerk.stay()
    sender, subject, text = LETTER[lang]
    send(stage.desk, mail(text, sender=sender, subject=subject))
    row = clerk.page.locator(".row a", has_text=subject)
    expect(row).to_be_visible(timeout=10_000)
    assert clerk.stayed()
    clerk.open(row.get_attribute("data-id"))
    clerk.sees(NEW[lang])
    expect(clerk.log.locator(".message.is-in .bubble")).to_have_text([NEW[lang]])  # the quote is cut
    expect(clerk.log.locator("h2.subject")).to_have_text(subject)
    clerk.note("look at this")
    with clerk.page.context.expect_page() as opened:
        clerk.log.locator("a.whole").click()
    whole = opened.value
    frame = whole.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("support@nila.example")


@both_languages
def test_what_is_held_back_is_released_with_one_click(stage, lang):
    clerk = owner(stage, lang)
    subject = f"Out of office {lang}"
    send(stage.desk, mail("I am away", sender="Bob <bob@shop.example>", subject=subject, Auto_Submitted="auto-replied"))
    page = clerk.page

    def there():
        page.goto(f"{clerk.base}/settings/received")
        return page.locator("#list li", has_text=subject).count()

    eventually(page, there, "the mail is held back")
    line = page.locator("#list li", has_text=subject)
    expect(line.locator(".chip")).to_contain_text(HELD[lang])
    line.locator("form[data-form^=release] button").click()
    expect(page.locator("#list .said")).to_be_visible()
    clerk.go("/inbox/all")
    expect(page.locator(".row a", has_text=subject)).to_be_visible(timeout=10_000)


@pytest.mark.skipif(bool(available()), reason=available())
@both_languages
def test_a_mailbox_is_set_up_in_the_browser(stage, lang):
    clerk = owner(stage, lang)
    page, user = clerk.page, f"owner-{lang}@shop.test"
    with mail_server() as server:
        server.put(mail("Written before", sender="Old <old@shop.example>", subject=f"From the past {lang}"), user=user)
        page.goto(f"{clerk.base}/settings/mail")
        page.fill("#add-address", f"box-{lang}@nila.example")
        page.click("#add p .button")
        for name, value in {"host": "127.0.0.1", "port": str(server.imap), "user": user, "secret": "wrong"}.items():
            page.fill(f"#connect-{name}", value)
        page.select_option("#connect-security", "none")
        page.select_option("#connect-start", "all")
        page.click("#connect p .button")
        expect(page.locator("#connect-secret-fault")).to_be_visible()  # the server refused: said at the field, all that was typed is there
        expect(page.locator("#connect-host")).to_have_value("127.0.0.1")
        page.fill("#connect-secret", PASSWORD)
        page.click("#connect p .button")
        expect(page.locator("#mailboxes li", has_text=user)).to_be_visible(timeout=30_000)  # a server lets those wait who were wrong before
        clerk.go("/inbox/all")
        expect(page.locator(".row a", has_text=f"From the past {lang}")).to_be_visible(timeout=15_000)
        server.put(mail("Pushed", sender="New <new@shop.example>", subject=f"Just now {lang}"), user=user)
        expect(page.locator(".row a", has_text=f"Just now {lang}")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_the_pages_fit_every_width(stage, lang):
    clerk = owner(stage, lang)
    page = clerk.page
    page.goto(f"{clerk.base}/settings/mail")
    first = page.locator("#inboxes a.link").first.get_attribute("href")
    for path in ("/settings/mail", f"/settings/mail{first}", "/settings/received?state=all"):
        page.goto(f"{clerk.base}{path}")
        for width in (1280, 800, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], (path, width)
        assert not clerk.complaints
