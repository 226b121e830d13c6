"""Rights and settings in real browsers: what is taken away is gone from an inbox that stands open; every page of the settings fits every width."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import eventually, fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(150)]
ROLE = {"fa": "فقط فروشگاه دوم", "en": "Second shop only"}
FETCH = "async ([path, token]) => (await fetch(path, {headers: {Authorization: `Bearer ${token}`}})).status"


def owner(stage, lang):
    """Nila at her settings, in this language."""
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.ask("PATCH", "me", {"lang": lang})
    clerk.page.goto(f"{clerk.base}/settings/roles")
    assert clerk.page.evaluate("document.documentElement.lang") == lang
    return clerk


def person(page, name):
    page.locator(".nav-row[href='/settings/people']").first.click()
    page.locator("#people a.link", has_text=name).click()


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_rights_and_sessions_end_in_an_open_inbox(stage, lang):
    """One minute is promised; both endings are waited for in one go each."""
    nila = owner(stage, lang)
    page = nila.page
    with_inbox = stage.clerk("nila", "/inbox/all")
    brand = with_inbox.get("/api/v1/brands")[0]["id"]
    place = with_inbox.ask("POST", "inboxes", {"brand": brand, "kind": "chat", "name": f"Second {lang}"})["name"]
    amir = stage.clerk("amir", "/inbox/all")
    shown = amir.page.locator(".row a").first.get_attribute("data-id")
    amir.open(shown)
    text = amir.log.inner_text()[:20]
    amir.stay()

    # a role of her own, given to him in one inbox
    page.fill("#add-name", f"{ROLE[lang]} {lang}")
    page.check("#add input[value='conversation.reply']")
    page.click("#add button.is-primary, #add p .button")
    expect(page.locator("#own .said")).to_contain_text(ROLE[lang])
    person(page, "Amir Bahrami")
    line = page.locator(".grants li").first
    line.locator("[name=role]").select_option(label=f"{ROLE[lang]} {lang}")
    line.locator("[name=place]").select_option(label=place)
    page.click("#roles button")
    expect(page.locator("#roles .said")).to_be_visible()
    amir.box.press_sequentially("…")
    expect(amir.page.locator(".row")).to_have_count(0, timeout=60_000)
    expect(amir.log).to_have_count(0, timeout=5_000)
    assert text and amir.get(f"/api/v1/conversations/{shown}")["problem"]["code"] == "conversation.unknown"
    assert amir.stayed()

    # back to what he had; then he is signed out while he writes
    line.locator("[name=role]").select_option("agent")
    line.locator("[name=place]").select_option("desk")
    page.click("#roles button")
    expect(page.locator("#roles .said")).to_be_visible()
    amir.go(f"/inbox/all/{shown}")
    amir.box.fill("")
    amir.box.press_sequentially("نیمه‌کاره")
    amir.stay()
    page.click("#sessions form button")
    expect(page.locator("#sessions .said")).to_be_visible()
    expect(amir.page.locator(".banner.is-bad")).to_be_visible(timeout=60_000)
    assert amir.stayed() and amir.box.input_value() == "نیمه‌کاره"
    amir.sign_in(f"/inbox/all/{shown}")
    expect(amir.box).to_have_value("نیمه‌کاره")
    amir.box.fill("")

    # a token made on the page works, and stops
    page.goto(f"{nila.base}/settings/tokens")
    page.fill("#add-name", f"robot {lang}")
    page.click("#add p .button")
    token = page.locator("#token-code").inner_text()
    assert page.evaluate(FETCH, ["/api/v1/conversations", token]) == 200
    assert page.evaluate(FETCH, ["/api/v1/audit", token]) == 403
    page.locator("#tokens li", has_text=f"robot {lang}").locator("button.is-danger").click()
    expect(page.locator("#tokens .said")).to_be_visible()
    eventually(page, lambda: page.evaluate(FETCH, ["/api/v1/conversations", token]) == 401, "the token is dead")

    # all of it stands in the audit log, with who, to whom and from where
    page.goto(f"{nila.base}/settings/audit")
    deeds = page.locator(".deeds > li")
    said = {
        "fa": ["نقش", "نشست", "توکن|کلید"],
        "en": ["Made a role", "Changed what somebody may do", "Ended somebody’s sessions", "Made an API token", "Revoked an API token"],
    }[lang]
    told = deeds.all_inner_texts()
    for words in said:
        assert any(re.search(words, each) for each in told), (words, told)
    granted = page.locator(".deeds > li", has=page.locator("code", has_text="agent.granted")).first
    expect(granted).to_contain_text("Amir Bahrami")
    expect(granted).to_contain_text("Nila Farahani")
    expect(granted).to_contain_text("127.0.0.1")
    assert fits(page)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_every_width_of_the_settings(stage, lang):
    nila = owner(stage, lang)
    page = nila.page
    assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "fa" else "ltr")
    paths = page.locator(".parts a.nav-row").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(paths) >= 12
    first = {"people": "#people a.link", "roles": "#own a.link", "teams": "main a.link[href^='?']", "tags": "main a.link[href^='?']"}
    wide = []
    for path in paths:
        page.goto(nila.base + path)
        addresses = [page.url]
        inner = page.locator(first.get(path.rpartition("/")[2], ".none-such"))
        if inner.count():
            inner.first.click()
            addresses.append(page.url)
        for address in addresses:
            if page.url != address:
                page.goto(address)
            page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
            for width in (390, 900, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if not fits(page):
                    wide.append((address, width, page.evaluate("document.scrollingElement.scrollWidth")))
    assert wide == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{nila.base}/settings/people")
    menu = page.locator(".parts-small details")
    expect(page.locator("nav.parts")).to_be_hidden()
    menu.locator("summary").click()
    assert fits(page)
    menu.locator("a[href='/settings/tokens']").click()
    page.wait_for_url("**/settings/tokens")
    assert nila.complaints == []
