"""The agent's day: canned replies and fields, filters, colleagues who cross each other, a session that ends in the middle of a sentence."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser import eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
WHO = [("fa", "amir"), ("en", "sara")]


def pick_canned(clerk, shortcut, key="Enter"):
    clerk.box.press_sequentially(f"/{shortcut}")
    expect(clerk.page.locator(".mention-menu [role=option]").first).to_contain_text(f"/{shortcut}")
    clerk.box.press(key)


def talk_of(stage, clerk, lang="en", words="Is the kettle in stock?"):
    """A new conversation, open before the clerk."""
    shopper = stage.shopper(lang)
    shopper.open_chat()
    shopper.begin(words)
    clerk.go("/inbox/all")
    clerk.open(shopper.conversation)
    return shopper, shopper.conversation


@pytest.mark.parametrize("lang, who", WHO)
def test_the_session_ends_in_the_middle_of_a_sentence(stage, lang, who):
    clerk = stage.clerk(who)
    _shopper, key = talk_of(stage, clerk)
    clerk.box.fill("half a sent")
    clerk.stay()
    clerk.page.context.clear_cookies(name="yavar_session")
    clerk.box.press_sequentially("ence, to its end", delay=150)  # the draft finds it out on the way
    dialog = clerk.page.locator("dialog.sign-in")
    expect(dialog).to_be_visible()
    dialog.locator("input[type=password]").fill("wrong")
    dialog.locator("input[type=password]").press("Enter")
    expect(dialog.locator("[role=alert]")).to_be_visible()
    from yavar.config.demo import PASSWORD

    dialog.locator("input[type=password]").fill(PASSWORD)
    dialog.locator("input[type=password]").press("Enter")
    expect(dialog).to_have_count(0)
    expect(clerk.box).to_be_focused()
    expect(clerk.box).to_have_value("half a sentence, to its end")
    clerk.page.keyboard.press("Control+Enter")
    clerk.delivered("half a sentence, to its end")
    assert clerk.stayed(), "the page must not load anew"
    assert [item["text"] for item in clerk.get(f"/api/v1/conversations/{key}")["timeline"]["items"] if item["kind"] == "message"][
        -1
    ] == "half a sentence, to its end"
    expect(clerk.banner).to_have_count(0)


@pytest.mark.parametrize("lang, who", WHO)
def test_two_agents_do_opposite_things_at_once(stage, lang, who):
    clerk, other = stage.clerk(who), stage.clerk("nila")
    _shopper, key = talk_of(stage, clerk)
    clerk.cut_off(True)  # news of the other's deed does not come, as on a slow line
    other.ask("POST", f"conversations/{key}/priority", {"priority": "urgent"})
    clerk.page.route("**/priority", lambda route: (clerk.cut_off(False), route.continue_()))
    clerk.page.keyboard.press("p")
    clerk.page.locator(".menu-list [role=option]").nth(3).click()
    asks = clerk.page.locator(".toast", has=clerk.page.locator(".toast-action.is-plain"))
    expect(asks).to_contain_text({"fa": "اولویت", "en": "riority"}[lang])  # it says what they did
    assert clerk.told(key)["priority"] == "urgent", "what the colleague did stands"
    asks.locator(".toast-action").first.click()
    eventually(clerk.page, lambda: clerk.told(key)["priority"] == "low", "repeated on purpose")


def test_doing_the_same_at_once_disturbs_nobody(stage):
    clerk, other = stage.clerk("sara"), stage.clerk("nila")
    _shopper, key = talk_of(stage, clerk)
    clerk.page.route(f"**/{key}/resolve", lambda route: (other.ask("POST", f"conversations/{key}/resolve", {}), route.continue_()))
    clerk.page.keyboard.press("e")
    eventually(clerk.page, lambda: clerk.told(key)["status"] == "resolved", "resolved once")
    clerk.page.wait_for_timeout(300)
    expect(clerk.page.locator(".toast.is-bad, .toast-action.is-plain")).to_have_count(0)


def test_resolving_what_the_customer_has_just_asked_stops_once(stage):
    clerk, other = stage.clerk("sara"), stage.clerk("nila")
    shopper, key = talk_of(stage, clerk)

    def late(route):
        shopper.say("And one thing more?")
        shopper.delivered("And one thing more?")
        # a colleague's answer to the question before hides nothing
        other.ask("POST", f"conversations/{key}/messages", {"text": "Yes, two are left.", "client_id": f"crossing-{key}"})
        route.continue_()

    clerk.page.route(f"**/{key}/resolve", late, times=1)
    with clerk.page.expect_response(f"**/{key}/resolve") as told:
        clerk.page.keyboard.press("e")
    assert told.value.status == 412
    asks = clerk.page.locator(".toast", has=clerk.page.locator(".toast-action.is-plain"))
    expect(asks).to_contain_text(shopper.name)
    assert clerk.told(key)["status"] == "open"
    asks.locator(".toast-action.is-plain").click()
    expect(asks).to_have_count(0)


@pytest.mark.parametrize("lang, who", WHO)
def test_a_filter_is_put_together_and_kept(stage, lang, who):
    clerk = stage.clerk(who)
    shopper, key = talk_of(stage, clerk)
    clerk.ask("POST", f"conversations/{key}/priority", {"priority": "urgent"})
    clerk.page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()
    clerk.page.locator("#sieve-priority").select_option("urgent")
    clerk.page.locator("#sieve-inbox").select_option(index=1)
    expect(clerk.row(key)).to_be_visible()
    expect(clerk.page.locator(".row")).to_have_count(len(clerk.get("/api/v1/conversations?priority=urgent")["rows"]))
    assert "filter:" in clerk.page.url
    clerk.page.reload()
    expect(clerk.row(key)).to_be_visible()
    clerk.page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()
    expect(clerk.page.locator("#sieve-priority")).to_have_value("urgent")
    clerk.page.wait_for_timeout(4000)  # the counts of a page that has come to rest are read
    clerk.page.locator(".sieve > .button").click()
    name = f"Brennt {secrets.token_hex(3)}"
    shopper.say("And a lid?")  # counts that follow within a quarter of a minute do not hold up those of a new view
    expect(clerk.row(key)).to_contain_text("And a lid?")
    clerk.page.locator(".sieve-save input[type=text]").fill(name)
    clerk.page.locator(".sieve-save button").click()
    mine = clerk.page.locator(".nav-row", has_text=name)
    expect(mine).to_have_attribute("aria-current", "page")
    expect(mine.locator(".nav-count")).to_be_visible(timeout=6_000)
    clerk.page.locator(".toast.has-undo .toast-action").click()
    expect(mine).to_have_count(0)
    assert all(view["name"] != name for view in clerk.get("/api/v1/views"))


@pytest.mark.parametrize("lang, who", WHO)
def test_marks_by_keyboard_reach_the_customer(stage, lang, who):
    clerk = stage.clerk(who)
    shopper, _key = talk_of(stage, clerk)
    clerk.box.fill("today and here")
    clerk.box.evaluate("box => box.setSelectionRange(0, 5)")
    clerk.box.press("Control+b")
    clerk.box.evaluate("box => box.setSelectionRange(box.value.length - 4, box.value.length)")
    clerk.box.press("Control+Shift+L")
    clerk.page.keyboard.type("https://shop.example/kettles")
    assert clerk.box.input_value() == "**today** and [here](https://shop.example/kettles)"
    clerk.box.press("Control+Enter")
    expect(clerk.log.locator(".bubble strong", has_text="today")).to_have_count(1)
    expect(shopper.log.locator(".bubble strong", has_text="today")).to_have_count(1)
    expect(shopper.log.locator('.bubble a[href="https://shop.example/kettles"]', has_text="here")).to_have_count(1)


def test_a_sign_by_its_name(stage):
    clerk = stage.clerk("sara")
    talk_of(stage, clerk)
    clerk.box.press_sequentially("Thanks :thank")
    expect(clerk.page.locator(".mention-menu [role=option]")).to_have_count(1)
    clerk.box.press("Enter")
    assert clerk.box.input_value() == "Thanks 🙏"
    clerk.box.press_sequentially(" at 10:30 :zzz")
    expect(clerk.page.locator(".mention-menu")).to_have_count(0)
    assert re.search("10:30 :zzz$", clerk.box.input_value())


def test_an_empty_field_stops_the_send(stage):
    clerk = stage.clerk("sara")
    _shopper, key = talk_of(stage, clerk)
    clerk.box.fill("Hello {customer.email}, done.")
    clerk.box.press("Control+Enter")
    expect(clerk.page.locator(".lacking.is-bad")).to_be_visible()
    assert clerk.box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{customer.email}"
    clerk.page.keyboard.type("there")
    expect(clerk.page.locator(".lacking")).to_have_count(0)
    clerk.box.press("Control+Enter")
    clerk.delivered("Hello there, done.")
    assert all("{" not in item["text"] for item in clerk.get(f"/api/v1/conversations/{key}")["timeline"]["items"])


@pytest.mark.parametrize("lang, who", WHO)
def test_a_canned_reply_is_filled_sent_and_counted(stage, lang, who):
    clerk = stage.clerk(who)
    shopper, key = talk_of(stage, clerk, lang)
    pick_canned(clerk, "hello")
    first = shopper.name.split()[0]
    assert first in clerk.box.input_value() and "{" not in clerk.box.input_value()
    said = clerk.box.input_value()
    before = {each["shortcut"]: each["uses"] for each in clerk.get("/api/v1/canned")}["hello"]
    clerk.box.press("Control+Enter")
    shopper.sees(said.split("\n")[0])
    eventually(clerk.page, lambda: {each["shortcut"]: each["uses"] for each in clerk.get("/api/v1/canned")}["hello"] == before + 1, "one use more")
    assert clerk.told(key)["status"] == "open"


@pytest.mark.parametrize("lang, who", WHO)
def test_a_macro_answers_and_acts_and_is_taken_back(stage, lang, who):
    clerk = stage.clerk(who)
    shopper, key = talk_of(stage, clerk, lang)
    clerk.box.press_sequentially("/thanks")
    clerk.page.locator(".mention-menu [role=option]").first.click()
    expect(clerk.page.locator(".macros .chip")).to_have_count(1)
    clerk.box.press("Control+Enter")
    eventually(clerk.page, lambda: clerk.told(key)["status"] == "resolved", "the macro resolved it")
    shopper.sees(shopper.name.split()[0])
    clerk.page.locator(".toast.has-undo .toast-action").click()
    eventually(clerk.page, lambda: clerk.told(key)["status"] == "open", "and Z took it back")


def test_a_macro_can_be_left_out(stage):
    clerk = stage.clerk("sara")
    shopper, key = talk_of(stage, clerk)
    pick_canned(clerk, "thanks", "Tab")
    clerk.page.locator(".macros .chip-x").click()
    clerk.box.press("Control+Enter")
    shopper.sees("Ruth")
    clerk.page.wait_for_timeout(300)
    assert clerk.told(key)["status"] == "open"


def test_a_macro_leaves_once_when_the_line_comes_back(stage):
    clerk = stage.clerk("sara")
    shopper, key = talk_of(stage, clerk)
    pick_canned(clerk, "thanks")
    before = {each["shortcut"]: each["uses"] for each in clerk.get("/api/v1/canned")}["thanks"]
    dropped = []
    clerk.page.route("**/canned/*", lambda route: route.abort() if not dropped and not dropped.append(1) else route.continue_())
    clerk.box.press("Control+Enter")
    eventually(clerk.page, lambda: clerk.told(key)["status"] == "resolved", "done at the second try", 20)
    assert dropped
    assert {each["shortcut"]: each["uses"] for each in clerk.get("/api/v1/canned")}["thanks"] == before + 1
    assert len([text for text in shopper.stored() if "Ruth" in text]) == 1


@pytest.mark.parametrize("lang, who", WHO)
def test_what_is_known_of_a_customer(stage, lang, who):
    clerk = stage.clerk(who)
    shopper, key = talk_of(stage, clerk, lang)
    pane = clerk.side(0)
    expect(pane.locator(".person-name small")).to_contain_text("·")  # what their clock shows
    pane.locator(".person-note textarea").fill("Calls after six")
    clerk.page.wait_for_timeout(200)
    clerk.page.reload()
    expect(pane.locator(".person-note textarea")).to_have_value("Calls after six")
    pane.locator(".person-note .button").click()
    expect(pane.locator(".person-notes .note")).to_contain_text("Calls after six")
    pane.locator(".chip.is-add").first.click()
    clerk.page.keyboard.type("wholesale")
    clerk.page.keyboard.press("Enter")
    clerk.page.keyboard.press("Escape")
    expect(pane.locator(".chips .tag-mark", has_text="wholesale")).to_have_count(1)
    pane.locator(".consents summary").click()
    pane.locator("#news-email").select_option("yes")
    expect(pane.locator(".consents dd small")).to_have_count(1)
    pane.locator('a.link[href*="/inbox/customers/"]').click()
    said = clerk.page.locator(".history .bubble")
    expect(said).to_have_count(1)
    shopper.say("And in red?")
    expect(said).to_have_count(2)
    clerk.ask("POST", f"conversations/{key}/messages", {"text": "Yes, in red too", "client_id": f"answer-{key}"})
    expect(said).to_have_count(3)
    expect(clerk.page.locator(".history .mark").last).to_have_text(" · " + {"en": "Seen", "fa": "دیده شد"}[lang])
    expect(clerk.page.locator(".details .person-notes .note")).to_contain_text("Calls after six")
    clerk.page.locator(".finder input").fill(shopper.name.split()[0])
    expect(clerk.page.locator(".list .row").first).to_contain_text(shopper.name)
    clerk.page.locator(".history-head .button").click()
    expect(clerk.page).to_have_url(f"{clerk.base}/inbox/all/{key}")
    shopper.sees("Is the kettle in stock?")
    assert "Calls after six" not in shopper.panel.content()
    assert clerk.complaints == []


def test_undo_takes_back_nothing_that_a_colleague_did_since(stage):
    clerk, other = stage.clerk("sara"), stage.clerk("nila")
    _shopper, key = talk_of(stage, clerk)
    clerk.page.keyboard.press("p")
    clerk.page.locator(".menu-list [role=option]").nth(3).click()
    eventually(clerk.page, lambda: clerk.told(key)["priority"] == "low", "low")
    other.ask("POST", f"conversations/{key}/priority", {"priority": "urgent"})
    expect(clerk.page.locator(f'.row a[data-id="{key}"] .priority.is-urgent')).to_be_visible()
    clerk.page.keyboard.press("z")
    asks = clerk.page.locator(".toast", has=clerk.page.locator(".toast-action.is-plain"))
    expect(asks).to_be_visible()
    assert clerk.told(key)["priority"] == "urgent"


def test_a_macros_undo_takes_back_the_macro_alone(stage):
    clerk, other = stage.clerk("sara"), stage.clerk("nila")
    _shopper, key = talk_of(stage, clerk)
    pick_canned(clerk, "cracked")
    clerk.box.press("Control+Enter")
    eventually(clerk.page, lambda: clerk.told(key)["tags"], "the macro tagged it")
    other.ask("POST", f"conversations/{key}/priority", {"priority": "urgent"})
    clerk.page.locator(".toast.has-undo .toast-action").click()
    eventually(clerk.page, lambda: not clerk.told(key)["tags"], "the tag is off")
    assert clerk.told(key)["priority"] == "urgent"


def test_keys_on_the_customers_page_touch_no_conversation(stage):
    clerk = stage.clerk("sara")
    _shopper, key = talk_of(stage, clerk)
    clerk.page.keyboard.press("x")
    clerk.page.keyboard.press("g")
    clerk.page.keyboard.press("c")
    expect(clerk.page.locator(".finder")).to_be_visible()
    for press in ("x", "e", "Control+a", "e", "i"):
        clerk.page.keyboard.press(press)
    clerk.page.wait_for_timeout(500)
    assert (clerk.told(key)["status"], clerk.told(key)["assignee"]) == ("open", None)


def test_going_through_customers_by_keyboard(stage):
    clerk = stage.clerk("sara")
    clerk.page.keyboard.press("g")
    clerk.page.keyboard.press("c")
    people = clerk.page.locator(".list .row a")
    expect(people.nth(1)).to_be_visible()
    for step, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1)):
        clerk.page.keyboard.press(step)
        expect(people.nth(at)).to_have_attribute("aria-current", "true")
    expect(clerk.page.locator(".history-part").first).to_be_visible()
    clerk.page.keyboard.press("Escape")
    expect(clerk.page.locator(".thread.is-blank")).to_be_visible()


def test_a_view_with_several_priorities_keeps_them(stage):
    clerk = stage.clerk("sara")
    _shopper, key = talk_of(stage, clerk)
    clerk.ask("POST", f"conversations/{key}/priority", {"priority": "urgent"})
    clerk.page.locator(".nav-row", has_text="Urgent and high").click()
    expect(clerk.row(key)).to_be_visible()
    clerk.page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()
    expect(clerk.page.locator("#sieve-priority")).to_have_value("urgent,high")
    clerk.page.locator("#sieve-assignee").select_option("none")
    expect(clerk.row(key)).to_be_visible()
    clerk.page.keyboard.press("Escape")
    expect(clerk.page.locator(".sieve")).to_have_count(0)
    clerk.page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()  # it was looked at, and the view is still the one being changed
    clerk.page.locator(".sieve > .button.is-primary").click()
    eventually(
        clerk.page,
        lambda: next(view["filter"] for view in clerk.get("/api/v1/views") if view["name"] == "Urgent and high").get("assignee") == "none",
        "changed",
    )
    assert [view["filter"]["priority"] for view in clerk.get("/api/v1/views") if view["name"] == "Urgent and high"] == [["urgent", "high"]]


def test_signing_out_after_signing_in_again(stage):
    from yavar.config.demo import PASSWORD

    clerk = stage.clerk("sara")
    talk_of(stage, clerk)
    clerk.page.context.clear_cookies(name="yavar_session")
    clerk.page.keyboard.press("u")
    dialog = clerk.page.locator("dialog.sign-in")
    dialog.locator("input[type=password]").fill(PASSWORD)
    dialog.locator("input[type=password]").press("Enter")
    expect(dialog).to_have_count(0)
    clerk.page.locator(".me").click()
    clerk.page.locator('.menu-item:has(use[href$="#log-out"])').click()
    expect(clerk.page.locator("input[name=password]")).to_be_visible()


@pytest.mark.parametrize("lang, who", WHO)
def test_a_day_of_ones_own_is_chosen_in_the_calendar_one_reads(stage, lang, who):
    clerk = stage.clerk(who)
    _shopper, key = talk_of(stage, clerk)
    page = clerk.page
    page.locator("body").press("h")
    page.locator(".menu .menu-item").last.click()
    day, time = page.locator("#own-day"), page.locator("#own-time")
    expect(day).to_be_focused()
    assert page.locator(".menu:popover-open").evaluate("box => box.scrollWidth <= box.clientWidth"), "nothing is cut at its edge"
    expect(day).to_have_value(re.compile({"fa": r"^۱۴[۰-۹]{2}/[۰-۹]{2}/[۰-۹]{2}$", "en": r"^20\d\d-\d\d-\d\d$"}[lang]))
    tomorrow = day.input_value()
    day.fill({"fa": "۱۴۰۵/۱۳/۱", "en": "2026-13-01"}[lang])
    day.press("Enter")
    assert tomorrow in day.evaluate("field => field.validationMessage"), "said how a day is written, with an example"
    day.fill(tomorrow)
    day.press("ArrowDown")
    expect(page.locator(".date-pop:popover-open button[tabindex='0']")).to_be_focused()
    page.keyboard.press("Shift+PageDown")  # a year on
    page.keyboard.press("Escape")
    expect(page.locator(".date-pop:popover-open")).to_have_count(0)
    expect(day).to_be_visible()  # the month alone is closed, and nothing was chosen
    expect(day).to_have_value(tomorrow)
    page.locator(".date-field .icon-button").first.click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # a week after tomorrow
    expect(page.locator(".date-says")).not_to_be_empty()
    time.fill("25")
    time.press("Enter")
    assert {"fa": "۰۹:۰۰", "en": "09:00"}[lang] in time.evaluate("field => field.validationMessage")
    time.fill({"fa": "۱۰:۳۰", "en": "10:30"}[lang])
    page.locator(".menu-form .is-primary").click()
    wanted = page.evaluate("() => { const at = new Date(); at.setDate(at.getDate() + 8); at.setHours(10, 30, 0, 0); return at.toISOString(); }")
    eventually(page, lambda: clerk.told(key)["status"] == "snoozed", "it is put away")
    assert clerk.told(key)["snoozed_until"][:16] == wanted[:16]
