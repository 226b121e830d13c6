"""The chat for whoever sees the page in their own way: magnified, with larger text, with colours of their own, without motion; and in a shop's colour."""

import pytest
from playwright.sync_api import Frame, expect

from tests.browser import fits
from tests.test_journeys_widget import inside, items, languages, launcher, opened, visit

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
PAINT = """
from yavar.base.problem import Problem
from yavar.desk.accent import Accent, calmer
from yavar.desk.actions import configure_brand
from yavar.desk.models import Brand
brand = Brand.objects.order_by("pk")[0]
wanted = {wanted}
try:
    configure_brand(brand, accent=wanted)
    print("taken")
except Problem as problem:
    configure_brand(brand, accent=calmer(wanted))
    print(problem.field)
"""
# The WCAG contrast of two colours as this screen paints them, whatever notation they are given in.
CONTRAST = """pair => { const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = (colour) => { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
    .map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0); };
  const [low, high] = pair.map(light).sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); }"""
COLOURS = "one => { const style = getComputedStyle(one); return [style.color, style.backgroundColor]; }"


def reachable(panel: Frame, selector: str) -> bool:
    """Where the element stands nothing covers it."""
    return panel.evaluate(
        """selector => { const one = document.querySelector(selector), box = one.getBoundingClientRect();
        const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2); return one === there || one.contains(there); }""",
        selector,
    )


@languages
def test_at_320_pixels_and_magnified_four_times(stage, lang):
    for size in ((320, 640), (320, 256)):
        shopper = visit(stage, lang, size=size)
        page = shopper.page
        assert page.locator("yavar-chat .go").bounding_box()["x"] >= 0
        launcher(page).click()
        assert inside(page, "yavar-chat nav")
        for each in items(page).all():
            each.scroll_into_view_if_needed()
            assert page.locator("yavar-chat nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
        page.keyboard.press("Escape")
        panel = opened(shopper)
        shopper.begin("one\\ntwo\\nthree " * 6)
        shopper.say("The last thing that was said")
        shopper.delivered("The last thing that was said")
        for selector in ("textarea", ".send", ".head .tool:last-child", ".more > button", ".said:last-child .bubble"):
            assert reachable(panel, selector), (size, selector)
        assert panel.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert panel.locator(".log").bounding_box()["height"] >= 100
        panel.locator(".more > button").click()
        menu = panel.locator(".menu")
        assert menu.evaluate(
            "menu => { const box = menu.getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; }"
        )
        last = menu.locator("a").last
        last.scroll_into_view_if_needed()
        last.focus()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(launcher(page)).to_be_focused()
        assert shopper.complaints == []


def test_with_text_twice_as_large(stage):
    shopper = visit(stage, "ru", size=(375, 667))
    panel = opened(shopper)
    panel.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    shopper.begin("Здравствуйте, подскажите, пожалуйста, есть ли чайник?")
    assert panel.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    for selector in ("textarea", ".send", ".head .tool:last-child"):
        assert reachable(panel, selector), selector
    assert panel.locator(".log").bounding_box()["height"] >= 150
    assert fits(shopper.page)


def test_forced_colours_leave_every_shape_visible(stage):
    shopper = visit(stage, "en")
    line = shopper.page.context.new_cdp_session(shopper.page)
    line.send("Emulation.setEmulatedMedia", {"features": [{"name": "forced-colors", "value": "active"}]})
    assert shopper.page.evaluate("matchMedia('(forced-colors: active)').matches")
    edge = "one => { const style = getComputedStyle(one); return style.borderBlockEndStyle === 'solid' && parseFloat(style.borderBlockEndWidth) >= 1; }"
    assert launcher(shopper.page).evaluate(edge)
    launcher(shopper.page).click()
    assert shopper.page.locator("yavar-chat nav").evaluate(edge)
    items(shopper.page).nth(1).focus()
    shopper.page.keyboard.press("Tab")
    assert items(shopper.page).nth(2).evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    shopper.page.keyboard.press("Escape")
    panel = opened(shopper)
    shopper.begin("Hello")
    assert shopper.page.locator("yavar-chat div").evaluate(edge)
    for selector in (".bubble", ".send", ".composer", ".head"):
        assert panel.locator(selector).first.evaluate(edge), selector
    panel.locator(".more > button").click()
    assert panel.locator(".menu").evaluate(edge)


def test_reduced_motion_moves_nothing(stage):
    shopper = visit(stage, "en", reduced_motion="reduce")
    launcher(shopper.page).click()
    still = "one => { const style = getComputedStyle(one); return [style.animationName, style.transitionDuration]; }"
    assert shopper.page.locator("yavar-chat nav").evaluate(still) == ["none", "0s"]
    assert shopper.page.locator("yavar-chat svg").first.evaluate(still) == ["none", "0s"]
    shopper.page.keyboard.press("Escape")
    opened(shopper)
    assert shopper.page.locator("yavar-chat div").evaluate(still)[0] == "none"


@pytest.mark.parametrize(("hue", "answer"), [(30, "accent"), (110, "taken"), (265, "taken")])
def test_a_shops_own_colour_keeps_its_contrast(stage, desk, hue, answer):
    """A colour on which words could not be read is refused, and the next calmer one of its hue is read."""
    try:
        assert desk.python(PAINT.format(wanted=f"Accent({hue}, 0.3)")).strip() == answer
        shopper = visit(stage, "en")
        page = shopper.page
        assert page.evaluate(CONTRAST, launcher(page).evaluate(COLOURS)) >= 4.5
        launcher(page).hover()
        assert page.evaluate(CONTRAST, launcher(page).evaluate(COLOURS)) >= 4.5
        launcher(page).click()
        sign = page.locator("yavar-chat nav svg").first.evaluate("one => getComputedStyle(one).color")
        assert page.evaluate(CONTRAST, [sign, "white"]) >= 3
        page.keyboard.press("Escape")
        panel = opened(shopper)
        shopper.begin("Hello")
        for selector, ground in ((".mine .bubble", ".mine .bubble"), (".head h1", None)):
            ink, own = panel.locator(selector).evaluate(COLOURS)
            grounds = [own] if ground else panel.locator(".head").evaluate("one => getComputedStyle(one).backgroundImage.match(/oklch\\([^)]*\\)/g)")
            assert all(page.evaluate(CONTRAST, [ink, each]) >= 4.5 for each in grounds), (selector, ink, grounds)
    finally:
        desk.python(PAINT.format(wanted="None"))
