"""A shop says when it is there, in a browser: the week by keyboard and mouse and without JavaScript, days of one's own by the date field in both calendars."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]


def at_hours(stage, lang: str, path: str = "", **more) -> Page:
    """Nila at the desk's own calendar, or at its days."""
    from yavar.config.demo import PASSWORD

    page = stage.page(lang, **more)
    page.goto(f"{stage.desk.url}/sign-in?next=/settings/hours%3Flang%3D{lang}&lang={lang}")
    page.fill("input[name=username]", "nila@nila.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    key = page.locator(".calendars a.link").first.get_attribute("href")
    page.goto(f"{stage.desk.url}/settings/hours{path}{key}&lang={lang}")
    return page


def times(page: Page, day: str) -> list[str]:
    return page.locator(f'[data-day="{day}"] .spell:not(.is-spare) input').evaluate_all("all => all.map(each => each.value)")


def test_a_week_with_a_lunch_break_copied_to_every_open_day(stage):
    page = at_hours(stage, "en")
    page.click('button[value="mon-fri-17"]')
    expect(page.locator("#week .said")).to_be_visible()
    monday = page.locator('[data-day="mon"]')
    monday.locator("input").nth(1).fill("13")
    monday.locator("[data-add]").click()
    page.keyboard.type("22")
    page.keyboard.press("Tab")
    page.keyboard.type("۲:۳۰")
    expect(monday.locator("[data-night]:visible")).to_have_count(1)
    monday.locator(".copies").click()
    assert times(page, "thu") == ["09:00", "13", "22", "۲:۳۰"] and times(page, "sat") == []
    page.select_option("#kind-sat", "open")
    page.locator('[data-day="sat"] input').first.fill("10")
    page.locator("#week button.is-primary").click()
    fault = page.locator("#sat-fault")
    expect(fault).to_contain_text("Type times such as")
    assert times(page, "thu") == ["09:00", "13", "22", "۲:۳۰"] and times(page, "sat") == ["10", ""]
    page.locator('[data-day="sat"] input').nth(1).fill("14")
    page.locator('[data-day="fri"] [data-drop]').nth(1).click()
    page.locator("#week button.is-primary").click()
    expect(page.locator("#week .said")).to_contain_text("Saved.")
    assert times(page, "mon") == ["09:00", "13:00", "22:00", "02:30"] and times(page, "fri") == ["09:00", "13:00"] and times(page, "sat") == ["10:00", "14:00"]
    page.locator("#week .said .link").click()
    expect(page.locator("#state .said")).to_be_visible()
    assert times(page, "mon") == ["09:00", "17:00"] and times(page, "sat") == []
    page.context.close()


def test_a_week_without_javascript(stage):
    page = at_hours(stage, "fa", java_script_enabled=False)
    page.click('button[value="sat-thu"]')
    saturday = page.locator('[data-day="sat"]')
    expect(saturday.locator("input:visible")).to_have_count(4)  # one more pair for what is to come
    saturday.locator("input").nth(2).fill("۱۸")
    saturday.locator("input").nth(3).fill("۲۱")
    saturday.locator(".copies").click()
    thursday = page.locator('[data-day="thu"] input')
    expect(thursday.nth(2)).to_have_value("۱۸:۰۰")
    expect(page.locator('[data-day="fri"] input:visible')).to_have_count(0)
    page.context.close()


DAYS = {
    # language: typed, what it says of it, then keys from there and the field after each way
    "fa": ("1405/12/29", "شنبه ۲۹ اسفند ۱۴۰۵", [("ArrowLeft", "۱۴۰۶/۰۱/۰۱"), ("PageDown", "۱۴۰۶/۰۱/۲۹"), ("Shift+PageUp", "۱۴۰۴/۱۲/۲۹"), ("Home", "۱۴۰۵/۱۲/۲۹"), ("End", "۱۴۰۶/۰۱/۰۶"), ("ArrowUp", "۱۴۰۵/۱۲/۲۲")]),
    "ru": ("۱۴۰۵/۹/۵", "четверг, 26 ноября 2026", [("ArrowRight", "27.11.2026"), ("PageDown", "26.12.2026"), ("Home", "23.11.2026"), ("End", "29.11.2026")]),
    "en": ("31.1.2027", "Sunday, 31 January 2027", [("ArrowLeft", "2027-01-30"), ("PageDown", "2027-02-28"), ("Shift+PageDown", "2028-01-31"), ("Home", "2027-01-25"), ("ArrowDown", "2027-02-07")]),
}  # fmt: skip


@pytest.mark.parametrize("lang", DAYS)
def test_the_date_field_by_keyboard(stage, lang):
    typed, said, ways = DAYS[lang]
    page = at_hours(stage, lang, "/days")
    field, says, pop = page.locator("#day-date"), page.locator('output[for="day-date"]'), page.locator("[popover]").first
    for keys, after in ways:
        field.fill(typed)
        expect(says).to_have_text(said)
        field.press("ArrowDown")
        expect(pop).to_be_visible()
        page.keyboard.press(keys)
        page.keyboard.press("Enter")
        expect(pop).to_be_hidden()
        expect(field).to_have_value(after)
        expect(field).to_be_focused()
    field.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(pop).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value(ways[-1][1])
    for wrong in ("1404/12/30", "2027-02-29", "x"):
        field.fill(wrong)
        expect(says).to_have_text("")
    page.context.close()


@pytest.mark.parametrize(("lang", "first", "months"), [("fa", "ش", ("آذر ۱۴۰۵", "دی ۱۴۰۵")), ("en", "Mon", ("November 2026", "December 2026"))])
def test_the_date_field_by_mouse_and_on_a_phone(stage, lang, first, months):
    page = at_hours(stage, lang, "/days", size=(390, 844), has_touch=True, is_mobile=True)
    assert fits(page)
    page.fill("#day-until", "2026-11-26")
    button, pop = page.locator("[data-date-field]:has(#day-until) > button"), page.locator("[data-date-field]:has(#day-until) [popover]")
    button.tap()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(pop.locator("strong")).to_have_text(months[0])
    expect(pop.locator("[role=columnheader]").first).to_have_text(first)
    assert pop.locator("[aria-selected=true]").count() == 1 and fits(page)
    box = pop.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] >= 0 and box["y"] + box["height"] <= 844
    pop.locator("[data-step]").last.tap()
    expect(pop.locator("strong")).to_have_text(months[1])
    pop.locator("[data-day]").nth(9).tap()
    expect(page.locator("#day-until")).to_have_value({"fa": "۱۴۰۵/۱۰/۱۰", "en": "2026-12-10"}[lang])
    page.context.close()


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_day_of_ones_own_from_the_month(stage, lang):
    page = at_hours(stage, lang, "/days")
    page.locator("#month a[href*='month=']").nth(2).click()  # the month after
    page.locator(".month td a").nth(11).click()
    expect(page.locator(".month a[aria-current=true]")).to_have_count(1)
    page.fill("#day-name", "انبارگردانی" if lang == "fa" else "Stock-taking")
    page.select_option("#kind-day", "open")
    page.locator(".day-of input:visible").first.fill("9")
    page.locator(".day-of input:visible").nth(1).fill("۱۳:۳۰" if lang == "fa" else "13:30")
    page.locator("#day button.is-primary").click()
    cell = page.locator(".month a[aria-current=true]")
    expect(cell).to_have_class(re.compile("is-own"))
    expect(cell.locator(".month-name")).to_have_text("انبارگردانی" if lang == "fa" else "Stock-taking")
    page.locator("#own .icon-button").first.click()
    expect(page.locator(".month a.is-own")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
@pytest.mark.parametrize("size", [(390, 844), (320, 640)])
def test_everything_fits_on_a_phone(stage, lang, size):
    page = at_hours(stage, lang, size=size)
    for days in range(-2, 5):  # the longest words there are: closed, open again on some day after tomorrow
        day = (datetime.now(UTC) + timedelta(days=days)).strftime("%a").lower()
        page.select_option(f"#kind-{day}", "open" if days == 3 else "closed")
        if days == 3:
            page.locator(f'[data-day="{day}"] input:visible').first.fill("10")
            page.locator(f'[data-day="{day}"] input:visible').nth(1).fill("14:30")
    page.locator("#week button.is-primary").click()
    expect(page.locator("#week .said")).to_be_visible()
    assert fits(page)
    page.select_option("#kind-wed", "open")
    page.locator('[data-day="wed"] [data-add]').click()
    assert fits(page)
    for more in ("", "&months=12", "&day=2027-03-10"):
        page.goto(page.url.split("#")[0].replace("/hours?", "/hours/days?") + more)
        assert fits(page), more
    page.context.close()
