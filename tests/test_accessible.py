"""WCAG 2.2 AA on every screen, as far as axe-core can tell, in Persian and English; and the journeys that need nothing but a keyboard."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Frame, Page, expect

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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fa", "en"])
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
    clean(found)


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
    page.goto(f"{stage.desk.url}/sign-in?lang={lang}")
    found["sign-in"] = faults(page)
    page.context.close()
    clean(found)
