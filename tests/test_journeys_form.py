"""The contact form in real browsers: filled in, mended, sent with a file, answered, confirmed; without scripts; inside the shop's own page."""

import http.server
import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser import eventually, fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(150)]
both_languages = pytest.mark.parametrize("lang", ["fa", "en"])
SAID = {"fa": "سلام، کتری‌ام ترک دارد.\nعکسش پیوست است.", "en": "Hello, my kettle has a crack.\nA picture is attached."}
DAY = {"fa": "۱۴۰۵/۰۸/۲۹", "en": "2026-11-20"}
LID = {"name": "lid.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 400_000}
PAGE = "<!doctype html><html lang={lang}><meta charset=utf-8><title>Shop</title><main><h1>Contact</h1><script async src='{desk}/form/{key}/embed.js'></script></main>"


def form_of(desk):
    return re.search(
        r"form/([\w-]{22})", desk.python("from yavar.conversations.models import Inbox\nprint('form/' + Inbox.objects.get(kind='form').public_id)")
    )[1]


def filled_for_a_minute(frame, desk, key):
    """A minute later: nobody fills a form in as fast as a test."""
    code = f"from datetime import timedelta\nfrom yavar.base import clock\nfrom yavar.channels import stamp\nwith clock.stopped_at(clock.now() - timedelta(minutes=1)): print(stamp.issue('{key}'))"
    frame.evaluate("stamp => { document.querySelector('[name=stamp]').value = stamp; }", desk.python(code).strip())


@both_languages
def test_a_form_is_mended_sent_answered_and_its_address_confirmed(stage, lang):
    key, address = form_of(stage.desk), f"maryam-{lang}@shop.example"
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.stay()
    page = stage.shopper(lang).page
    page.locator("footer a").click()
    page.wait_for_url(f"**/form/{key}?lang={lang}")
    filled_for_a_minute(page, stage.desk, key)
    about = page.locator("fieldset.about")
    expect(about).to_be_hidden()
    page.select_option("#type", index=2)
    expect(about).to_be_visible()
    page.fill("#field_came_on", DAY[lang])
    page.fill("#field_order_number", "NL-10497")
    page.fill("#email", "maryam@")
    page.fill("#subject", f"Crack {lang}")
    page.fill("#text", SAID[lang])
    page.set_input_files("#files", [LID])
    expect(page.locator(".kept input[name=kept]")).to_have_count(1, timeout=10_000)
    page.locator(".send button").click()
    expect(page.locator("#email-fault")).to_be_visible()
    expect(page.locator("#email")).to_be_focused()
    expect(page.locator("#text")).to_have_value(SAID[lang])
    expect(page.locator("#field_came_on")).to_have_value(DAY[lang])
    expect(page.locator(".kept bdi")).to_have_text("lid.png")
    page.fill("#email", address)
    page.locator(".send button").click()
    page.wait_for_url("**/thanks?**")
    reference = page.locator(".number").inner_text()
    row = clerk.page.locator(".row a", has_text=f"Crack {lang}")
    expect(row).to_be_visible(timeout=10_000)
    assert clerk.stayed()
    conversation = row.get_attribute("data-id")
    clerk.open(conversation)
    clerk.sees(SAID[lang].splitlines()[0])
    expect(clerk.log.get_by_text("lid.png").first).to_be_visible()
    told = clerk.told(conversation)
    assert told["reference"] == reference
    assert clerk.get(f"/api/v1/conversations/{conversation}")["fields"] == {"order_number": "NL-10497", "came_on": "2026-11-20"}
    link = eventually(page, lambda: confirm_link(stage.desk, address), "the question arrives")
    page.goto(stage.desk.url + link)
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)
    proven = f"from yavar.people.models import Identity\nprint(Identity.objects.get(value='{address}').verified_at is not None)"
    assert stage.desk.python(proven).strip() == "True"
    clerk.reply("It is on its way.")
    clerk.delivered("It is on its way.", 20)
    assert not [each for each in clerk.complaints if "422" not in each]


