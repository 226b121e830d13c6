"""News reaches who looks elsewhere: the bell, the sound, the marks; the desk as an app, with pushes, and without a line."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
WHOLE_CHROMIUM = True  # the headless one asks nobody whether it may notify
SERVICE_WORKERS = True
both_languages = pytest.mark.parametrize("who, lang", [("amir", "fa"), ("sara", "en")])
COUNTS = "/api/v1/conversations/counts"
QUESTION = {"fa": "سلام، کتری سالم نرسید.", "en": "Hello, my kettle came broken."}


def at_rest(clerk):
    """What is read after the page has come to rest is there, and the worker with it."""
    clerk.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    clerk.page.wait_for_timeout(3200)


def asked(stage, lang, text):
    """A customer begins a chat; answers its id."""
    shopper = stage.shopper(lang)
    shopper.open_chat()
    shopper.begin(text)
    return shopper.conversation


@both_languages
def test_the_bell_says_who_what_and_where(stage, who, lang):
    clerk, other = stage.clerk(who, "/inbox/mine"), stage.clerk("nila")
    clerk.ask("POST", "notifications/seen", {"all": True})
    me = clerk.get("/api/v1/me")["id"]
    talk = asked(stage, lang, QUESTION[lang])
    page, bell = clerk.page, clerk.page.locator(".bell .icon-button")
    expect(page.locator(".bell-count")).to_have_text({"fa": "۱", "en": "1"}[lang])
    other.ask("POST", f"conversations/{talk}/assign", {"agent": me})
    eventually(page, lambda: clerk.get("/api/v1/notifications")["notifications"][0]["kind"] == "assigned", "he is told")
    expect(bell).to_have_attribute("aria-label", {"fa": "۱ خبر تازه", "en": "1 new notification"}[lang])  # the new one is nobody's no more, and now it is mine
    bell.focus()
    page.keyboard.press("Enter")
    row = page.locator(".news-row.is-new")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Nila Farahani")
    expect(row).to_contain_text(QUESTION[lang])
    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".thread .log article").first).to_be_visible()
    assert page.url.endswith(f"/inbox/mine/{talk}")
    expect(page.locator(".bell-count")).to_have_count(0)
    assert clerk.complaints == []


def test_all_at_once_and_nothing_left(stage):
    clerk, other = stage.clerk("sara", "/inbox/mine"), stage.clerk("nila")
    talk = asked(stage, "en", "One more thing")
    other.ask("POST", f"conversations/{talk}/notes", {"client_id": "note-for-sara", "text": "Can you take this?", "mentions": [clerk.get("/api/v1/me")["id"]]})
    expect(clerk.page.locator(".bell-count")).to_be_visible()
    clerk.page.locator(".bell .icon-button").click()
    expect(clerk.page.locator(".news-row", has_text="Can you take this?")).to_be_visible()
    clerk.page.locator(".news-head button").click()
    expect(clerk.page.locator(".news-row.is-new")).to_have_count(0)
    expect(clerk.page.locator(".bell-count")).to_have_count(0)
    assert clerk.get(COUNTS)["notifications"] == 0
    clerk.page.keyboard.press("Escape")
    expect(clerk.page.locator(".news")).to_have_count(0)
    expect(clerk.page.locator(".bell .icon-button")).to_be_focused()


def test_a_sound_for_what_is_new_and_never_for_what_is_open(stage):
    clerk, other = stage.clerk("sara", "/inbox/mine"), stage.clerk("nila")
    page, me = clerk.page, clerk.get("/api/v1/me")["id"]
    clerk.ask("PATCH", "me", {"notify": {"ways": {"message": ["app", "sound"], "due": [], "late": []}}})
    clerk.ask("POST", "notifications/seen", {"all": True})
    page.reload()
    at_rest(clerk)
    page.evaluate("window.chimes = 0; document.addEventListener('yavar:chime', () => { window.chimes += 1; })")
    plain = page.locator("link[rel=icon]").get_attribute("href")
    page.mouse.click(700, 500)  # browsers are silent until one has touched the page
    shopper = stage.shopper("en")
    shopper.open_chat()
    shopper.begin("Does it ring?")
    talk = shopper.conversation
    eventually(page, lambda: page.evaluate("window.chimes") == 1, "a new chat sounds")
    eventually(page, lambda: page.locator("link[rel=icon]").get_attribute("href") != plain, "the icon has its mark")
    page.wait_for_timeout(2100)  # two within two seconds are one
    other.ask("POST", f"conversations/{talk}/assign", {"agent": me})
    eventually(page, lambda: page.evaluate("window.chimes") == 2, "what is given to me sounds")
    page.wait_for_timeout(2100)
    clerk.page.goto(f"{clerk.base}/inbox/mine/{talk}")
    at_rest(clerk)
    page.evaluate("window.chimes = 0; document.addEventListener('yavar:chime', () => { window.chimes += 1; })")
    page.mouse.click(700, 500)
    shopper.say("And now, while you look?")
    clerk.sees("And now, while you look?")
    page.wait_for_timeout(500)
    assert page.evaluate("window.chimes") == 0
    eventually(page, lambda: page.locator("link[rel=icon]").get_attribute("href") == plain, "and no mark for what one looks at", seconds=15)
    clerk.go("/inbox/all")
    page.evaluate("window.chimes = 0; document.addEventListener('yavar:chime', () => { window.chimes += 1; })")
    at_rest(clerk)
    page.mouse.click(700, 500)
    shopper.say("And now that you don't?")
    eventually(page, lambda: page.evaluate("window.chimes") == 1, "a message of mine that is not open sounds, since I chose so")
    clerk.ask("PATCH", "me", {"notify": {"ways": {"message": ["app", "mail", "push"]}}})


@both_languages
def test_without_a_line_there_is_an_honest_page(stage, who, lang):
    clerk = stage.clerk(who, "/inbox/mine")
    page = clerk.page
    at_rest(clerk)
    kept = page.evaluate(
        "(async () => { const found = []; for (const name of await caches.keys()) for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname); return found; })()"
    )
    assert "/offline" in kept and all(path == "/offline" or path.startswith("/static/") for path in kept), kept
    clerk.cut_off(True)
    page.goto(f"{clerk.base}/inbox/all")
    expect(page.locator("h1")).to_have_text({"fa": "به میز دسترسی نیست", "en": "The desk can’t be reached"}[lang])
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [lang, "rtl" if lang == "fa" else "ltr"]
    clerk.cut_off(False)
    page.locator("a.button").click()
    expect(page.locator(".list")).to_be_visible()
    for path in (f"/chat/{stage.desk.inbox}/panel", "/shop"):
        clerk.cut_off(True)
        with pytest.raises(Exception, match="ERR_"):
            page.goto(f"{clerk.base}{path}")
        clerk.cut_off(False)
    page.goto(f"{clerk.base}/inbox/all")
    page.locator(".me").click()
    page.locator('.menu-item:has(use[href$="#log-out"])').click()
    expect(page.locator("input[name=username]")).to_be_visible()
    eventually(page, lambda: page.evaluate("caches.keys()") == [], "signing out leaves nothing")


def test_it_can_be_installed(stage):
    clerk = stage.clerk("amir", "/inbox/mine")
    at_rest(clerk)
    line = clerk.page.context.new_cdp_session(clerk.page)
    assert line.send("Page.getInstallabilityErrors")["installabilityErrors"] in ([], [{"errorId": "in-incognito", "errorArguments": []}])
    found = line.send("Page.getAppManifest")
    assert not found["errors"] and json.loads(found["data"])["name"] == "قهوهٔ نیلا"


def test_a_push_is_shown_and_leads_to_its_conversation(stage):
    clerk = stage.clerk("sara", "/inbox/mine")
    page = clerk.page
    page.context.grant_permissions(["notifications"])
    at_rest(clerk)
    talk = clerk.get("/api/v1/conversations?view=all")["rows"][0]["id"]
    line = page.context.new_cdp_session(page)
    known = []
    line.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    line.send("ServiceWorker.enable")
    eventually(page, lambda: known, "the browser knows the worker")
    told = {"title": "Amir gave you a conversation", "body": "سلام", "url": f"/inbox/mine/{talk}", "tag": talk, "badge": 3, "lang": "en", "dir": "ltr"}
    push = {"origin": clerk.base, "registrationId": known[0]["registrationId"], "data": json.dumps(told)}
    for _ in range(2):
        line.send("ServiceWorker.deliverPushMessage", push)
    shown = "navigator.serviceWorker.ready.then(async it => (await it.getNotifications()).map(each => [each.title, each.body, each.tag, each.dir]))"
    eventually(page, lambda: page.evaluate(shown), "it is shown")
    assert page.evaluate(shown) == [[told["title"], "سلام", talk, "ltr"]], "twice about the same is one"
    worker = page.context.service_workers[0]
    clerk.stay()
    worker.evaluate(
        "async () => { const [found] = await registration.getNotifications(); dispatchEvent(new NotificationEvent('notificationclick', {notification: found})); }"
    )
    expect(page.locator(".thread .log article").first).to_be_visible()
    assert page.url.endswith(f"/inbox/mine/{talk}") and clerk.stayed()
    assert page.evaluate(shown) == []


SUBSCRIBED = """
  const bytes = n => Uint8Array.from({length: n}, (_, i) => i + 1).buffer;
  const point = Uint8Array.from(atob("BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4="), c => c.charCodeAt(0)).buffer;
  const subscription = applicationServerKey => ({endpoint: "https://push.example/x", options: {applicationServerKey}, getKey: name => name === "auth" ? bytes(16) : point,
    unsubscribe: async () => { localStorage.removeItem("played"); }});
  const kept = () => { try { return localStorage.getItem("played"); } catch { return null; } };
  PushManager.prototype.getSubscription = async () => kept() && subscription(Uint8Array.from(JSON.parse(kept())).buffer);
  PushManager.prototype.subscribe = async ({applicationServerKey: key}) => { localStorage.setItem("played", JSON.stringify([...key])); return subscription(key.buffer); };
