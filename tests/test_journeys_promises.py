"""Promises as a customer meets them: in the chat, on the page of promises, in a form's thanks."""

import re

import pytest
from playwright.sync_api import expect

from tests.test_journeys import meet

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
LINE = {"fa": r"(نفر جلوی شماست|نفر جلوی شما هستند|نفر بعدی شمایید)\. تا .*پاسخ می‌دهیم", "en": r"(before you|You’re next)\. We’ll reply by .*\d"}
PROMISE = {"fa": ("نخستین پاسخ تا", "۱ ساعت", "شبانه‌روزی باز است"), "en": ("First answer within", "1 h", "Open around the clock")}


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_who_waits_in_the_chat_sees_where_they_stand_until_somebody_answers(stage, lang):
    shopper, clerk, _conversation = meet(stage, lang)
    shopper.say("Is anybody there?")
    line = shopper.log.locator(".line")
    expect(line).to_have_text(re.compile(LINE[lang]), timeout=15000)
    clerk.reply("Yes, here I am.")
    expect(line).to_have_count(0, timeout=20000)
    assert shopper.complaints == []


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_page_of_promises(stage, lang):
    page = stage.page(lang)
    page.goto(f"{stage.desk.url}/promises?lang={lang}")
    for words in PROMISE[lang]:
        expect(page.get_by_text(words).first).to_be_visible()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "fa" else "ltr")
    assert page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@type']") == "OnlineStore"
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
    page.context.close()
