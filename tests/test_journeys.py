"""What people do with the desk, in a real browser on a running demonstration: shoppers write, clerks answer, lines are cut, desks are restarted."""

import json
import struct
import time
import zlib

import pytest
from playwright.sync_api import expect

from tests.browser import Clerk, Shopper, Stage, eventually, signed

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]
one_engine = pytest.mark.one_engine
both_languages = pytest.mark.parametrize("lang, who", [("fa", "amir"), ("en", "sara")])
WORDS = {
    "fa": {"ask": "سلام، کتری فیروزه‌ای موجود است؟", "answer": "سلام! بله، سه تا مانده است.", "more": "پس یکی برایم کنار بگذارید.", "thanks": "چشم، تا شب نگه می‌داریم."},
    "en": {"ask": "Hello, is the turquoise kettle in stock?", "answer": "Hi! Yes, three are left.", "more": "Then please keep one for me.", "thanks": "Done, it’s yours until tonight."},
}  # fmt: skip


def meet(stage: Stage, lang: str = "fa", who: str = "amir", shopper_base: str = "", clerk_base: str = "") -> tuple[Shopper, Clerk, str]:
    """A shopper has asked, a clerk has answered, both look at the conversation."""
    words = WORDS[lang]
    shopper = stage.shopper(lang, base=shopper_base).open_chat()
    shopper.begin(words["ask"])
    conversation = shopper.conversation
    clerk = stage.clerk(who, f"/inbox/all/{conversation}", base=clerk_base)
    clerk.sees(words["ask"])
    clerk.reply(words["answer"])
    shopper.sees(words["answer"])
    clerk.delivered(words["answer"])
    shopper.stay()
    clerk.stay()
    return shopper, clerk, conversation


def agree(shopper: Shopper, clerk: Clerk, texts: list[str]) -> None:
    """Both see the same thread, the desk keeps the same, each message once; nobody's page was loaded anew."""
    eventually(shopper.page, lambda: sorted(shopper.stored()) == sorted(texts), f"the desk keeps {texts}, it has {shopper.stored()}")
    stored = shopper.stored()
    eventually(shopper.page, lambda: shopper.texts() == stored, f"the shopper sees {stored}, not {shopper.texts()}")
    eventually(clerk.page, lambda: clerk.texts() == stored, f"the clerk sees {stored}, not {clerk.texts()}")
    assert shopper.stayed() and clerk.stayed()


# 1 ── a question and its answer


@both_languages
def test_a_shopper_asks_and_a_clerk_answers(stage, lang, who):
    words = WORDS[lang]
    clerk = stage.clerk(who, "/inbox/unassigned")
    clerk.stay()
    shopper = stage.shopper(lang).open_chat()
    shopper.stay()
    shopper.begin(words["ask"])
    conversation = shopper.conversation
    expect(clerk.row(conversation)).to_contain_text(shopper.name)
    expect(clerk.row(conversation)).to_contain_text(words["ask"])
    clerk.open(conversation)
    clerk.sees(words["ask"])

    shopper.box.press_sequentially("…")
    expect(clerk.log.locator(".typing-line")).to_be_visible()
    shopper.box.fill("")
    clerk.box.press_sequentially(words["answer"][:4])
    expect(shopper.log.locator(".typing")).to_be_visible()
    clerk.reply(words["answer"])
    shopper.sees(words["answer"])
    expect(shopper.log.locator(".typing")).to_have_count(0)

    expect(clerk.log.locator('.message.is-out .mark use[href$="#check-check"]')).to_have_count(1)
    assert clerk.get(f"/api/v1/conversations/{conversation}")["seen"]["customer"] == 2
    expect(shopper.log.locator('.said.mine .meta use[href$="check-check"]')).to_have_count(1)
    agree(shopper, clerk, [words["ask"], words["answer"]])
    assert shopper.complaints == clerk.complaints == []


# 2 ── the line is cut


@one_engine
def test_the_shoppers_line_is_cut_for_half_a_minute(stage):
    words, line = WORDS["en"], stage.line()
    shopper, clerk, _ = meet(stage, "en", "sara", shopper_base=line.url)
    began = time.monotonic()
    line.cut()
    shopper.say(words["more"])
    shopper.box.press_sequentially("and then")
    clerk.reply(words["thanks"])
    clerk.delivered(words["thanks"])
    # A cable that is pulled says nothing: twenty quiet seconds, then four more before anyone is told.
    expect(shopper.banner).to_be_visible(timeout=28_000)
    assert shopper.box.input_value() == "and then"
    assert shopper.bubble(words["thanks"]).count() == 0
    shopper.page.wait_for_timeout(max(0, 30 - (time.monotonic() - began)) * 1000)
    line.mend()
    shopper.delivered(words["more"], 20)
    expect(shopper.banner).to_have_count(0)
    assert shopper.box.input_value() == "and then"
    agree(shopper, clerk, list(words.values()))


