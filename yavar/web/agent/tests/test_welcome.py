"""The first start: only with the terminal's code, once, and each step is kept."""

import http.server
import re
import threading

import pytest
from django.conf import settings
from django.test import Client

from yavar.base.events.models import Event
from yavar.channels.chat import config_of
from yavar.channels.looking import look
from yavar.config.first import furnish, hints
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk
from yavar.people.hours.actions import change_calendar, main_calendar
from yavar.people.hours.queries import rules_of
from yavar.people.models import Agent
from yavar.realtime import loads
from yavar.web.agent.settings.chat import setup_of
from yavar.web.agent.welcome import HUES, code

pytestmark = pytest.mark.django_db(transaction=True)
YOU = {"name": "Nila Farahani", "email": "Nila@Shop.example", "password": "a-long-strong-one"}


@pytest.fixture
def new_desk(transactional_db):
    furnish()
    return Client()


def test_without_the_code_nobody_takes_the_desk(new_desk):
    assert new_desk.get("/").headers["Location"] == "/welcome"
    for address in ("/welcome", "/welcome?code=0123456789"):
        assert new_desk.get(address).status_code == 403
        assert new_desk.post(address, YOU).status_code == 403
    assert not Agent.objects.exists()
    assert code() in hints()[0]


def test_from_nothing_to_a_chat_on_a_page(new_desk):
    assert "a-long-strong-one" not in new_desk.get(f"/welcome?code={code()}").content.decode()
    weak = new_desk.post("/welcome", YOU | {"password": "password12"})
    assert weak.status_code == 422 and 'value="Nila Farahani"' in weak.content.decode()
    assert new_desk.post("/welcome", YOU).headers["Location"] == "/welcome/shop"
    owner = Agent.objects.get()
    assert (owner.title, owner.email, owner.sign_ins.get().outcome) == ("owner", "nila@shop.example", "ok")
    assert new_desk.post("/welcome/shop", {"name": "", "hue": "300"}).status_code == 422
    assert new_desk.post("/welcome/shop", {"name": "Nila Coffee", "hue": "300"}).headers["Location"] == "/welcome/page"
    assert new_desk.post("/welcome/page", {"origin": "shop.example"}).status_code == 422
    assert new_desk.post("/welcome/page", {"origin": "https://shop.example"}).headers["Location"] == "/welcome/team"
    assert new_desk.post("/welcome/team", {"email": "amir@shop.example", "name": "Amir", "role": "agent"}).headers["Location"] == "/welcome/team"
    shown = new_desk.get("/welcome/team").content.decode()
    assert "amir@shop.example" in shown and "amir@shop.example" not in new_desk.get("/welcome/team").content.decode(), "the password is shown once"
    inbox = Inbox.objects.select_related("brand").get()
    assert inbox.public_id in new_desk.get("/welcome/line").content.decode()
    assert (inbox.brand.name_in("fa"), inbox.brand.accent["h"], config_of(inbox.config).origins) == ("Nila Coffee", 300, ["https://shop.example"])
    assert new_desk.get("/welcome").headers["Location"] == "/welcome/shop"
    assert Client().get(f"/welcome?code={code()}").headers["Location"] == "/sign-in", "the code opens nothing any more"


def own_desk(client, lang="en"):
    """Its owner goes on to the second step, in her language."""
    client.get(f"/welcome?code={code()}&lang={lang}")
    assert client.post("/welcome", YOU).status_code == 303


def test_what_was_chosen_beside_a_fault_stays_chosen(new_desk):
    own_desk(new_desk)
    shop = new_desk.post("/welcome/shop", {"name": "  ", "hue": "300"}).content.decode()
    assert 'value="300" class="sr" checked' in shop and "Please give your shop a name." in shop
    assert "longer than 80 letters" in new_desk.post("/welcome/shop", {"name": "x" * 81, "hue": "300"}).content.decode()
    team = new_desk.post("/welcome/team", {"email": YOU["email"], "name": "Amir", "role": "admin"}).content.decode()
    assert "in the team already" in team and '<option value="admin" selected>' in team


def test_each_colour_has_a_name(new_desk):
    own_desk(new_desk, "ru")
    shown = re.findall(r'type="radio" name="hue"[^>]*><span></span><span class="sr">([^<]+)<', new_desk.get("/welcome/shop").content.decode())
    assert len(set(shown)) == len(HUES) and shown[0] == "Бирюзовый" and all(name.isalpha() for name in shown), shown


def test_an_address_in_ones_own_letters_is_shown_as_it_was_typed(new_desk):
    own_desk(new_desk)
    new_desk.post("/welcome/page", {"origin": "https://می‌خواهم.example"})
    for place in ("/welcome/page", "/welcome/line", "/settings/chat"):
        shown = new_desk.get(place).content.decode()
        assert "https://می‌خواهم.example" in shown and ("xn--" not in shown or place == "/settings/chat"), place
    assert config_of(Inbox.objects.get().config).origins == ["https://xn--mgbn2ecje63gr19l.example"], (
        "the name that browsers go to: its half-space is a letter of it"
    )
    loads.note(Inbox.objects.get().public_id, "https://xn--mgbn2ecje63gr19l.example")
    seen = new_desk.get("/welcome-seen").json()
    assert (seen["origin"], seen["allowed"]) == ("https://می‌خواهم.example", True)


