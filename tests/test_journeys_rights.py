"""Rights and settings in real browsers: what is taken away is gone from an inbox that stands open; every page of the settings fits every width."""

import pytest
from playwright.sync_api import expect

from tests.browser import eventually, fits

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(150)]
both_languages = pytest.mark.parametrize("lang", ["fa", "en"])
ROLE = {"fa": "فقط فروشگاه دوم", "en": "Second shop only"}
DEEDS = {
    "fa": {"token.revoked": "توکن API را باطل کرد", "token.made": "توکن API ساخت", "agent.granted": "اختیارهای کسی را تغییر داد", "role.made": "نقشی ساخت"},
    "en": {
        "token.revoked": "Revoked an API token",
        "token.made": "Made an API token",
        "agent.granted": "Changed what somebody may do",
        "role.made": "Made a role",
    },
}
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


def test_what_is_taken_away_is_gone_within_a_minute(stage):
    """Amir (fa) loses all but one empty inbox, Sara (en) her session, while both inboxes stand open: nobody loads a page anew."""
    desk = stage.clerk("nila", "/inbox/all")
    place = desk.ask("POST", "inboxes", {"brand": desk.get("/api/v1/brands")[0]["id"], "kind": "chat", "name": "Second"})["name"]
    nila = owner(stage, "fa")
    page = nila.page
    amir, sara = stage.clerk("amir", "/inbox/all"), stage.clerk("sara", "/inbox/all")
    shown = amir.page.locator(".row a").first.get_attribute("data-id")
    for each in (amir, sara):
        each.open(shown)
        each.stay()
    sara.box.press_sequentially("half a sen")

    page.fill("#add-name", ROLE["fa"])
    page.check("#add input[value='conversation.reply']")
    page.click("#add p .button")
    expect(page.locator("#own .said")).to_contain_text(ROLE["fa"])
    person(page, "Amir Bahrami")
    line = page.locator(".grants li").first
    line.locator("[name=role]").select_option(label=ROLE["fa"])
    line.locator("[name=place]").select_option(label=place)
    page.click("#roles button")
    expect(page.locator("#roles .said")).to_be_visible()
    person(page, "Sara Jensen")
    page.click("#sessions form button")
    expect(page.locator("#sessions .said")).to_be_visible()

    expect(sara.page.locator("dialog.sign-in")).to_be_visible(timeout=60_000)
    expect(amir.page.locator(".row")).to_have_count(0, timeout=60_000)
    expect(amir.log).to_have_count(0)
    assert amir.get(f"/api/v1/conversations/{shown}")["problem"]["code"] == "conversation.unknown"
    assert sara.get("/api/v1/conversations")["problem"]["code"] == "signed_out"
    assert amir.stayed() and sara.stayed() and sara.box.input_value() == "half a sen"
    sara.sign_in(f"/inbox/all/{shown}")
    expect(sara.box).to_have_value("half a sen")
    sara.box.fill("")
    amir_id = next(each["id"] for each in desk.get("/api/v1/agents") if each["name"] == "Amir Bahrami")
    desk.ask("PATCH", f"agents/{amir_id}", {"grants": [{"role": "agent"}]})


@both_languages
def test_a_token_works_until_it_is_revoked_and_the_log_tells_it(stage, lang):
    nila = owner(stage, lang)
    page, name = nila.page, f"robot {lang}"
    page.fill("#add-name", f"{ROLE[lang]} {lang}")
    page.click("#add p .button")
    expect(page.locator("#own .said")).to_contain_text(ROLE[lang])
    person(page, "Лена Орлова")
    for role in ("supervisor", "agent"):
        page.locator(".grants [name=role]").first.select_option(role)
        page.click("#roles button")
        expect(page.locator("#roles .said")).to_be_visible()

    page.goto(f"{nila.base}/settings/tokens")
    page.fill("#add-name", name)
    page.click("#add p .button")
    token = page.locator("#token-code").inner_text()
    assert page.evaluate(FETCH, ["/api/v1/conversations", token]) == 200
    assert page.evaluate(FETCH, ["/api/v1/audit", token]) == 403, "it does no more than was ticked"
    page.locator("#tokens li", has_text=name).locator("button.is-danger").click()
    expect(page.locator("#tokens .said")).to_contain_text(name)
    eventually(page, lambda: page.evaluate(FETCH, ["/api/v1/conversations", token]) == 401, "the token is dead")

    page.goto(f"{nila.base}/settings/audit")
    for what, about in (("token.revoked", name), ("token.made", name), ("agent.granted", "Лена Орлова"), ("role.made", f"{ROLE[lang]} {lang}")):
        deed = page.locator(".deeds > li", has_text=DEEDS[lang][what]).filter(has_text=about).first
        expect(deed).to_contain_text("Nila Farahani")
        expect(deed).to_contain_text("127.0.0.1")
    assert not [each for each in nila.complaints if "401" not in each and "403" not in each]


@both_languages
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
