"""The chat on the shop's page as visitors of all kinds meet it: by mouse and keyboard, in three languages, magnified, with colours of their own."""

from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser import Shopper, Stage, eventually
from tests.test_journeys import meet

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
languages = pytest.mark.parametrize("lang", ["fa", "ru", "en"])
# The launcher's shadow is closed to the shop's page, and so it would be to these tests.
OPENED = "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (how) { return attach.call(this, {...how, mode: 'open'}); };"
WORDS = {
    "fa": ["گفت‌وگو با قهوهٔ نیلا", "تماس تلفنی", "ایمیل", "تلگرام", "فرم تماس"],
    "ru": ["Чат: Кофе «Нила»", "Позвонить", "Написать на почту", "Telegram", "Форма обратной связи"],
    "en": ["Chat with Nila Coffee", "Call us", "Send an e-mail", "Telegram", "Contact form"],
}
PACE = {"fa": "در ۱ ساعت پاسخ می‌دهیم", "ru": "Отвечаем за 1 ч", "en": "We reply within 1 h"}


def visit(stage: Stage, lang: str, **more) -> Shopper:
    """A shopper whose launcher can be looked into."""
    shopper = Shopper(stage.page(lang, **more), stage.desk.url, lang, "Ruth Adeyemi")
    shopper.page.add_init_script(OPENED)
    stage.people.append(shopper)
    return shopper.visit()


def launcher(page: Page):
    return page.locator("yavar-chat > .go, yavar-chat .go")


def items(page: Page):
    return page.locator("yavar-chat nav > *")


def opened(shopper: Shopper) -> Frame:
    with shopper.page.expect_event("framenavigated", lambda frame: "/panel?" in frame.url):
        launcher(shopper.page).click()
        items(shopper.page).first.click()
    shopper.panel = next(frame for frame in shopper.page.frames if "/panel?" in frame.url)
    expect(shopper.box).to_be_visible()
    return shopper.panel


def inside(page: Page, selector: str) -> bool:
    """The element stands wholly within the window."""
    box, size = page.locator(selector).bounding_box(), page.viewport_size
    return box is not None and box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]


