"""How the pages stand: every width, theme and language; and that a page the shop does not know shows nothing at all."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser import eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]


@pytest.mark.parametrize("policy", ["strict-origin-when-cross-origin", "no-referrer"])
def test_a_foreign_page_gets_no_chat(stage, policy):
    desk = stage.desk

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<meta name=referrer content={policy}><script src="{desk.url}/chat/{desk.inbox}/loader.js"></script><body>'.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = stage.page("en")
        refused = []
        page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_function("Boolean(window.yavar?.open)")
        page.evaluate("yavar.open()")
        eventually(page, lambda: refused, "the browser says why the frame stays empty")
        assert re.search("frame-ancestors|403", refused[0])
        assert all(frame.locator("textarea, #config").count() == 0 for frame in page.frames)
    finally:
        server.shutdown()
        page.context.close()


@pytest.mark.parametrize("who, lang", [("amir", "fa"), ("lena", "ru"), ("sara", "en")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_width_of_the_inbox(stage, who, lang, theme):
    clerk = stage.clerk(who, "/inbox/all", color_scheme=theme)
    page = clerk.page
    conversation = page.locator(".row a", has_text={"fa": "مریم کریمی", "ru": "Анна Соколова", "en": "Tom Okafor"}[lang]).get_attribute("data-id")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [lang, "rtl" if lang == "fa" else "ltr"]
    overflow = []
    for path in ("/inbox/all", f"/inbox/all/{conversation}"):
        page.set_viewport_size({"width": 1440, "height": 900})
        clerk.go(path)
        for width in (1440, 1000, 800, 390):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            if wide[0] > wide[1]:
                overflow.append((path, width, wide[0]))
    page.set_viewport_size({"width": 1440, "height": 900})
    assert overflow == []
    page.locator(".list [role=tab], .list .tab").first.focus()
    page.keyboard.press("Control+a")
    page.locator(".bulk-count").evaluate("each => { each.textContent = each.textContent.replace(/[0-9۰-۹]+/, lang => lang < 'a' ? '300' : '۳۰۰') }")
    bar, last = page.locator(".bulk").bounding_box(), page.locator(".bulk .button").bounding_box()
    assert min(last["x"] - bar["x"], bar["x"] + bar["width"] - last["x"] - last["width"]) >= 4, "the last button ends before the pane does"
    page.keyboard.press("Escape")
    times = page.locator(".thread .meta time, .details time, .row-time time")
    shown = " ".join(times.all_inner_texts() + [text or "" for text in times.evaluate_all("all => all.map(one => one.title)")])
    if lang == "fa":
        assert re.search("[۰-۹]", shown) and not re.search("[0-9]", shown.replace("UTC", "")), shown
        assert re.search("فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند", shown)
    else:
        assert re.search("[0-9]", shown)
    assert clerk.complaints == []


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_every_width_of_the_shop_and_its_chat(stage, lang):
    shopper = stage.shopper(lang).open_chat()
    assert shopper.panel.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [lang, "rtl" if lang == "fa" else "ltr"]
    for width in (1440, 800, 390, 320):
        shopper.page.set_viewport_size({"width": width, "height": 800})
        for frame in shopper.page.frames:
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, frame.url)
        expect(shopper.box).to_be_visible()
    assert shopper.complaints == []


LONG = "نشان دیر رسیدنِ بسته‌های سفارشیِ بیرون از شهر و روستا"
CUT = """() => [...document.querySelectorAll("main :is(select, .hint, .chip)")].filter(each => each.offsetParent && !each.closest("details:not([open])")).flatMap(each => {
  const {left, right} = each.getBoundingClientRect(), box = each.closest("li, .field, .card").getBoundingClientRect();
  const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(each); pen.font = style.font;
  const narrow = each.matches("select[name=role], select[name=sees]") && pen.measureText(each.selectedOptions[0].text).width > each.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
  const over = each.matches(".origins .grow:not(.cut)") && each.scrollWidth > each.clientWidth;
  return left < box.left - 1 || right > box.right + 1 || narrow || over ? [each.textContent.trim().slice(0, 30)] : []; })"""


def test_settings_on_a_phone(stage):
    """Whatever long names the owner gave: nothing stands outside its card, under its neighbour, or with half of its words."""
    page = stage.clerk("nila", size=(390, 844)).page

    def speak(lang):
        page.goto(f"{stage.desk.url}/settings/profile")
        page.locator("select[name=lang]").select_option(lang)
        page.locator("input[name=name]").press("Enter")
        expect(page.locator("html")).to_have_attribute("lang", lang)

    speak("fa")
    page.goto(f"{stage.desk.url}/settings/tags")
    page.locator("form:has([value=add]) [name=name]").fill(LONG)
    page.locator("form:has([value=add]) [name=name]").press("Enter")
    expect(page.locator(".said")).to_be_visible()
    try:
        page.goto(f"{stage.desk.url}/settings/hours")
        page.goto(page.locator("main a[href*='calendar=']").first.evaluate("each => each.href"))
        page.locator("[name=country]").select_option("IR")
        page.locator("form:has([value=country]) button").click()
        days = page.locator(".holidays strong")
        expect(days.first).to_be_visible()
        assert {round(each.bounding_box()["height"]) for each in days.all() if each.is_visible()} == {round(days.first.bounding_box()["height"])}, (
            "a day on one line"
        )
        page.locator("[name=country]").select_option("")
        page.locator("form:has([value=country]) button").click()
        expect(days).to_have_count(0)
        for path, one in (("inboxes", ""), ("people", "person"), ("promises", "policy"), ("tags", "tag")):
            page.goto(f"{stage.desk.url}/settings/{path}")
            if one:
                page.goto(page.locator(f"main a[href*='{one}=']").first.evaluate("each => each.href"))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.evaluate(CUT) == [], path
    finally:
        page.goto(f"{stage.desk.url}/settings/tags")
        page.goto(page.get_by_role("link", name=LONG).evaluate("each => each.href"))
        page.locator("form:has([value=remove])").evaluate("form => form.submit()")
        expect(page.locator(".said")).to_be_visible()
        speak("en")
