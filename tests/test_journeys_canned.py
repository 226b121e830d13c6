"""Canned replies in real browsers: written with fields and a preview, shared, taken away and brought back; used as the inbox uses them."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser import eventually, fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
both_languages = pytest.mark.parametrize("lang", ["fa", "en"])
WORDS = {
    "fa": {"hi": "سلام ", "after": " عزیز، بسته‌تان در راه است.", "reads": "سلام مریم عزیز، بسته‌تان در راه است.", "first": "سلام، بستهٔ من کجاست؟", "other": "Hi there"},
    "en": {"hi": "Hi ", "after": ", your parcel is on its way.", "reads": "Hi Tom, your parcel is on its way.", "first": "Hello, where is my parcel?", "other": "سلام"},
}  # fmt: skip


def owner(stage, lang):
    """Nila at her canned replies, in this language."""
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.ask("PATCH", "me", {"lang": lang})
    clerk.page.goto(f"{clerk.base}/settings/replies")
    assert clerk.page.evaluate("document.documentElement.lang") == lang
    return clerk


@both_languages
def test_one_is_written_changed_taken_away_and_brought_back(stage, lang):
    words, nila, name = WORDS[lang], owner(stage, lang), f"{lang} {secrets.token_hex(3)}"
    page = nila.page
    expect(page.locator("#reply-list > li")).not_to_have_count(0)  # the demonstration has some
    form, other = page.locator("#add form"), "en" if lang == "fa" else "fa"
    area, reads = form.locator(f"textarea[lang={lang}]"), form.locator(f"#add-text-{lang}-reads")
    form.locator("[name=name]").fill(name)
    form.locator("[name=shortcut]").fill(f"/{name.replace(' ', '-')}")
    expect(area).to_be_visible()
    expect(form.locator(f"textarea[lang={other}]")).to_be_hidden()
    expect(reads).to_be_hidden()
    area.fill(words["hi"] + words["after"])
    area.evaluate("(area, at) => area.setSelectionRange(at, at)", len(words["hi"]))
    form.locator("[data-puts='customer.first_name']").click()
    assert area.input_value() == f"{words['hi']}{{customer.first_name}}{words['after']}"
    expect(reads).to_have_text(words["reads"])
    form.locator(f".tab[lang={other}]").click()
    expect(area).to_be_hidden()
    form.locator(f"textarea[lang={other}]").fill(words["other"])
    form.locator(f".tab[lang={lang}]").click()
    form.locator("details summary").first.click()
    form.locator("[name=then]").select_option("resolve")
    form.locator("button:not([type])").click()
    row = page.locator("#reply-list > li", has_text=name)
    expect(row).to_contain_text(f"/{name.replace(' ', '-')}")
    expect(page.locator("#replies .said")).to_be_visible()

    row.locator("a").click()
    form = page.locator("#reply form").first
    expect(form.locator(f"textarea[lang={lang}]")).to_have_value(f"{words['hi']}{{customer.first_name}}{words['after']}")
    expect(form.locator("[name=then]")).to_have_value("resolve")
    form.locator(f"textarea[lang={lang}]").fill("{customer.nam}")
    form.locator("button:not([type])").click()
    expect(page.locator(".field-error")).to_contain_text("{customer.nam}")
    page.locator(f"#reply form textarea[lang={lang}]").fill(words["hi"])
    page.locator("#reply form button:not([type])").click()
    expect(page.locator("#reply .said")).to_be_visible()
    for width in (390, 900, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page), width

    page.locator("#remove button").click()
    expect(row).to_have_count(0)
    page.locator("button[form=undo]").click()
    expect(row).to_have_count(1)
    page.go_back()
    assert not [each for each in nila.complaints if "422" not in each]


@both_languages
def test_a_use_does_all_of_it_and_shows_at_once_in_open_inboxes(stage, lang):
    words = WORDS[lang]
    shopper = stage.shopper(lang).open_chat()
    shopper.begin(words["first"])
    chat = shopper.conversation
    nila = stage.clerk("nila", f"/inbox/all/{chat}")
    nila.sees(words["first"])
    macro = nila.ask("POST", "canned", {"name": f"hot {secrets.token_hex(3)}", "texts": {}, "actions": {"priority": "high", "assignee": "me"}, "shared": True})
    amir = stage.clerk("amir", f"/inbox/all/{chat}")
    amir.sees(words["first"])
    assert macro["id"] in [each["id"] for each in amir.get("/api/v1/canned")]
    names = [each["name"] for each in amir.page.evaluate("JSON.parse(document.getElementById('boot').textContent).canned_fields")]
    assert names[:2] == ["customer.first_name", "customer.name"] and "conversation.field.order_number" in names
    row = amir.ask("POST", f"conversations/{chat}/canned/{macro['id']}", {})["row"]
    assert (row["priority"], row["assignee"]) == ("high", amir.page.evaluate("JSON.parse(document.getElementById('boot').textContent).me.id"))
    eventually(nila.page, lambda: nila.log.locator("p.event").count() >= 2, "what was done stands in the thread")
    assert nila.told(chat)["version"] == row["version"]
    assert nila.complaints == [] and amir.complaints == []


def test_the_page_works_without_scripts(stage):
    from yavar.config.demo import PASSWORD

    page, name = stage.page("en", java_script_enabled=False), f"plain {secrets.token_hex(3)}"
    page.goto(f"{stage.desk.url}/sign-in?next=/settings/replies")
    page.fill("input[name=username]", "amir@nila.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    form = page.locator("#add form")
    expect(form.locator("noscript code").first).to_have_text("{customer.first_name}")
    form.locator("[name=name]").fill(name)
    form.locator(".tab[lang=en]").click()
    form.locator("textarea[lang=en]").fill("Hi {customer.first_name}")
    form.locator("button:not([type])").click()
    page.locator("#reply-list a", has_text=name).click()
    expect(page.locator("#reply-text-en-reads")).to_have_text("Hi Tom")
    page.context.close()