def test_the_chat_is_called_so_in_the_owners_language(new_desk):
    own_desk(new_desk, "fa")
    assert Inbox.objects.get().name == "گفت‌وگو"


def test_the_line_counts_as_placed_as_soon_as_the_chat_was_loaded_there(new_desk):
    own_desk(new_desk)
    new_desk.post("/welcome/page", {"origin": "https://shop.example"})
    for origin, placed in (("https://elsewhere.example", False), ("https://shop.example", True)):
        loads.note(Inbox.objects.get().public_id, origin)
        assert [step["done"] for step in setup_of(Agent.objects.get())["steps"]] == [True, placed, False]


@pytest.mark.parametrize(
    ("lang", "zone", "kept", "country", "begins"), [("fa", "Asia/Tehran", "Asia/Tehran", "IR", "sat"), ("ru", "Mars/Olympus", "UTC", "RU", "mon"), ("en", "", "UTC", "", "mon")]
)  # fmt: skip
def test_the_hours_begin_as_the_owners_language_has_them(new_desk, lang, zone, kept, country, begins):
    before = main_calendar()
    assert rules_of(before).always(), "until somebody owns the desk it promises nothing about hours"
    new_desk.get(f"/welcome?code={code()}&lang={lang}")
    assert new_desk.post("/welcome", YOU | {"zone": zone}).status_code == 303
    rules = rules_of(main_calendar())
    assert (rules.zone, desk.read().time_zone, rules.country, begins in rules.week, "fri" in rules.week) == (kept, kept, country, True, lang != "fa")
    assert main_calendar().name == {"fa": "ساعت کاری", "ru": "Рабочее время", "en": "Working hours"}[lang]
    assert Event.objects.get(name="calendar.changed").actor == "system:0"
    step = 'class="link" href="/settings/hours">'
    page = new_desk.get("/settings/start?lang=en").content.decode()
    assert step in page and "done" not in page.split(step)[1].split("</li>")[0], "whether these are hers she says herself"
    calendar = main_calendar()
    change_calendar(calendar, by=Agent.objects.get().actor, name="Ours")
    assert "done" in new_desk.get("/settings/start?lang=en").content.decode().split(step)[1].split("</li>")[0]


def test_only_who_may_goes_on(new_desk):
    new_desk.post(f"/welcome?code={code()}", YOU)
    stranger = Client()
    for address in ("/welcome/line", "/welcome-seen"):
        assert stranger.get(address).status_code == 302


def test_the_page_hears_the_chat_load(new_desk):
    new_desk.get(f"/welcome?code={code()}")
    new_desk.post("/welcome", YOU)
    new_desk.post("/welcome/page", {"origin": "https://shop.example"})
    key = Inbox.objects.get().public_id
    assert new_desk.get("/welcome-seen").content == b"null"
    Client().get(f"/chat/{key}/loader.js", headers={"Referer": "https://shop.example/kettles"})
    found = new_desk.get("/welcome-seen").json()
    assert (found["origin"], found["allowed"]) == ("https://shop.example", True)
    Client().get(f"/chat/{key}/loader.js", headers={"Referer": "https://else.example/"})
    assert new_desk.get("/welcome-seen").json()["allowed"] is False


class Page(http.server.BaseHTTPRequestHandler):
    body, policy, status = b"", "", 200

    def do_GET(self):
        self.send_response(Page.status)
        if Page.policy:
            self.send_header("Content-Security-Policy", Page.policy)
        self.end_headers()
        self.wfile.write(Page.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(settings, "HTTP_ALLOW", ("127.0.0.1",))
    Page.body, Page.policy, Page.status = b"", "", 200
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


LINE = b'<body><p>tea</p>\n<script async\n src="https://desk.example/chat/KEY/loader.js"></script></body>'


@pytest.mark.parametrize(
    ("body", "policy", "status", "code"),
    [
        (LINE, "", 200, "ok"), (b"<body>", "", 200, "missing"), (LINE.replace(b"KEY", b"OTHER"), "", 200, "other"), (LINE, "", 500, "status"),
        (LINE, "default-src 'self'", 200, "policy"), (LINE, "script-src 'self' https://desk.example; frame-src https://desk.example", 200, "ok"),
        (LINE, "script-src https:; frame-src 'none'", 200, "policy"), (LINE, "img-src 'self'", 200, "ok"),
    ],
)  # fmt: skip
def test_what_is_found_on_a_page(site, body, policy, status, code):
    Page.body, Page.policy, Page.status = body, policy, status
    found = look(site, desk="https://desk.example", key="KEY", origins=[site])
    assert found.code == code, found
    assert found.good == (code == "ok") and found.text


def test_an_address_that_is_not_allowed_is_said(site):
    Page.body = LINE
    assert look(site, desk="https://desk.example", key="KEY", origins=[]).code == "origin"


def test_private_networks_are_not_looked_into(site, monkeypatch):
    monkeypatch.setattr(settings, "HTTP_ALLOW", ())
    found = look(site, desk="https://desk.example", key="KEY", origins=[site])
    assert found.code == "unreachable" and "private network" in found.text
