"""The first start in a real browser: from an empty folder to a chat that is seen to work on the shop's own page, and a colleague who answers there."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser import Clerk, Shopper, eventually, fits
from tests.desk import Desk

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
WORDS = {
    "fa": {"owner": "نیلا فراهانی", "shop": "چای نیلا", "colleague": "امیر بهرامی", "ask": "سلام، چای بهاره رسید؟"},
    "en": {"owner": "Nila Farahani", "shop": "Nila Tea", "colleague": "Amir Bahrami", "ask": "Hello, is the spring tea here?"},
}


@pytest.fixture
def desk(tmp_path):
    """A desk nobody owns yet; it may look at pages of this machine."""
    found = Desk(tmp_path, "serve", YAVAR_HTTP_ALLOW="127.0.0.1").start()
    yield found
    found.stop()


class Site:
    """The shop's own pages: all the same, with whatever line is put there."""

    def __init__(self):
        self.lang, self.line = "en", ""

        class Page(BaseHTTPRequestHandler):
            def do_GET(page):
                page.send_response(200)
                page.send_header("Content-Type", "text/html; charset=utf-8")
                page.end_headers()
                page.wfile.write(
                    f"<!doctype html><html lang={self.lang} dir={'rtl' if self.lang == 'fa' else 'ltr'}><body><p>tea</p>{self.line}</body>".encode()
                )

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site():
    found = Site()
    yield found
    found.server.shutdown()


def narrow(page):
    """The step on a phone, then wide again."""
    page.set_viewport_size({"width": 390, "height": 800})
    assert fits(page), page.url
    page.set_viewport_size({"width": 1440, "height": 900})


def fill(page, **typed):
    narrow(page)
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.click(".door-form .button.is-primary")


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_from_an_empty_folder_to_an_answer_on_the_shops_page(stage, site, lang):
    words, site.lang = WORDS[lang], lang
    page = stage.page(lang)
    page.goto(stage.desk.url)
    assert page.url.endswith("/welcome") and page.locator("form [name=password]").count() == 0, "without the code nobody takes the desk"
    address = eventually(page, lambda: re.search(r"http://\S+/welcome\?code=\w+", stage.desk.log.read_text()), "the terminal tells the way in")[0]
    page.goto(address)
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [lang, "rtl" if lang == "fa" else "ltr"]
    fill(page, name=words["owner"], email="nila@shop.example", password="a-long-strong-one")
    page.wait_for_url("**/welcome/shop")
    page.locator("label.swatch").nth(3).click()
    fill(page, name=words["shop"])
    page.wait_for_url("**/welcome/page")
    fill(page, origin=site.url)
    page.wait_for_url("**/welcome/team")
    fill(page, name=words["colleague"], email="amir@shop.example")
    password = page.locator(".banner.is-good code").inner_text()
    page.click('a[href="/welcome/line"]')

    # the page is looked at, before the line stands there and after
    line, live, verdict = page.locator("#line").inner_text(), page.locator("[data-live]"), page.locator(".verdict")
    narrow(page)
    expect(live).not_to_have_class(re.compile("is-good"))
    page.click("[data-check] button")
    expect(verdict).to_have_class(re.compile("is-warn"))
    before = verdict.inner_text()
    site.line = line
    page.click("[data-check] button")
    expect(verdict).to_have_class(re.compile("is-good"))
    assert verdict.inner_text() != before
    expect(live).not_to_have_class(re.compile("is-good"))

    # a visitor opens the shop: the owner sees it live, the colleague answers
    shopper = Shopper(stage.page(lang), site.url, lang, {"fa": "مهسا رستمی", "en": "Ruth Adeyemi"}[lang])
    stage.people.append(shopper)
    shopper.visit()
    expect(live).to_have_class(re.compile("is-good"))
    expect(live).to_contain_text(site.url)
    shopper.open_chat().begin(words["ask"])
    expect(shopper.panel.locator("header, .head").first).to_contain_text(words["shop"])

    clerk = Clerk(stage.page(lang), stage.desk.url, "amir")
    stage.people.append(clerk)
    clerk.page.goto(f"{stage.desk.url}/sign-in?next=/inbox/unassigned")
    clerk.page.fill("input[name=username]", "amir@shop.example")
    clerk.page.fill("input[name=password]", password)
    clerk.page.press("input[name=password]", "Enter")
    clerk.open(shopper.conversation)
    clerk.sees(words["ask"])
    clerk.reply("✓")
    shopper.sees("✓")
    page.click('a.button.is-primary[href="/inbox"]')
    expect(page.locator(".list")).to_be_visible()
    stranger = stage.page(lang)
    stranger.goto(address)
    assert stranger.url.endswith("/sign-in"), "the code opens nothing any more"
    for each in (page, stranger):
        each.context.close()
    assert shopper.complaints == clerk.complaints == []