@languages
def test_the_launcher_offers_every_way_to_the_mouse(stage, lang):
    shopper = visit(stage, lang)
    page, form = shopper.page, stage.desk.url + "/form/"
    expect(items(page).first).to_be_hidden()
    launcher(page).click()
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    said = [text.strip().splitlines() for text in page.locator("yavar-chat nav > * > span").all_inner_texts()]
    assert [lines[0] for lines in said] == WORDS[lang] and said[0][1] == PACE[lang]
    hrefs = [each.get_attribute("href") for each in page.locator("yavar-chat nav a").all()]
    assert hrefs[:3] == ["tel:+982112345678", "mailto:support@nila.example", "https://t.me/nila_coffee_demo"]
    assert hrefs[3].startswith(form) and hrefs[3].endswith(f"?lang={lang}")
    for each in items(page).all():
        box = each.bounding_box()
        assert box["height"] >= 44
    start = items(page).nth(1).locator("svg").bounding_box()["x"], items(page).nth(1).locator("span").bounding_box()["x"]
    assert (start[0] > start[1]) is (lang == "fa"), "the icon stands at the start of the line"
    assert inside(page, "yavar-chat nav")

    page.mouse.click(page.viewport_size["width"] // 2, 300)
    expect(items(page).first).to_be_hidden()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    with page.context.expect_page() as away:
        launcher(page).click()
        items(page).nth(4).click()
    away.value.wait_for_load_state()
    assert away.value.url.startswith(form) and away.value.evaluate("document.documentElement.lang") == lang
    expect(away.value.locator("textarea")).to_be_visible()
    expect(items(page).first).to_be_hidden()

    opened(shopper)
    expect(shopper.box).to_be_focused()
    launcher(page).click()
    launcher(page).click()
    expect(shopper.box).to_be_focused()
    assert items(page).first.is_hidden(), "once the chat was opened here its button opens it at once"
    assert shopper.complaints == []


@languages
def test_the_launcher_is_worked_by_keys(stage, lang):
    page = visit(stage, lang).page
    focused = "document.querySelector('yavar-chat').shadowRoot.activeElement.textContent"
    launcher(page).focus()
    page.keyboard.press("Enter")
    chat, *ways = WORDS[lang]
    assert page.evaluate(focused).startswith(chat)
    for key, text in (("Tab", ways[0]), ("Tab", ways[1]), ("Shift+Tab", ways[0]), ("Shift+Tab", chat)):
        page.keyboard.press(key)
        assert page.evaluate(focused).startswith(text), key
    page.keyboard.press("Escape")
    expect(items(page).first).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(items(page).first).to_be_hidden()


def test_without_other_ways_the_button_opens_the_chat(stage):
    page = stage.page("en")
    page.add_init_script(OPENED)
    answer = page.request.get(f"{stage.desk.url}/chat/{stage.desk.inbox}/loader.js").text()
    page.route("**/loader.js", lambda route: route.fulfill(content_type="text/javascript", body=answer.replace('"ways":', '"none":')))
    page.goto(f"{stage.desk.url}/shop?lang=en")
    launcher(page).click()
    expect(page.locator("yavar-chat iframe")).to_be_visible()
    page.context.close()


@languages
def test_the_ways_stand_in_the_open_chat_too(stage, lang):
    shopper = visit(stage, lang)
    panel = opened(shopper)
    assert panel.locator(".ways a").all_inner_texts() == WORDS[lang][1:3]
    more = panel.locator(".more > button")
    more.click()
    menu = panel.locator(".menu")
    expect(menu.locator("a")).to_have_count(4)
    assert menu.locator("a").all_inner_texts() == WORDS[lang][1:]
    expect(menu.locator("button").first).to_be_focused()
    shopper.page.keyboard.press("ArrowUp")
    expect(menu.locator("a").last).to_be_focused()
    shopper.page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(more).to_be_focused()
    more.click()
    panel.locator(".log").click()
    expect(menu).to_have_count(0)
    assert shopper.complaints == []


def test_when_the_panels_script_does_not_come_the_ways_are_still_there(stage):
    shopper = visit(stage, "en")
    shopper.page.route("**/widget/panel.js", lambda route: route.abort())
    with shopper.page.expect_event("framenavigated", lambda frame: "/panel?" in frame.url):
        launcher(shopper.page).click()
        items(shopper.page).first.click()
    panel = next(frame for frame in shopper.page.frames if "/panel?" in frame.url)
    expect(panel.get_by_text("The chat didn’t load")).to_be_visible()
    expect(panel.get_by_role("link", name="Call us")).to_have_attribute("href", "tel:+982112345678")


def test_another_language_keeps_what_was_said_and_typed(stage):
    shopper = visit(stage, "en")
    panel = opened(shopper)
    shopper.begin("Is the kettle in stock?")
    conversation = shopper.conversation
    shopper.box.fill("and one more thing")
    for code, way, placeholder in (("fa", "rtl", "پیامتان را بنویسید"), ("ru", "ltr", "Напишите сообщение")):
        panel.locator(".more > button").click()
        panel.locator(f'.menu [lang="{code}"]').click()
        expect(shopper.box).to_have_attribute("placeholder", placeholder)
        assert panel.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [code, way]
        expect(shopper.box).to_have_value("and one more thing")
        assert shopper.texts() == ["Is the kettle in stock?"]
    assert panel.locator(".ways a").all_inner_texts() == WORDS["ru"][1:3]
    shopper.say("and one more thing")
    shopper.delivered("and one more thing")
    assert shopper.conversation == conversation
    shopper.visit()
    opened(shopper)
    expect(shopper.box).to_have_attribute("placeholder", "Напишите сообщение")
    assert shopper.complaints == []


def test_the_chat_is_saved_as_text_in_the_readers_calendar(stage):
    shopper, _clerk, _ = meet(stage, "fa", "amir")
    panel = shopper.panel
    panel.locator(".more > button").click()
    with shopper.page.expect_download() as saved:
        panel.get_by_role("button", name="ذخیرهٔ این گفت‌وگو").click()
    reference = shopper.get("/chat/hello")["conversation"]["reference"]
    assert saved.value.suggested_filename == f"chat-{reference}.txt"
    text = Path(saved.value.path()).read_text()
    assert [part in text for part in ("سلام، کتری فیروزه‌ای موجود است؟", "سلام! بله، سه تا مانده است.", shopper.name, "Amir", reference)] == [True] * 5
    year = shopper.page.evaluate("new Intl.DateTimeFormat('fa-IR-u-ca-persian', {year: 'numeric'}).format(new Date())")
    assert year in text
    assert text.index("موجود است") < text.index("مانده است")
    assert shopper.complaints == []


def test_a_new_conversation_begins_beside_the_resolved_one(stage):
    shopper, clerk, conversation = meet(stage, "en", "sara")
    more = shopper.panel.locator(".more > button")
    more.click()
    fresh = shopper.panel.get_by_role("button", name="Start a new conversation")
    expect(shopper.panel.get_by_role("button", name="Save this chat")).to_be_visible()
    assert fresh.count() == 0
    shopper.page.keyboard.press("Escape")
    clerk.ask("POST", f"conversations/{conversation}/resolve", {})
    eventually(shopper.page, lambda: shopper.get("/chat/hello")["conversation"]["status"] == "resolved", "it is resolved")
    shopper.page.wait_for_timeout(500)
    more.click()
    fresh.click()
    expect(shopper.log.locator(".hello h2")).to_be_visible()
    shopper.visit()
    shopper.open_chat()
    expect(shopper.log.locator(".hello h2")).to_be_visible()
    shopper.say("Something else")
    shopper.delivered("Something else")
    assert shopper.conversation != conversation and shopper.texts() == ["Something else"]
    assert clerk.get(f"/api/v1/conversations/{conversation}")["row"]["status"] == "resolved"


def test_a_sound_only_once_it_is_switched_on_and_nobody_looks(stage):
    shopper, clerk, _ = meet(stage, "en", "sara")
    page, panel = shopper.page, shopper.panel
    panel.evaluate(
        "window.tones = 0; const real = window.AudioContext; window.AudioContext = class extends real { createOscillator() { window.tones++; return super.createOscillator(); } }; 0"
    )
    page.evaluate("yavar.close()")
    clerk.reply("one")
    eventually(page, lambda: "one" in shopper.stored(), "it has come")
    page.wait_for_timeout(500)
    assert panel.evaluate("window.tones") == 0
    page.evaluate("yavar.open()")
    panel.locator(".more > button").click()
    sound = panel.get_by_role("button", name="Sound for new answers")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    assert panel.evaluate("window.tones") == 2, "it is heard at once"
    page.wait_for_timeout(1100)
    clerk.reply("two")
    shopper.sees("two")
    assert panel.evaluate("window.tones") == 2, "not for what is being looked at"
    page.evaluate("yavar.close()")
    clerk.reply("three")
    eventually(page, lambda: panel.evaluate("window.tones") == 4, "it sounds")


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_whoever_the_shop_vouches_for_has_the_chat_mailed(stage, lang):
    from yavar.config.demo import SECRET

    button = {"fa": "متن گفت‌وگو را ایمیل کنید", "en": "E-mail me the chat"}[lang]
    address = f"ruth-{lang}@shop.example"
    stranger = visit(stage, lang)
    opened(stranger)
    stranger.begin("Hello")
    assert stranger.panel.get_by_role("button", name=button).count() == 0, "an address that is merely typed gets nothing"

    shopper = visit(stage, lang)
    shopper.page.evaluate("jwt => yavar.identify({jwt})", jwt.encode({"sub": address, "exp": 4102444800, "email": address, "name": "Ruth"}, SECRET, "HS256"))
    panel = opened(shopper)
    shopper.say("Is the lid tight?")
    shopper.delivered("Is the lid tight?")
    assert panel.locator(".ways a").all_inner_texts() == WORDS[lang][1:2]
    mail = panel.locator(".ways").get_by_role("button", name=button)
    mail.click()
    expect(panel.locator(".note.good")).to_be_visible()
    reference = shopper.get("/chat/hello")["conversation"]["reference"]
    page = stage.page(lang)
    eventually(page, lambda: page.goto(f"{stage.desk.url}/shop/mail?lang={lang}") and page.get_by_text(reference).count(), "the mail arrives")
    page.get_by_text(reference).first.click()
    expect(page.frame_locator("iframe").get_by_text("Is the lid tight?").first).to_be_visible()
    page.screenshot(path=stage.folder / f"chat-by-mail-{lang}.png")
    page.context.close()
    mail.click()
    expect(panel.locator(".note[role=alert]")).to_be_visible()
    panel.locator(".more > button").click()
    expect(panel.locator(".menu").get_by_role("button", name=button)).to_be_visible()
    assert [each for each in shopper.complaints if "429" not in each] == []