@one_engine
def test_the_clerks_line_is_cut_for_half_a_minute(stage):
    words, line = WORDS["fa"], stage.line()
    shopper, clerk, conversation = meet(stage, clerk_base=line.url)
    began = time.monotonic()
    line.cut()
    clerk.reply(words["thanks"])
    clerk.box.press_sequentially("و بعد")
    shopper.say(words["more"])
    shopper.delivered(words["more"])
    expect(clerk.banner).to_be_visible(timeout=28_000)
    clerk.page.wait_for_timeout(max(0, 30 - (time.monotonic() - began)) * 1000)
    line.mend()
    clerk.sees(words["more"], 20)
    clerk.delivered(words["thanks"], 20)
    expect(clerk.banner).to_have_count(0)
    assert clerk.box.input_value() == "و بعد"
    eventually(clerk.page, lambda: clerk.get(f"/api/v1/conversations/{conversation}")["drafts"].get("reply") == "و بعد", "the draft reaches the desk")
    agree(shopper, clerk, list(words.values()))


@one_engine
@pytest.mark.parametrize("whose", ["shopper", "clerk"])
def test_the_device_says_it_is_offline(stage, whose):
    words = WORDS["fa"]
    shopper, clerk, _ = meet(stage)
    person = {"shopper": shopper, "clerk": clerk}[whose]
    began = time.monotonic()
    person.cut_off(True)
    shopper.say(words["more"])
    if whose == "clerk":
        shopper.delivered(words["more"])
    clerk.reply(words["thanks"])
    assert person.banner.count() == 0, "a short break is nobody's concern"
    expect(person.banner).to_be_visible()
    assert 3 < time.monotonic() - began < 8
    person.cut_off(False)
    clerk.delivered(words["thanks"], 20)
    shopper.delivered(words["more"], 20)
    expect(person.banner).to_have_count(0)
    agree(shopper, clerk, list(words.values()))


# 3 ── two clerks, one conversation


@one_engine
def test_two_clerks_meet_in_one_conversation(stage):
    words = WORDS["fa"]
    shopper, amir, conversation = meet(stage)
    sara = stage.clerk("sara", f"/inbox/all/{conversation}")
    sara.stay()
    sara.sees(words["answer"])
    expect(amir.page.locator(".viewing")).to_contain_text("Sara Jensen")
    expect(sara.page.locator(".viewing")).to_contain_text("Amir Bahrami")
    sara.box.press_sequentially("Dear")
    expect(amir.page.locator(".over-composer")).to_contain_text("Sara Jensen")
    amir.box.press_sequentially("چشم")
    expect(sara.page.locator(".over-composer")).to_contain_text("Amir Bahrami")
    amir.reply(words["thanks"])
    sara.sees(words["thanks"])
    expect(sara.page.locator(".over-composer")).to_have_count(0)
    assert sara.box.input_value() == "Dear", "a colleague's answer takes nothing from what one writes"
    sara.box.press("Escape")
    sara.page.keyboard.press("Escape")
    expect(amir.page.locator(".viewing, .over-composer")).to_have_count(0)
    assert shopper.stored() == [words["ask"], words["answer"], words["thanks"]]


@one_engine
def test_the_customer_writes_while_the_answer_is_on_its_way(stage):
    words = WORDS["fa"]
    shopper, clerk, _ = meet(stage)
    held = []
    clerk.page.route("**/api/v1/conversations/*/messages", lambda route: held.append(route) if not held else route.continue_())
    clerk.reply(words["thanks"])
    eventually(clerk.page, lambda: held, "the answer leaves")
    shopper.say(words["more"])
    shopper.delivered(words["more"])
    held[0].continue_()
    ask = clerk.log.locator(".meta.is-ask")
    expect(ask).to_be_visible()
    clerk.sees(words["more"])
    clerk.sees(words["thanks"])
    assert words["thanks"] not in shopper.stored()
    ask.locator(".link").first.click()
    shopper.sees(words["thanks"])
    agree(shopper, clerk, [words["ask"], words["answer"], words["more"], words["thanks"]])