"""


@both_languages
def test_you(stage, who, lang):
    """The page on which one decides all that; the browser's push service is played, since there is none here."""
    clerk = stage.clerk(who)
    page = clerk.page
    page.context.grant_permissions(["notifications"])
    page.add_init_script(SUBSCRIBED)
    page.goto(f"{clerk.base}/settings")
    assert page.url.endswith("/settings/profile"), "first for everyone"
    page.locator("[data-on]").click()
    expect(page.locator("#devices li")).to_have_count(1)
    expect(page.locator("#devices li [data-device], #devices li")).to_contain_text("Linux")
    page.locator("form[data-form=test] button").click()
    expect(page.locator("#devices .said")).to_be_visible()
    page.locator("form[data-form^=remove] button").click()
    expect(page.locator("#devices li")).to_have_count(0)
    page.check("#quiet input[name=on]", force=True)
    page.fill("#quiet input[name=begin]", "۲۳:۰۰")
    page.locator("#quiet form p .button").last.click()
    expect(page.locator("#quiet .said")).to_be_visible()
    expect(page.locator("#quiet input[name=begin]")).to_have_value("23:00")
    page.select_option("#you-lang", "ru")
    page.select_option("#you-digits", "persian")
    page.locator("#you form p .button").last.click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#you .said")).to_contain_text("Сохранено")
    assert page.evaluate("document.documentElement.dataset.locale").endswith("-nu-arabext")
    clerk.go("/inbox/all")
    expect(page.locator(".bar-title .bar-count, .bar-count").first).to_contain_text("۰۱۲۳۴۵۶۷۸۹"[int(clerk.get(COUNTS)["all"]) % 10])
    clerk.ask("PATCH", "me", {"lang": lang, "digits": "", "notify": {"quiet": False}})


