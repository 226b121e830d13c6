"""What ties conversations and people together, in real browsers: merging, splitting, linking, following, fields, views; alone and two agents at once."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser import eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
both_languages = pytest.mark.parametrize("lang", ["fa", "en"])
WORDS = {
    "fa": {"first": "سلام، کتری فیروزه‌ای موجود است؟", "second": "راستی فنجان هم دارید؟", "more": "پس هر دو را می‌خواهم.", "answer": "چشم، کنار گذاشتیم.", "apart": "و یک قوری.", "subject": "فنجان"},
    "en": {"first": "Hello, is the turquoise kettle in stock?", "second": "Do you have cups as well?", "more": "Then I’ll take both.", "answer": "Done, both are yours.", "apart": "And a teapot.", "subject": "Cups"},
}  # fmt: skip


def owner(stage, lang, path="/inbox/all"):
    """Nila at her inbox, in this language."""
    clerk = stage.clerk("nila", "/inbox/all")
    clerk.ask("PATCH", "me", {"lang": lang})
    clerk.go(path)
    assert clerk.page.evaluate("document.documentElement.lang") == lang
    clerk.stay()
    return clerk


def another(clerk, conversation, text, subject=""):
    """A second conversation of the same customer, as a program brings it; answers its id."""
    row = clerk.told(conversation)
    given = {"inbox": row["inbox"]["id"], "customer": {"id": row["customer"]["id"]}, "text": text, "subject": subject, "client_id": secrets.token_urlsafe(16)}
    return clerk.ask("POST", "conversations", given)["row"]["id"]


def asked(stage, lang, name=""):
    """A shopper has written; the owner looks at it. Answers both and the conversation."""
    shopper = stage.shopper(lang, name).open_chat()
    shopper.begin(WORDS[lang]["first"])
    conversation = shopper.conversation
    clerk = owner(stage, lang, f"/inbox/all/{conversation}")
    clerk.sees(WORDS[lang]["first"])
    shopper.stay()
    return shopper, clerk, conversation


def shows(person, texts):
    eventually(person.page, lambda: person.texts() == texts, f"{type(person).__name__} sees {texts}, has {person.texts()}")


def quiet(*people):
    assert [person.complaints for person in people] == [[]] * len(people)
    assert all(person.stayed() for person in people)


@both_languages
def test_two_conversations_become_one_and_two_again(stage, lang):
    words = WORDS[lang]
    shopper, clerk, chat = asked(stage, lang)
    other = another(clerk, chat, words["second"])
    clerk.more("layers")
    clerk.page.locator(".menu-item", has_text=clerk.told(other)["reference"]).click()
    shows(clerk, [words["first"], words["second"]])
    assert clerk.told(other)["id"] == chat and clerk.page.url.endswith(chat)
    expect(clerk.row(other)).to_have_count(0)
    shows(shopper, [words["first"], words["second"]])
    shopper.say(words["more"])
    clerk.sees(words["more"])
    clerk.reply(words["answer"])
    shows(shopper, [words["first"], words["second"], words["more"], words["answer"]])
    expect(clerk.side(1)).to_contain_text(clerk.get(f"/api/v1/conversations/{chat}")["merged"][0]["reference"])
    clerk.box.blur()
    clerk.key("KeyZ", "ظ")
    shows(clerk, [words["first"], words["more"], words["answer"]])
    expect(clerk.row(other)).to_have_count(1)
    assert clerk.told(other)["id"] == other
    quiet(shopper, clerk)


@both_languages
def test_the_chat_goes_on_where_its_conversation_went(stage, lang):
    words = WORDS[lang]
    shopper, clerk, chat = asked(stage, lang)
    other = another(clerk, chat, words["second"])
    clerk.go(f"/inbox/all/{other}")
    clerk.stay()
    clerk.more("layers")
    clerk.page.locator(".menu-item", has_text=clerk.told(chat)["reference"]).click()
    shows(clerk, [words["first"], words["second"]])
    shows(shopper, [words["first"], words["second"]])
    eventually(shopper.page, lambda: shopper.conversation == other, "the visitor stands in the survivor")
    shopper.say(words["more"])
    shopper.delivered(words["more"])
    clerk.sees(words["more"])
    shows(shopper, [words["first"], words["second"], words["more"]])
    clerk.key("KeyZ", "ظ")
    shows(clerk, [words["second"], words["more"]])
    shows(shopper, [words["second"], words["more"]])
    clerk.reply(words["answer"])
    shopper.sees(words["answer"])
    quiet(shopper, clerk)


@both_languages
def test_a_second_matter_gets_a_conversation_and_a_subject(stage, lang):
    words = WORDS[lang]
    shopper, clerk, chat = asked(stage, lang)
    shopper.say(words["second"])
    clerk.sees(words["second"])
    clerk.more("copy")
    form = clerk.page.locator("form.split-off")
    form.locator("li", has_text=words["second"]).locator("input").check()
    form.locator("input[type=text]").fill(words["subject"])
    form.locator("button.is-primary").click()
    clerk.page.wait_for_url(lambda url: not url.endswith(chat))
    made = clerk.page.url.rpartition("/")[2]
    shows(clerk, [words["second"]])
    about = clerk.side(1)
    expect(about).to_contain_text(words["subject"])
    link = about.locator(f'.earlier a[href$="{chat}"]')
    expect(link).to_have_count(1)
    expect(clerk.row(made)).to_have_count(1)
    assert shopper.stored() == [words["second"]], "the chat goes on with what is newest"
    link.click()
    shows(clerk, [words["first"], words["second"]])
    expect(about.locator(f'.earlier a[href$="{made}"]')).to_contain_text(words["subject"])
    quiet(shopper, clerk)


@both_languages
def test_linked_followed_filled_in_and_kept_as_a_view(stage, lang):
    words = WORDS[lang]
    shopper, clerk, chat = asked(stage, lang)
    key, name = f"size_{secrets.token_hex(3)}", {"fa": "اندازه", "en": "Size"}[lang] + secrets.token_hex(2)
    clerk.ask("POST", "fields", {"on": "conversation", "key": key, "label": {lang: name}, "kind": "choice", "choices": ["S", "بزرگ"], "filter": True})
    view = clerk.ask("POST", "views", {"name": name, "filter": {"fields": {key: "بزرگ"}}})["id"]
    far = clerk.page.locator(".row a", has_text="Tom Okafor").get_attribute("data-id")
    clerk.go(f"/inbox/all/{chat}")
    clerk.stay()

    about = clerk.side(1)
    about.locator("[data-menu=link]").click()
    clerk.page.locator(".menu input").press_sequentially(clerk.told(far)["reference"])
    clerk.page.locator(".menu-item", has_text=clerk.told(far)["reference"]).click()
    link = about.locator(f'.earlier a[href$="{far}"]')
    expect(link).to_have_count(1)
    assert [row["id"] for row in clerk.get(f"/api/v1/conversations/{far}")["linked"]] == [chat], "both sides tell it"
    about.locator(".earlier .icon-button").click()
    expect(link).to_have_count(0)

    about.locator("[aria-pressed=false].is-add").click()
    expect(about.locator("[aria-pressed=true].is-add")).to_have_count(1)
    clerk.page.click('.nav-row[href="/inbox/following"]')
    expect(clerk.row(chat)).to_have_count(1)
    clerk.open(chat)
    about.locator("[aria-pressed=true].is-add").click()
    expect(about.locator("[aria-pressed=false].is-add")).to_have_count(1)
    assert clerk.get("/api/v1/conversations?view=following")["rows"] == []

    field = about.locator(".facts > div", has_text=name).locator("select")
    field.select_option("بزرگ")
    eventually(clerk.page, lambda: clerk.get(f"/api/v1/conversations/{chat}")["fields"] == {key: "بزرگ"}, "the field is kept")
    clerk.go(f"/inbox/all/{chat}")
    clerk.side(1)
    expect(field).to_have_value("بزرگ")
    clerk.stay()
    clerk.page.click(f'.nav-row[href="/inbox/view:{view}"]')
    expect(clerk.page.locator(".list h2")).to_contain_text(name)
    expect(clerk.page.locator(".row")).to_have_count(1)
    clerk.open(chat)
    clerk.sees(words["first"])
    quiet(shopper, clerk)


@both_languages
def test_two_customers_who_are_one_person(stage, lang):
    words = WORDS[lang]
    name = {"fa": "مهسا", "en": "Ruth"}[lang] + f" {secrets.token_hex(2)}"
    shopper, clerk, chat = asked(stage, lang, name)
    again = stage.shopper(lang, f"{name} II").open_chat()
    again.begin(words["second"])
    theirs = again.conversation
    person = clerk.side(0)
    person.locator("[data-menu=customer]").click()
    clerk.page.locator(".menu input").press_sequentially(f"II {name}")  # whoever the desk finds is offered, whatever stands in their line
    clerk.page.locator(".menu-item", has_text=f"{name} II").click()
    preview = clerk.page.locator(".merge-preview")
    expect(preview.locator("button.is-primary")).to_be_focused()  # not the list behind it, whose keys do things
    expect(preview.locator(".merge-card")).to_have_count(3)
    expect(preview.locator(".merge-card").last).to_contain_text(name)
    preview.locator("button.is-primary").click()
    expect(person.locator(f'.earlier a[href$="{theirs}"]')).to_have_count(1)
    expect(clerk.row(theirs)).to_contain_text(name)
    assert clerk.told(theirs)["customer"]["id"] == clerk.told(chat)["customer"]["id"]
    person.locator(".chip", has_text=f"{name} II").locator(".chip-x").click()
    expect(person.locator(f'.earlier a[href$="{theirs}"]')).to_have_count(0)
    assert clerk.told(theirs)["customer"]["name"] == f"{name} II"
    clerk.go(f"/inbox/customers/{clerk.told(chat)['customer']['id']}")  # the same from the person's own page
    clerk.stay()
    said = clerk.page.locator(".history-part")
    expect(said).to_have_count(1)
    clerk.page.locator(".details [data-menu=customer]").click()
    clerk.page.locator(".menu input").press_sequentially(f"II {name}")
    clerk.page.locator(".menu-item", has_text=f"{name} II").click()
    preview.locator("button.is-primary").click()
    expect(said).to_have_count(2)
    expect(clerk.page.locator(".rows .row", has_text=name)).to_have_count(1)
    clerk.key("KeyZ", "ظ")
    expect(said).to_have_count(1)
    expect(clerk.page.locator(".rows .row", has_text=name)).to_have_count(2)
    again.say(words["more"])
    again.delivered(words["more"])
    assert (shopper.stored(), again.stored()) == ([words["first"]], [words["second"], words["more"]])
    shopper.stay(), again.stay()
    quiet(shopper, again, clerk)


DAYS = {"fa": ("۱۴۰۵/۹/۳", "۱۴۰۵/۰۹/۰۳", "۳ آذر ۱۴۰۵"), "en": ("2026-11-24", "2026-11-24", "24 November 2026")}


@both_languages
def test_a_day_in_a_field_of_ones_own_stands_in_ones_own_calendar(stage, lang):
    """As typed, as shown again, as a canned reply says it, and in a filter."""
    stage.desk.python("from yavar.desk.models import FieldDefinition\nFieldDefinition.objects.filter(key='came_on').update(filter=True)")
    typed, shown, said = DAYS[lang]
    _shopper, clerk, chat = asked(stage, lang)
    page, shortcut = clerk.page, f"/d{secrets.token_hex(4)}"
    kinds = [each["id"] for each in clerk.get("/api/v1/request_types")]
    clerk.ask("POST", f"conversations/{chat}/request_type", {"id": kinds[1]})
    clerk.ask("POST", "canned", {"name": shortcut, "shortcut": shortcut, "texts": {lang: "{conversation.field.came_on}"}})
    clerk.go(f"/inbox/all/{chat}")
    clerk.side(1)
    field = page.locator("#field-came_on")
    field.fill("5")
    field.press("Tab")
    assert field.evaluate("each => each.validationMessage") and clerk.get(f"/api/v1/conversations/{chat}")["fields"].get("came_on") is None
    expect(field).to_have_value("5")
    field.fill(typed)
    field.press("Tab")
    eventually(page, lambda: clerk.get(f"/api/v1/conversations/{chat}")["fields"].get("came_on") == "2026-11-24", "the day is kept")
    expect(field).to_have_value(shown)
    page.locator(".composer textarea").click()
    page.keyboard.type(shortcut)
    page.locator("#offer [role=option]", has_text=said).click()
    expect(page.locator(".composer textarea")).to_have_value(said)
    clerk.go("/inbox/all")
    page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()
    asked_for = page.locator("[id='sieve-field.came_on']")
    asked_for.fill(typed)
    asked_for.press("Tab")
    expect(page).to_have_url(re.compile("came_on.{1,3}2026-11-24"))
    expect(asked_for).to_have_value(shown)
    expect(clerk.row(chat)).to_be_visible()


@both_languages
def test_a_number_is_typed_in_any_digits_and_told_in_those_of_the_language(stage, lang):
    shopper, clerk, chat = asked(stage, lang)
    key, gift = (
        clerk.ask("POST", "fields", {"key": f"{kind}_{secrets.token_hex(3)}", "label": {lang: label}, "kind": kind, "on": "conversation"})["key"]
        for kind, label in (("number", "Weight"), ("yesno", "Gift"))
    )
    shortcut = f"w{secrets.token_hex(4)}"
    clerk.ask("POST", "canned", {"name": shortcut, "shortcut": f"/{shortcut}", "texts": {lang: f"{{conversation.field.{key}}} {{conversation.field.{gift}}}"}})
    try:
        clerk.go(f"/inbox/all/{chat}")
        clerk.side(1)
        field = clerk.page.locator(f"#field-{key}")
        for typed, meant in (("۱۲٫۵", 12.5), ("٣", 3), ("7.25", 7.25)):
            field.fill("")
            field.type(typed)
            field.press("Tab")
            eventually(clerk.page, lambda meant=meant: clerk.get(f"/api/v1/conversations/{chat}")["fields"].get(key) == meant, f"{typed} is {meant}")
        clerk.page.locator(f"#field-{gift}").click()
        eventually(clerk.page, lambda: clerk.get(f"/api/v1/conversations/{chat}")["fields"].get(gift) is True, "a gift")
        clerk.page.locator(".composer textarea").click()
        clerk.page.keyboard.type(f"/{shortcut}")
        clerk.page.locator("#offer [role=option]", has_text=shortcut).click()
        expect(clerk.page.locator(".composer textarea")).to_have_value({"fa": "۷٫۲۵ بله", "en": "7.25 Yes"}[lang])
        field.fill("much")
        shopper.say(WORDS[lang]["more"])
        clerk.sees(WORDS[lang]["more"])
        expect(field).to_have_value("much")
        field.press("Tab")
        expect(clerk.page.locator(".toast")).to_be_visible()
        assert clerk.get(f"/api/v1/conversations/{chat}")["fields"][key] == 7.25
    finally:
        for own in clerk.get("/api/v1/fields"):
            if own["key"] in (key, gift):
                clerk.ask("PATCH", f"fields/{own['id']}", {"active": False})


FITS = """box => { const {font, paddingInlineStart, paddingInlineEnd} = getComputedStyle(box), pen = document.createElement("canvas").getContext("2d"); pen.font = font;
  return pen.measureText(box.placeholder).width <= box.clientWidth - parseFloat(paddingInlineStart) - parseFloat(paddingInlineEnd); }"""


@pytest.mark.parametrize("lang", ["fa", "ru", "en"])
def test_nothing_wraps_or_is_cut_in_the_menus(stage, lang):
    clerk = owner(stage, lang)
    clerk.page.locator(".row a").first.click()
    items, box = clerk.page.locator(".menu .menu-item"), clerk.page.locator(".menu input")
    clerk.page.locator(".thread-bar [data-menu=snooze]").click()
    expect(items).to_have_count(5)
    assert len({round(each.bounding_box()["height"]) for each in items.all()}) == 1, items.all_inner_texts()
    assert ":" not in items.nth(2).locator(".menu-hint").inner_text(), "its time stands before it"
    for icon in ("layers", "external-link"):
        clerk.page.keyboard.press("Escape")
        clerk.page.wait_for_timeout(300)  # a press just after a menu was closed is the one that closed it
        clerk.more(icon)
        expect(box).to_be_visible()
        assert box.evaluate(FITS), box.get_attribute("placeholder")
    clerk.page.keyboard.press("Escape")


def test_a_row_whose_subject_and_words_run_in_two_directions(stage):
    """Each is cut at its own end."""
    _shopper, clerk, chat = asked(stage, "en")
    row = clerk.row(another(clerk, chat, "Do you have cups, a teapot, two spoons and a grinder as well?", "فنجان"))
    expect(row.locator(".row-subject")).to_have_css("direction", "rtl")
    expect(row.locator(".row-preview")).to_have_css("direction", "ltr")


# two agents at one conversation


@both_languages
def test_what_one_ties_the_other_sees(stage, lang):
    words = WORDS[lang]
    _shopper, nila, chat = asked(stage, lang)
    sara = stage.clerk("sara", f"/inbox/all/{chat}")
    sara.stay()
    sara.sees(words["first"])
    other = another(nila, chat, words["second"])
    both, sides = (nila, sara), (nila.side(1), sara.side(1))
    expect(sara.row(other)).to_have_count(1)
    sara.box.press_sequentially("…")

    nila.more("layers")
    nila.page.locator(".menu-item", has_text=nila.told(other)["reference"]).click()
    for each, side in zip(both, sides, strict=True):
        shows(each, [words["first"], words["second"]])
        expect(side.locator(".part", has=each.page.locator(f"text={nila.get(f'/api/v1/conversations/{chat}')['merged'][0]['reference']}"))).to_have_count(1)
        expect(each.row(other)).to_have_count(0)
    nila.key("KeyZ", "ظ")
    for each in both:
        shows(each, [words["first"]])
        expect(each.row(other)).to_have_count(1)

    nila.side(1).locator("[aria-pressed=false].is-add").click()
    expect(sides[1].locator(".chip", has_text="Nila Farahani")).to_have_count(1)
    made = nila.ask("POST", f"conversations/{chat}/split", {"messages": [1], "subject": words["subject"], "client_id": secrets.token_urlsafe(16)})["row"]["id"]
    for each, side in zip(both, sides, strict=True):
        expect(each.row(made)).to_have_count(1)
        expect(side.locator(f'.earlier a[href$="{made}"]')).to_have_count(1)
    assert sara.box.input_value() == "…", "nothing of it touches what a colleague writes"

    # the other one looks at the conversation that goes away
    sara.box.fill("")
    sara.page.locator(f'.row a[data-id="{other}"]').click()
    sara.sees(words["second"])
    nila.more("layers")
    nila.page.locator(".menu-item", has_text=nila.told(other)["reference"]).click()
    sara.page.wait_for_url(lambda url: url.endswith(chat))
    shows(sara, [words["first"], words["second"]])
    sara.reply(words["answer"])
    shows(nila, [words["first"], words["second"], words["answer"]])
    quiet(*both)


def test_what_was_sent_after_the_session_ended_is_there_again_after_signing_in(stage):
    from yavar.config.demo import PASSWORD  # needs Django's settings

    clerk = owner(stage, "en")
    page, address = clerk.page, f"{clerk.base}/settings/replies?new"
    for gone in ({"name": "yavar_session"}, {}):  # without any cookie the page's token is gone, too: then one goes back
        page.goto(address)
        page.fill("[name=name]", "Half an hour")
        page.fill("[name=text_en]", "Written with care")
        page.context.clear_cookies(**gone)
        page.locator("main form[data-form=add] button.button").click()
        if not gone:
            expect(page.locator("body")).to_contain_text("go back and send it again")
            page.go_back()
        page.fill("input[name=username]", clerk.email)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        expect(page.locator("[name=text_en]")).to_have_value("Written with care")
    page.locator("main form[data-form=add] button.button").click()
    expect(page.locator("main")).to_contain_text("Half an hour")
    page.goto(address)
    expect(page.locator("[name=text_en]")).to_have_value("")  # once it is kept nothing comes back