# 4 ── the desk is restarted under open chats


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_desk_is_restarted_under_open_chats(stage, how):
    words = WORDS["fa"]
    shopper, clerk, conversation = meet(stage)
    getattr(stage.desk, how)()
    try:
        shopper.say(words["more"])
        clerk.reply(words["thanks"])
        shopper.box.press_sequentially("هنوز می‌نویسم")
        clerk.box.press_sequentially("من هم می‌نویسم")
        expect(shopper.banner).to_be_visible()
        expect(clerk.banner).to_be_visible()
    finally:
        stage.desk.start()
    shopper.delivered(words["more"], 40)
    clerk.delivered(words["thanks"], 40)
    shopper.sees(words["thanks"], 40)
    clerk.sees(words["more"], 40)
    expect(shopper.banner).to_have_count(0)
    expect(clerk.banner).to_have_count(0)
    assert shopper.box.input_value() == "هنوز می‌نویسم"
    assert clerk.box.input_value() == "من هم می‌نویسم"
    agree(shopper, clerk, list(words.values()))
    eventually(clerk.page, lambda: clerk.get(f"/api/v1/conversations/{conversation}")["drafts"].get("reply") == "من هم می‌نویسم", "the draft reaches the desk")


# 5 ── a reload in the middle of a sentence


@one_engine
def test_a_reload_in_the_middle_of_a_sentence(stage):
    shopper, clerk, conversation = meet(stage)
    shopper.box.press_sequentially("راستی یک چیز دی")
    shopper.visit().open_chat()
    assert shopper.box.input_value() == "راستی یک چیز دی"
    shopper.sees(WORDS["fa"]["answer"])

    clerk.box.press_sequentially("الان نگاه می‌کن")
    clerk.page.reload()
    expect(clerk.box).to_have_value("الان نگاه می‌کن")
    elsewhere = stage.clerk("amir", f"/inbox/all/{conversation}")
    expect(elsewhere.box).to_have_value("الان نگاه می‌کن")
    clerk.box.fill("")
    eventually(clerk.page, lambda: not clerk.get(f"/api/v1/conversations/{conversation}")["drafts"].get("reply"), "an emptied draft is forgotten")
    elsewhere.page.reload()
    elsewhere.sees(WORDS["fa"]["ask"])
    expect(elsewhere.box).to_have_value("")


# 6 ── pictures and known customers


