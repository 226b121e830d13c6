"""WCAG 2.2 AA on every screen, as far as axe-core can tell, in Persian and English; and the journeys that need nothing but a keyboard."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser import fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(180)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OWNER = {"fa": ("amir", "نگار احمدی"), "en": ("sara", "Tom Okafor")}


def faults(where: Page | Frame) -> list[str]:
    """What axe finds: rule and places, one line each."""
    where.evaluate(AXE)
    found = where.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
    return [f"{each['id']}: {' | '.join(node['html'][:160] for node in each['nodes'][:3])}" for each in found["violations"]]


def clean(found: dict[str, list[str]]) -> None:
    told = [f"{name}: {each}" for name, all_of_them in found.items() for each in all_of_them]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("lang, theme", [("fa", "dark"), ("en", "light")])
def test_the_inbox(stage, lang, theme):
    who, customer = OWNER[lang]
    clerk = stage.clerk(who, "/inbox/all", color_scheme=theme)
    page = clerk.page
    found = {"list": faults(page)}
    page.locator(".row a", has_text=customer).click()
    expect(page.locator(".thread .log article").first).to_be_visible()
    found["conversation"] = faults(page)
    page.locator(".details [role=tab]").nth(1).click()
    found["about"] = faults(page)
    clerk.box.press_sequentially("Thanks :s")
    expect(page.locator(".mention-menu")).to_be_visible()
    found["offer"] = faults(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for name, key, shown in (
        ("palette", "Control+k", "dialog.palette"), ("sheet", "?", "dialog.sheet"), ("snooze", "h", ".menu:popover-open"), ("tags", "t", ".menu:popover-open"), ("assign", "a", ".menu:popover-open"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(page.locator(shown)).to_be_visible()
        found[name] = faults(page)
        page.keyboard.press("Escape")
        expect(page.locator(shown)).to_have_count(0)
    page.locator(".list .bar .icon-button").first.click()
    expect(page.locator(".sieve")).to_be_visible()
    found["filter"] = faults(page)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    found["selection"] = faults(page)
    page.keyboard.press("Escape")
    page.locator(".brand .icon-button").last.click()
    expect(page.locator("dialog.new-message")).to_be_visible()
    found["new message"] = faults(page)
    clean(found)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_inbox_on_a_phone(stage, lang):
    who, customer = OWNER[lang]
    clerk = stage.clerk(who, "/inbox/all", size=(390, 844), has_touch=True, is_mobile=True)
    found = {"list": faults(clerk.page)}
    clerk.page.locator(".row a", has_text=customer).click()
    expect(clerk.page.locator(".thread .log article").first).to_be_visible()
    clean(found | {"conversation": faults(clerk.page)})


@pytest.mark.parametrize("lang, theme, size", [("fa", "dark", (1440, 900)), ("en", "light", (1440, 900)), ("ru", "light", (390, 844))])
def test_the_board(stage, lang, theme, size):
    clerk = stage.clerk("sara", color_scheme=theme)
    page = clerk.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{stage.desk.url}/board?lang={lang}")
    expect(page.locator(".press-row a[aria-label]").first).to_be_visible()
    found = {"board": faults(page)}
    assert fits(page)
    page.locator("[popovertarget=limits]").click()
    expect(page.locator(".limits")).to_be_visible()
    expect(page.locator(".limit-n").first).to_have_value("۱۰" if lang == "fa" else "10")
    found["alarms"] = faults(page)
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)
    clean(found)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_every_page_of_the_settings(stage, lang):
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.page.goto(f"{stage.desk.url}/settings?lang={lang}")
    pages = clerk.page.locator(".parts a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert len(pages) > 10
    found = {}
    for path in pages:
        clerk.page.goto(f"{stage.desk.url}{path}?lang={lang}")
        found[path] = faults(clerk.page)
    clerk.page.goto(f"{stage.desk.url}/settings/hours?lang={lang}")
    key = clerk.page.locator(".calendars a.link").first.get_attribute("href")
    clerk.page.goto(f"{stage.desk.url}/settings/hours{key}&lang={lang}")
    clerk.page.select_option("#holidays-country", "IR")
    clerk.page.locator("#holidays form .button").first.click()
    expect(clerk.page.locator("#holidays .said")).to_be_visible()
    for path in (f"/settings/hours{key}", f"/settings/hours/days{key}&day=2027-03-10", f"/settings/hours/days{key}&months=12"):
        clerk.page.goto(f"{stage.desk.url}{path}&lang={lang}")
        found[path] = faults(clerk.page)
    clerk.page.locator("#day-date").press("ArrowDown")
    expect(clerk.page.locator("[popover]").first).to_be_visible()
    clean(found | {"date field": faults(clerk.page)})


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_what_customers_see(stage, lang):
    shopper = stage.shopper(lang)
    found = {"shop": [each for each in faults(shopper.page) if "yavar-chat" in each]}
    shopper.press_launcher()
    found["ways"] = [each for each in faults(shopper.page) if "yavar-chat" in each]
    shopper.press_launcher()
    shopper.open_chat()
    found["chat, new"] = faults(shopper.panel)
    shopper.begin("Hello")
    found["chat, begun"] = faults(shopper.panel)
    shopper.panel.locator(".tools .tool").first.click()
    found["chat, emoji"] = faults(shopper.panel)
    shopper.panel.locator(".more > button").click()
    shopper.panel.locator(".menu").wait_for()
    found["chat, menu"] = faults(shopper.panel)
    page = stage.page(lang)
    page.goto(f"{stage.desk.url}/shop?lang={lang}")
    page.goto(page.locator('a[href*="/form/"]').first.evaluate("link => link.href"))
    found["form"] = faults(page)
    page.goto(f"{stage.desk.url}/promises?lang={lang}")
    found["promises"] = faults(page)
    page.goto(f"{stage.desk.url}/sign-in?lang={lang}")
    found["sign-in"] = faults(page)
    page.context.close()
    clean(found)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_whole_day_by_keyboard_alone(stage, lang):
    """Sign in, find what waits, read, answer, settle, go on; no pointer at all."""
    from yavar.config.demo import PASSWORD

    who = OWNER[lang][0]
    page = stage.page(lang)
    page.goto(f"{stage.desk.url}/sign-in?next=/inbox/all")
    keys = page.keyboard
    expect(page.locator("input[name=username]")).to_be_focused()
    keys.type(f"{who}@nila.example")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.locator(".list[aria-label]")).to_be_visible()
    first = page.locator(".row a").first.get_attribute("data-id")
    for _ in range(40):  # one stop in the list, reached by Tab in the order of reading
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.id") == first:
            break
    assert page.evaluate("document.activeElement.dataset.id") == first
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    keys.press("Enter")
    expect(page.locator(".thread .log article").first).to_be_visible()
    keys.press("r")
    keys.type(f"By keyboard alone, {lang}")
    keys.press("Control+Enter")
    expect(page.locator(".log .bubble", has_text=f"By keyboard alone, {lang}")).to_be_visible()
    keys.press("Escape")
    keys.press("e")
    expect(page.locator(f'.row a[data-id="{first}"]')).to_have_count(0)
    expect(page.locator(".row a[aria-current]")).to_have_count(1)
    keys.press("z")
    expect(page.locator(f'.row a[data-id="{first}"]')).to_have_count(1)
    page.context.close()


def test_rows_and_buttons_have_names(stage):
    clerk = stage.clerk("sara")
    page = clerk.page
    row = page.locator(".row a", has_text="James Whitfield")  # whoever is due first has been answered above
    name = row.get_attribute("aria-label")
    for part in ("James Whitfield", "Nila Coffee", "gooseneck kettle"):
        assert part in name
    assert "Reply in" in name or "late" in name
    row.click()
    expect(page.get_by_role("log")).to_be_visible()
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, a, input, select, textarea')].filter(one => one.offsetParent && !one.labels?.length && !(one.getAttribute('aria-label') || one.textContent.trim() || one.title)).map(one => one.outerHTML.slice(0, 120))"
    )
    assert nameless == []


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_text_twice_as_large(stage, lang, size):
    who, customer = OWNER[lang]
    clerk = stage.clerk(who, "/inbox/all", size=size)
    page = clerk.page
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)
    page.locator(".row a", has_text=customer).click()
    expect(clerk.box).to_be_visible()
    assert fits(page)
    box = clerk.box.bounding_box()
    assert box["y"] + box["height"] <= size[1], "one still sees what one writes"
    assert page.evaluate(
        "[...document.querySelectorAll('.row > a, .thread-bar .bar-who')].every(one => one.scrollHeight <= one.clientHeight + 1 && one.scrollWidth <= one.clientWidth + 1)"
    )
    assert page.evaluate("[...document.querySelectorAll('.facts dd')].every(one => !one.offsetParent || one.clientWidth > 90)"), (
        "no word is broken letter by letter"
    )
    for path in ("/settings/security", "/sign-in"):
        page.goto(f"{stage.desk.url}{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert fits(page), path


def test_nothing_moves_for_whoever_asked_for_it(stage):
    clerk = stage.clerk("sara", reduced_motion="reduce")
    page = clerk.page
    page.locator(".row a", has_text="Tom Okafor").click()
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_be_visible()
    moving = page.evaluate(
        "document.getAnimations().filter(one => one.effect.getComputedTiming().activeDuration > 10).map(one => one.animationName ?? one.transitionProperty)"
    )
    assert moving == []
