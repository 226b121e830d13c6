"""The chat speaks first: on the right page, after its time, to the right visitor, at most so often, and never into a conversation."""

import pytest
from playwright.sync_api import expect

from tests.browser import Shopper, Stage, eventually
from tests.test_journeys_widget import OPENED, launcher

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
TEXTS = {"fa": "دنبال کتری مناسب می‌گردید؟", "ru": "Ищете чайник?", "en": "Looking for the right kettle?"}
CODE = """
from yavar.channels.chat import CHAT
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.config.wiring import wire
wire()
inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
configure_inbox(inbox, CHAT.changed(inbox.config, {changes!r}))
"""


@pytest.fixture
def greeted(stage, desk):
    """Says what the chat greets with."""

    def say(*greetings, a_day=1):
        changes = {"greetings": [{"id": f"g{n}", "text": TEXTS, "page": "*", "after": 0, **each} for n, each in enumerate(greetings)], "greetings_a_day": a_day}
        desk.python(CODE.format(changes=changes))

    yield say
    say()


def arrive(stage: Stage, lang: str = "en", path: str = "/shop", shopper: Shopper | None = None, **more) -> Shopper:
    """On a page of the shop; the launcher's script comes fresh."""
    if shopper is None:
        shopper = Shopper(stage.page(lang, **more), stage.desk.url, lang, "Ruth Adeyemi")
        shopper.page.add_init_script(OPENED)
        stage.people.append(shopper)
    shopper.page.goto(f"{stage.desk.url}{path}?lang={lang}")
    shopper.page.wait_for_function("Boolean(window.yavar?.open)")
    return shopper


def bubble(shopper: Shopper):
    return shopper.page.locator("yavar-chat section")


def silent(shopper: Shopper) -> None:
    shopper.page.wait_for_timeout(600)
    expect(bubble(shopper)).to_have_count(0)


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_a_greeting_is_answered_and_the_team_sees_what_was_said(stage, greeted, lang):
    greeted({})
    shopper = arrive(stage, lang)
    expect(bubble(shopper)).to_have_text(f"{ {'fa': 'قن', 'ru': 'КН', 'en': 'NC'}[lang] }{TEXTS[lang]}")
    assert bubble(shopper).locator("..").get_attribute("role") == "status"
    shopper.page.screenshot(path=stage.folder / f"greeting-{lang}.png")
    with shopper.page.expect_event("framenavigated", lambda frame: "/panel?" in frame.url):
        bubble(shopper).locator("button").first.click()
    shopper.panel = next(frame for frame in shopper.page.frames if "/panel?" in frame.url)
    expect(bubble(shopper)).to_have_count(0)
    expect(shopper.bubble(TEXTS[lang])).to_have_count(1)
    expect(shopper.panel.locator(".face.bot")).to_have_count(1)
    shopper.begin("Yes please")
    eventually(shopper.page, lambda: shopper.stored() == [TEXTS[lang], "Yes please"], "the desk keeps both")
    shopper.page.wait_for_timeout(1500)  # what the panel lacked has been fetched
    assert shopper.texts() == [TEXTS[lang], "Yes please"]
    clerk = stage.clerk("sara", f"/inbox/all/{shopper.conversation}")
    clerk.sees("Yes please")
    assert clerk.texts() == [TEXTS[lang], "Yes please"]
    expect(clerk.log.locator(".bubble.is-auto")).to_have_count(1)
    assert shopper.complaints == []


def test_no_more_often_than_the_measure(stage, greeted):
    greeted({}, {}, a_day=2)
    shopper = arrive(stage)
    expect(bubble(shopper)).to_have_count(1)
    arrive(stage, shopper=shopper)
    expect(bubble(shopper)).to_have_count(1)
    arrive(stage, shopper=shopper)
    silent(shopper)
    shopper.page.evaluate(
        "key => { const kept = JSON.parse(localStorage[key]); kept.day = 'yesterday'; localStorage[key] = JSON.stringify(kept); }", f"yavar:{stage.desk.inbox}"
    )
    arrive(stage, shopper=shopper)
    expect(bubble(shopper)).to_have_count(1)


def test_who_closed_one_is_left_in_peace_for_the_day(stage, greeted):
    greeted({}, a_day=10)
    shopper = arrive(stage)
    bubble(shopper).get_by_role("button", name="Close").click()
    expect(bubble(shopper)).to_have_count(0)
    arrive(stage, shopper=shopper)
    silent(shopper)