def picture(side: int = 48) -> bytes:
    """A small turquoise PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x14\x8f\x9a" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PASTE = """async bytes => { const data = new DataTransfer(); data.items.add(new File([new Uint8Array(bytes)], "image.png", {type: "image/png"}));
  document.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""

KEPT_FILES = "localStorage[Object.keys(localStorage).find(key => key.endsWith(':files'))]"


@one_engine
def test_a_shopper_attaches_one_picture_and_pastes_another(stage):
    shopper, clerk, _ = meet(stage)
    shopper.panel.locator("input[type=file]").set_input_files({"name": "کتری من.png", "mimeType": "image/png", "buffer": picture()})
    shopper.panel.evaluate(PASTE, list(picture(64)))
    expect(shopper.panel.locator(".chips .attached")).to_have_count(2)
    eventually(shopper.page, lambda: len(json.loads(shopper.panel.evaluate(KEPT_FILES) or "[]")) == 2, "both are with the desk")
    shopper.visit().open_chat()  # loaded anew: what was typed is there, and so are they
    expect(shopper.panel.locator(".chips .attached")).to_have_count(2)
    shopper.say("این هم عکس‌ها")
    shopper.delivered("این هم عکس‌ها")
    shown = clerk.log.locator(".picture img")
    expect(shown).to_have_count(2)
    for number in range(2):
        shown.nth(number).scroll_into_view_if_needed()
    eventually(clerk.page, lambda: shown.evaluate_all("all => all.map(img => img.naturalWidth)") == [48, 64], "the clerk sees both pictures")
    assert shown.first.get_attribute("alt") == "کتری من.png"
    expect(shopper.log.locator(".picture img")).to_have_count(2)
    assert shopper.log.locator(".picture img").evaluate_all("all => all.map(img => img.naturalWidth)") == [48, 64]


@one_engine
@pytest.mark.parametrize("honest", [True, False], ids=["signed", "forged"])
def test_a_customer_the_shop_vouches_for(stage, honest):
    warnings = []
    shopper = stage.shopper("fa")
    shopper.page.on("console", lambda said: warnings.append(said.text) if "yavar.identify" in said.text else None)
    shopper.page.evaluate("who => yavar.identify(who)", {"id": "customer-71", "hash": signed("customer-71") if honest else "0" * 64, "name": "مریم نوری"})
    shopper.open_chat()
    if honest:
        eventually(shopper.page, lambda: shopper.get("/chat/hello").get("customer"), "the desk has recognised the customer")
        shopper.say(WORDS["fa"]["ask"])  # no form: the shop has said who it is
        shopper.delivered(WORDS["fa"]["ask"])
    else:
        eventually(shopper.page, lambda: warnings, "the page is told that the signature does not fit")
        shopper.begin(WORDS["fa"]["ask"])
    conversation = shopper.conversation
    clerk = stage.clerk("amir", f"/inbox/all/{conversation}")
    clerk.sees(WORDS["fa"]["ask"])
    assert clerk.get(f"/api/v1/conversations/{conversation}")["customer"]["verified"] is honest
    expect(clerk.page.locator('.details .chip.is-good use[href$="#shield-check"]')).to_have_count(int(honest))


# 7 ── the clerk's verbs


@one_engine
def test_a_conversation_is_settled_from_a_persian_keyboard(stage):
    _, clerk, conversation = meet(stage)
    clerk.box.blur()
    told = lambda: clerk.told(conversation)  # noqa: E731
    undo = clerk.page.locator(".toast.has-undo")

    def press(code, typed, want, shift=False):
        clerk.key(code, typed, shift)
        eventually(clerk.page, lambda: want(told()), f"{code} does it; the desk says {told()}")

    press("KeyI", "ه", lambda row: row["assignee"] is not None)
    clerk.key("KeyT", "ف")
    clerk.page.keyboard.type("رنگ")
    clerk.page.keyboard.press("Enter")
    eventually(clerk.page, lambda: len(told()["tags"]) == 1, "the tag is made and given")
    clerk.page.keyboard.press("Escape")
    expect(clerk.page.locator("[popover]")).to_have_count(0)
    clerk.key("KeyP", "ح")
    clerk.page.locator(".menu-item").first.click()
    eventually(clerk.page, lambda: told()["priority"] == "urgent", "the priority is set")
    press("KeyH", "ا", lambda row: row["status"] == "snoozed", shift=True)
    expect(undo).to_be_visible()
    press("KeyZ", "ظ", lambda row: row["status"] == "open")
    press("KeyE", "ث", lambda row: row["status"] == "resolved")
    press("KeyZ", "ظ", lambda row: row["status"] == "open")
    expect(undo).to_have_count(0)
    assert clerk.page.url.endswith(conversation), "undo brings the conversation back too"
    clerk.key("KeyJ", "ت")
    clerk.page.wait_for_url(lambda url: not url.endswith(conversation))
    clerk.key("KeyK", "ن")
    clerk.page.wait_for_url(lambda url: url.endswith(conversation))
    expect(clerk.log.locator(".event", has_text="رنگ")).to_have_count(1)
    assert clerk.stayed() and clerk.complaints == []


@one_engine
def test_search_by_word_reference_and_person(stage):
    _, clerk, conversation = meet(stage)
    mine = clerk.told(conversation)
    field, found = clerk.page.locator(".palette input"), clerk.page.locator(".palette .menu-item.is-result")
    for wanted, name in [("كتري لق", "مریم کریمی"), (f"#{mine['reference']}", mine["customer"]["name"]), ("Okafor", "Tom Okafor"), ("чайник", "Анна Соколова")]:
        clerk.page.keyboard.press("Control+k")
        field.fill(wanted)
        expect(found.filter(has_text=name).first).to_be_visible()
        found.filter(has_text=name).first.click()
        expect(clerk.page.locator(".thread-bar .bar-title")).to_have_text(name)


LISTEN = """([path, headers]) => { window.heard = ""; fetch(path, {headers}).then(async answer => { const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) window.heard += part.value; }); }"""


@one_engine
def test_a_note_never_reaches_the_shopper(stage):
    secret = "محرمانه: کد تخفیف ندهید"
    shopper, clerk, conversation = meet(stage)
    answers = []
    shopper.page.on("response", lambda answer: answers.append(answer) if "stream" not in answer.url else None)
    token = shopper.panel.evaluate("Object.entries(localStorage).find(([key]) => key.endsWith(':token'))[1]")
    shopper.panel.evaluate(LISTEN, [f"/chat/stream?conversation={conversation}&after=0", {"Authorization": f"Bearer {token.strip(chr(34))}"}])
    clerk.note(secret)
    clerk.page.locator(".composer .segment .tab").first.click()
    clerk.reply(WORDS["fa"]["thanks"])
    shopper.sees(WORDS["fa"]["thanks"])
    shopper.panel.wait_for_function("text => window.heard.includes(text)", arg=WORDS["fa"]["thanks"])
    heard = shopper.panel.evaluate("window.heard")
    shopper.visit().open_chat()
    shopper.sees(WORDS["fa"]["thanks"])
    seen = [
        heard,
        shopper.panel.content(),
        *shopper.stored(),
        *(answer.text() for answer in answers if "/chat/" in answer.url and answer.frame == shopper.panel),
    ]
    assert len(seen) > 5 and not [text for text in seen if "محرمانه" in text]
    assert any(note["text"] == secret for note in clerk.get(f"/api/v1/conversations/{conversation}")["timeline"]["items"])