def test_a_device_sleeps_while_its_reader_is_signed_out(stage):
    clerk = stage.clerk("sara")
    page = clerk.page
    page.context.grant_permissions(["notifications"])
    page.add_init_script(SUBSCRIBED)
    page.goto(f"{clerk.base}/settings/profile")
    page.locator("[data-on]").click()
    expect(page.locator("#devices li .chip.is-accent")).to_be_visible()  # this one
    page.goto(f"{clerk.base}/inbox/all")
    page.locator(".me").click()
    page.locator('.menu-item:has(use[href$="#log-out"])').click()
    expect(page.locator("input[name=username]")).to_be_visible()
    assert (
        stage.desk.python(
            "from yavar.notifications import devices; from yavar.notifications.models import Device; print(len(devices.awake(list(Device.objects.select_related('sign_in')))))"
        )
        == "0\n"
    )
    clerk.sign_in()
    eventually(page, lambda: [each["awake"] for each in clerk.get("/api/v1/me/devices")["devices"]] == [True], "it wakes up with its reader", seconds=20)
    device = clerk.get("/api/v1/me/devices")["devices"][0]["id"]
    clerk.ask("DELETE", f"me/devices/{device}")
    page.reload()
    at_rest(clerk)
    eventually(
        page,
        lambda: page.evaluate("Object.keys(localStorage).filter(key => key.endsWith('.device') && localStorage[key] !== 'null').length") == 0,
        "removed means off",
    )
    assert clerk.get("/api/v1/me/devices")["devices"] == [] and clerk.complaints == []


def test_only_one_tab_sounds(stage):
    clerk = stage.clerk("sara", "/inbox/mine")
    tabs = [clerk.page, clerk.page.context.new_page()]
    tabs[1].goto(f"{clerk.base}/inbox/unassigned")
    expect(tabs[1].locator(".list")).to_be_visible()
    for tab in tabs:
        tab.wait_for_timeout(3500)
        tab.evaluate("window.chimes = 0; document.addEventListener('yavar:chime', () => { window.chimes += 1; })")
        tab.bring_to_front()
        tab.mouse.click(700, 500)
    asked(stage, "en", "One sound, please")
    eventually(tabs[1], lambda: sum(tab.evaluate("window.chimes") for tab in tabs) == 1, "it sounds")
    tabs[1].wait_for_timeout(1000)
    assert sum(tab.evaluate("window.chimes") for tab in tabs) == 1


BROKEN = """[...document.querySelectorAll('.ways th span')].flatMap(span => { const text = span.firstChild, range = document.createRange();
  return [...text.data.matchAll(/[^\\s-]+/g)].filter(({index, 0: word}) => { range.setStart(text, index); range.setEnd(text, index + word.length); return new Set([...range.getClientRects()].map(each => Math.round(each.top))).size > 1; }).map(each => each[0]); })"""


@pytest.mark.parametrize("who", ["amir", "lena", "sara"])
def test_no_word_is_broken_over_the_boxes_of_a_phone(stage, who):
    page = stage.clerk(who, size=(390, 844), has_touch=True, is_mobile=True).page
    page.goto(f"{stage.desk.url}/settings/profile")
    assert page.evaluate(BROKEN) == [] and page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