def test_nobody_in_a_conversation_is_greeted(stage, greeted):
    greeted({"after": 1}, a_day=10)
    shopper = arrive(stage).open_chat()
    shopper.begin("Hello")
    shopper.page.wait_for_timeout(1000)
    expect(bubble(shopper)).to_have_count(0)
    arrive(stage, shopper=shopper)
    shopper.page.wait_for_timeout(1000)
    silent(shopper)
    conversation = None
    clerk = stage.clerk("sara", "/inbox/all")
    shopper.open_chat()
    expect(shopper.bubble("Hello")).to_have_count(1)
    conversation = shopper.conversation
    clerk.ask("POST", f"conversations/{conversation}/resolve", {})
    eventually(
        shopper.page, lambda: shopper.page.evaluate("key => JSON.parse(localStorage[key]).talk", f"yavar:{stage.desk.inbox}") is False, "the page hears of it"
    )
    arrive(stage, shopper=shopper)
    expect(bubble(shopper)).to_have_count(1)


def test_page_time_and_visitor(stage, greeted):
    greeted({"page": "/basket"}, {"who": "returning"}, {"after": 2, "who": "new"}, a_day=10)
    shopper = arrive(stage)
    silent(shopper)
    expect(bubble(shopper)).to_have_count(1, timeout=4000)
    assert shopper.page.evaluate("key => JSON.parse(localStorage[key]).first", f"yavar:{stage.desk.inbox}")
    shopper.page.evaluate(
        "key => { const kept = JSON.parse(localStorage[key]); kept.first = 'long ago'; localStorage[key] = JSON.stringify(kept); }", f"yavar:{stage.desk.inbox}"
    )
    arrive(stage, shopper=shopper)
    expect(bubble(shopper)).to_have_count(1)


def test_the_list_of_ways_takes_its_place(stage, greeted):
    greeted({})
    shopper = arrive(stage, size=(320, 256))
    expect(bubble(shopper)).to_have_count(1)
    box = bubble(shopper).bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= 320
    launcher(shopper.page).click()
    expect(bubble(shopper)).to_have_count(0)
    assert shopper.complaints == []


def test_a_browser_that_forbids_storage_is_greeted_all_the_same(stage, greeted):
    greeted({})
    shopper = Shopper(stage.page("en"), stage.desk.url, "en", "Ruth Adeyemi")
    stage.people.append(shopper)
    shopper.page.add_init_script(OPENED + "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});")
    arrive(stage, shopper=shopper)
    expect(bubble(shopper)).to_have_count(1)
    assert [each for each in shopper.complaints if "SecurityError" in each] == []


@pytest.mark.parametrize("lang, who", [("en", "sara"), ("fa", "amir")])
def test_an_agent_sees_who_is_there_and_writes_first(stage, desk, lang, who):
    desk.python(CODE.format(changes={"see_visitors": True}))
    try:
        shopper = arrive(stage, lang)
        clerk = stage.clerk(who, "/inbox/all")

        def visit():
            """This test's; another's page is remembered for a minute."""
            return next((each for each in clerk.get("/api/v1/visitors") if each["lang"] == lang), None)

        eventually(clerk.page, visit, "the page has spoken")
        clerk.page.locator('.nav-row[href="/inbox/visitors"]').click()
        row = clerk.page.locator(".visitor", has=clerk.page.locator(f'[lang="{lang}"]'))
        expect(row.locator(".ltr")).to_have_text("/shop")
        assert "?" not in row.inner_text()
        row.locator("button").click()
        box = row.locator("textarea")
        expect(box).to_be_focused()
        box.fill(TEXTS[lang])
        clerk.page.screenshot(path=stage.folder / f"visitors-{lang}.png")
        row.locator("button.is-primary").click()
        expect(row.locator("textarea")).to_have_count(0)
        assert visit()["invited"] is True
        shopper.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the page's next word, before its time
        expect(bubble(shopper)).to_contain_text(TEXTS[lang])
        with shopper.page.expect_event("framenavigated", lambda frame: "/panel?" in frame.url):
            bubble(shopper).locator("button").first.click()
        shopper.panel = next(frame for frame in shopper.page.frames if "/panel?" in frame.url)
        expect(shopper.bubble(TEXTS[lang])).to_have_count(1)
        assert shopper.panel.locator(".face.bot").count() == 0
        shopper.begin("Yes please")
        eventually(shopper.page, lambda: shopper.stored() == [TEXTS[lang], "Yes please"], "the desk keeps both")
        assert shopper.get("/chat/hello")["messages"][0]["author"]["kind"] == "agent"
        shopper.page.wait_for_timeout(1500)
        assert shopper.texts() == [TEXTS[lang], "Yes please"]
        assert [each for each in shopper.complaints + clerk.complaints if "favicon" not in each] == []
    finally:
        desk.python(CODE.format(changes={"see_visitors": False}))


def test_a_shop_that_sees_nobody_is_told_nothing(stage):
    shopper = stage.page("en")
    asked = []
    shopper.on("request", lambda request: asked.append(request.url) if "/chat/visits" in request.url else None)
    shopper.goto(f"{stage.desk.url}/shop?lang=en")
    shopper.wait_for_timeout(1500)
    assert asked == []
    shopper.context.close()