def confirm_link(desk, address):
    """The link in the mail that this address got, out of the demonstration's mailboxes."""
    for path in sorted((desk.folder / "data" / "demo-mail").glob("*.eml")):
        raw = path.read_bytes()
        if f"<{address}>".encode() in raw[:200]:
            from yavar.base import mime

            found = re.search(r"/form/confirm/[0-9a-f]+", mime.read(raw).text)
            if found:
                return found[0]
    return None


def test_it_works_without_scripts(stage):
    key = form_of(stage.desk)
    page = stage.page("fa", java_script_enabled=False)
    page.goto(f"{stage.desk.url}/form/{key}?lang=fa")
    page.fill("#email", "noscript@shop.example")
    page.set_input_files("#files", [LID])
    page.locator(".send button").click()
    expect(page.locator("#text-fault")).to_be_visible()
    expect(page.locator("#email")).to_have_value("noscript@shop.example")
    expect(page.locator("[name=kept]")).to_be_checked()
    page.fill("#text", "بدون اسکریپت")
    page.locator(".send button").click()
    page.wait_for_url("**/thanks?**")
    page.context.close()


@pytest.fixture
def shop_page(stage):
    """A page of another origin whose own rules allow the desk's script and frame, and nothing unsafe."""
    key, desk = form_of(stage.desk), stage.desk.url

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {desk}; frame-src {desk}")
            self.end_headers()
            self.wfile.write(PAGE.format(lang="en", desk=desk, key=key).encode())

        def log_message(self, *_words):
            """Not a word."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_it_stands_in_the_shops_page_if_that_is_allowed(stage, shop_page):
    key = form_of(stage.desk)
    page = stage.page("en")
    page.goto(shop_page)
    expect(page.locator("yavar-form iframe")).to_have_count(1)
    refused = page.locator("yavar-form iframe").element_handle().content_frame()
    eventually(page, lambda: refused.url.startswith("chrome-error:"), "a page that is not allowed shows nothing")
    stage.desk.python(
        "from yavar.channels.form_offer import changed\nfrom yavar.conversations.models import Inbox\nfrom yavar.conversations.setup import configure_inbox\n"
        f"inbox = Inbox.objects.get(kind='form')\nconfigure_inbox(inbox, changed(inbox.config, origins=[*inbox.config['origins'], '{shop_page}']))"
    )
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(shop_page)
    frame = page.frame_locator("yavar-form iframe")
    expect(frame.locator("#email")).to_be_visible()
    high = page.locator("yavar-form iframe")
    inside = next(each for each in page.frames if "/form/" in each.url)
    eventually(
        page,
        lambda: abs(high.bounding_box()["height"] - inside.evaluate("document.querySelector('main').offsetHeight")) < 4,
        "the frame is as high as the form",
    )
    before = high.bounding_box()["height"]
    frame.locator("#type").select_option(index=2)
    eventually(page, lambda: high.bounding_box()["height"] > before + 40, "it grows with the form")
    filled_for_a_minute(inside, stage.desk, key)
    frame.locator("#email").fill("framed@shop.example")
    frame.locator("#text").fill("From the shop's own page")
    frame.locator(".send button").click()
    expect(frame.locator(".number")).to_be_visible()
    eventually(page, lambda: high.bounding_box()["height"] < before, "and shrinks with the thanks")
    assert not complaints
    page.context.close()


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_the_pages_fit_every_width_and_need_no_mouse(stage, lang):
    key = form_of(stage.desk)
    page = stage.page(lang)
    page.goto(f"{stage.desk.url}/form/{key}?lang={lang}")
    for width in (1200, 800, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page), width
    page.locator("h1").click()
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName"))
    assert "homepage" not in seen and {"type", "email", "text", "files"} <= set(seen)
    page.fill("#text", SAID["en"])
    page.locator(".languages a", has_text="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#text")).to_have_value(SAID["en"])  # what was typed goes along
    owner = stage.clerk("nila")
    owner.ask("PATCH", "me", {"lang": lang})
    for width in (1200, 390, 320):
        owner.page.set_viewport_size({"width": width, "height": 900})
        owner.page.goto(f"{owner.base}/settings/forms")
        assert fits(owner.page), width
    assert not owner.complaints
    page.context.close()
