"""The chat's settings: who may, what each form changes, what is refused and how that is said, and a new desk's first steps."""

import json
import re

import pytest
from django.conf import settings as django_settings
from django.test import Client

from yavar.base import crypto
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.channels.chat import SignedIdentity, config_of, vouched
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk import settings as desk
from yavar.desk.accent import HOUSE, Accent, calmer, contrast, pairs, readable
from yavar.desk.actions import configure_brand
from yavar.desk.models import Brand
from yavar.people.models import Agent
from yavar.people.team.actions import Given, grant
from yavar.realtime.signals import presence

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = {
    "name_fa": "قهوهٔ نیلا", "name_ru": "Кофе «Нила»", "name_en": "Nila Coffee", "locale": "fa", "colour": "house", "hue": "205", "strength": "9", "reply_minutes": "5",
}  # fmt: skip


@pytest.fixture
def shop(transactional_db):
    from yavar.conversations.testing import furnish

    return furnish()


class Decider:
    """Somebody at the settings."""

    def __init__(self, agent, lang="en"):
        agent.lang = lang
        agent.save()
        self.client = Client()
        self.client.force_login(agent)

    def do(self, what, **fields):
        """Send a form; answers the page that follows."""
        return self.client.post("/settings/chat", {"do": what, **fields}, follow=True)

    def page(self):
        return self.client.get("/settings/chat").content.decode()

    def setup(self):
        text = self.client.get("/inbox").content.decode()
        return json.loads(re.search(r'id="boot"[^>]*>(.*?)</script>', text, re.S)[1])["setup"]


@pytest.fixture
def nila(shop):
    return Decider(shop.owner)


def inbox():
    return Inbox.objects.select_related("brand").get()


def config():
    return config_of(inbox().config)


def text_of(answer):
    return answer.content.decode()


def test_only_those_with_the_right(shop):
    assert Client().get("/settings/chat").headers["Location"] == "/sign-in?next=%2Fsettings%2Fchat"
    amir = Decider(shop.amir)
    for answer in (amir.client.get("/settings/chat"), amir.do("switch", active="off"), amir.client.get("/settings/try")):
        assert answer.status_code == 403
        assert "Nila Test" in text_of(answer) and "Sara Test" not in text_of(answer)
        assert "Amir Test" not in text_of(answer) and "loader.js" not in text_of(answer)
    assert inbox().active
    grant(shop.amir, [Given("admin", "inbox", shop.inbox.pk)], by=Actor("system"))
    for agent in (Agent.objects.get(pk=shop.amir.pk), shop.owner):
        assert "loader.js" in Decider(agent).page()


def test_writes_need_the_pages_token(shop):
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.owner)
    assert client.post("/settings/chat", {"do": "switch", "active": "off"}).status_code == 403
    assert inbox().active


@pytest.mark.parametrize(
    "form",
    [
        {"do": "nothing"},
        {"active": "off"},
        {"do": "switch"},
        {"do": "switch", "active": "off", "more": "1"},
        {"do": "ask", "ask_name": "sometimes", "ask_email": "off", "mail_after": "3"},
        {"do": "look", **LOOK, "colour": "own", "hue": "green"},
        {"do": "look", **LOOK, "colour": "own", "hue": "361"},
        {"do": "look", **LOOK, "colour": "own", "strength": "nan"},
        {"do": "look", **LOOK, "colour": "own", "hue": "1;}body{}"},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(nila, form):
    before = (inbox().config, inbox().active, inbox().brand.accent)
    assert nila.client.post("/settings/chat", form).status_code == 400
    assert (inbox().config, inbox().active, inbox().brand.accent) == before


def test_off_and_on(shop, nila):
    loader = f"/chat/{shop.inbox.public_id}/loader.js"
    assert "The chat is off." in text_of(nila.do("switch", active="off"))
    assert not inbox().active and Client().get(loader).status_code == 404
    assert "The chat is on." in text_of(nila.do("switch", active="on"))
    assert inbox().active and Client().get(loader).status_code == 200
    assert "The chat is on." not in nila.page()  # said once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Other.Example/", "https://other.example"),
        ("  https://other.example:443 ", "https://other.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://فروشگاه.example", "https://xn--mgbtj4c7ad63e.example"),
    ],
)
def test_a_page_is_allowed_and_taken_off_and_put_back(shop, nila, typed, kept):
    before = config().origins
    assert "may show the chat" in text_of(nila.do("allow", origin=typed))
    assert config().origins == [*before, kept]
    panel = f"/chat/{shop.inbox.public_id}/panel"
    assert kept in Client().get(panel).headers["Content-Security-Policy"]
    nila.do("allow", origin=typed)
    assert config().origins == [*before, kept]
    gone = text_of(nila.do("disallow", origin=kept))
    assert config().origins == before and kept not in Client().get(panel).headers["Content-Security-Policy"]
    assert f'name="origin" value="{kept}"' in gone  # Undo
    nila.do("allow", origin=kept)
    assert config().origins == [*before, kept]


WHY = {
    "star": ("A star would let in", "ستاره", "Звёздочка"),
    "begins": ("begins with https:// or http://. Did you mean https://shop.example?", "منظورتان https://shop.example بود", "Может быть, https://shop.example"),
    "only": ("Only addresses that begin", "فقط نشانی‌هایی", "Разрешить можно только"),
    "incomplete": ("isn’t complete", "کامل نیست", "Адрес неполный"),
    "path": ("Leave out what comes after the name", "لازم نیست", "лишнее"),
    "empty": ("Type the address", "نشانی فروشگاهتان", "Напишите адрес"),
}


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("https://*.shop.example", "star"),
        ("*", "star"),
        ("shop.example", "begins"),
        ("shop.example/kettle", "begins"),
        ("javascript:alert(1)", "only"),
        ("javascript://shop.example/%0aalert(1)", "only"),
        ("data:text/html,x", "only"),
        ("ftp://shop.example", "only"),
        ("//shop.example", "only"),
        ("https://shop.example/kettle", "path"),
        ("https://shop.example/?a=1", "path"),
        ("https://shop.example#top", "path"),
        ("https://", "incomplete"),
        ("https://user:word@shop.example", "incomplete"),
        ("https://shop.example; script-src x", "incomplete"),
        ("https://shop.example https:", "incomplete"),
        ("https://shop.example:99999", "incomplete"),
        ("", "empty"),
    ],
)
def test_a_wrong_address_is_said_in_the_readers_language_and_kept(shop, typed, why):
    before = config().origins
    for place, lang in enumerate(("en", "fa", "ru")):
        answer = Decider(shop.owner, lang).do("allow", origin=typed)
        text = text_of(answer)
        assert answer.status_code == 422
        assert re.search(r'id="origin-fault">.*?' + re.escape(WHY[why][place]), text, re.S), text
        field = re.search(r'<input id="origin"[^>]*>', text)[0]
        assert f'value="{typed}"' in field.replace("&#39;", "'") and 'aria-invalid="true"' in field
    assert config().origins == before


def test_what_is_asked_first(nila):
    assert "Saved." in text_of(nila.do("ask", ask_name="require", ask_email="ask", mail_after="10", identity_required="on"))
    assert (config().ask_name, config().ask_email, config().identity_required, config().mail_after) == ("require", "ask", True, 10)
    nila.do("ask", ask_name="off", ask_email="off", mail_after="0")
    assert (config().ask_name, config().ask_email, config().identity_required) == ("off", "off", False)
    assert config().origins == ["https://shop.example", "http://testserver"]


def test_the_secret_is_shown_once_and_after_a_press(shop, nila):
    secret = inbox().unsealed_secret()
    shown = lambda text: secret in text.replace("&#39;", "'")  # noqa: E731
    assert not shown(nila.page())
    assert shown(text_of(nila.do("show")))
    assert not shown(nila.page())
    assert not shown(text_of(Decider(shop.amir).do("show")))


def test_a_new_secret_ends_the_old_signatures(nila):
    def holds(secret):
        try:
            return vouched(SignedIdentity(id="c-17", hash=crypto.hmac_sha256(secret, "c-17")), inbox().unsealed_secret()).external == "c-17"
        except Problem:
            return False

    old = inbox().unsealed_secret()
    assert holds(old)
    shown = text_of(nila.do("renew"))
    new = inbox().unsealed_secret()
    assert new in shown and len(new) >= 43 and new != old
    assert holds(new) and not holds(old)


def test_a_secret_under_another_desk_key_is_said_and_can_be_replaced(shop, monkeypatch):
    monkeypatch.setattr(django_settings, "SECRET_KEY", "another key that is long enough to be one, 0123456789")
    nila = Decider(shop.owner)
    assert "another desk key" in text_of(nila.do("show"))
    nila.do("renew")
    assert inbox().unsealed_secret()


def test_how_customers_see_the_shop(shop, nila):
    changed = {
        **LOOK,
        "name_en": "  Nila   Coffee House ",
        "name_ru": "",
        "locale": "en",
        "reply_minutes": "۱۲",
        "colour": "own",
        "hue": "320",
        "strength": "12",
    }
    assert "Saved." in text_of(nila.do("look", **changed))
    brand = Brand.objects.get()
    assert brand.name == {"en": "Nila Coffee House", "fa": "قهوهٔ نیلا"}
    assert (brand.locale, brand.accent, desk.read().reply_minutes) == ("en", {"h": 320.0, "c": 0.12}, 12)
    presence.put("amir", "Amir", None, 0, "viewing")
    panel = Client().get(f"/chat/{shop.inbox.public_id}/panel?lang=ru").content.decode()
    facts = json.loads(re.search(r'id="config">(.*?)</script>', panel, re.S)[1])
    assert (facts["brand"]["name"], facts["brand"]["accent"]["h"], facts["pace"]) == ("Nila Coffee House", 320.0, "Обычно отвечаем за 12 мин")
    nila.do("look", **{**LOOK, "reply_minutes": ""})
    assert (Brand.objects.get().accent, desk.read().reply_minutes) == (None, 0)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name_fa": " "}, "name_fa", ("The default language needs a name", "زبان پیش‌فرض", "на основном языке")),
        ({"name_ru": "н" * 81}, "name_ru", ("longer than 80", "از ۸۰ حرف", "длиннее 80")),
        ({"locale": "de"}, "locale", ("one of the languages", "یکی از زبان‌ها", "один из языков")),
        ({"reply_minutes": "soon"}, "reply_minutes", ("from 1 to 999", "از ۱ تا ۹۹۹", "от 1 до 999")),
        ({"reply_minutes": "1000"}, "reply_minutes", ("from 1 to 999", "از ۱ تا ۹۹۹", "от 1 до 999")),
        ({"colour": "own", "hue": "190", "strength": "28"}, "accent", ("Up to a strength of 22", "تا شدت ۲۲", "До насыщенности 22")),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(shop, change, field, words):
    before = Brand.objects.values().get()
    for lang, word in zip(("en", "fa", "ru"), words, strict=True):
        answer = Decider(shop.owner, lang).do("look", **{**LOOK, "name_en": "Typed", **change})
        assert answer.status_code == 422
        assert re.search(rf'id="{field}-fault">.*?{re.escape(word)}', text_of(answer), re.S)
        assert 'value="Typed"' in text_of(answer)
    assert Brand.objects.values().get() == before and desk.read().reply_minutes == 5


def test_every_accent_that_is_taken_can_be_read(shop):
    assert readable(HOUSE)
    for hue in range(0, 360, 15):
        for strength in range(0, 41, 4):
            accent = Accent(hue, strength / 100)
            if not readable(accent):
                with pytest.raises(Problem):
                    configure_brand(shop.brand, accent=accent)
                accent = calmer(accent)
            configure_brand(shop.brand, accent=accent)
            assert min(contrast(text, ground) for text, ground in pairs(accent)) >= 4.5
    assert contrast((1, 0, 0), (0, 0, 0)) == pytest.approx(21)
    assert contrast((1, 0, 0), (0.50, 0.088, 205)) == pytest.approx(5.72, abs=0.1)


def test_the_panel_has_the_lightness_the_pairs_speak_of():
    from yavar.web.ui.assets import assets

    css = assets().text("widget/panel.css")
    for part in ("oklch(0.50 var(--chroma) var(--hue))", "oklch(0.80 calc(var(--chroma) * 1.2) calc(var(--hue) - 7))", "oklch(0.455 calc(var(--chroma) * .93)",
                 "oklch(0.83 calc(var(--chroma) * 1.1)", "oklch(0.33 calc(var(--chroma) * .6)", "oklch(0.41 calc(var(--chroma) * .75)"):  # fmt: skip
        assert part in css


def test_first_steps_come_and_go(shop):
    nila = Decider(shop.owner)
    configure_inbox(shop.inbox, config_of({}))
    assert [step["done"] for step in nila.setup()["steps"]] == [False, False, False]
    assert [step["url"] for step in nila.setup()["steps"]] == ["/settings/chat#pages", "/settings/chat#line", "/settings/try"]
    assert Decider(shop.amir).setup() is None  # who cannot take the steps is not told to
    nila.do("allow", origin="https://shop.example")
    assert [step["done"] for step in nila.setup()["steps"]] == [True, False, False]
    shop.says(shop.visitor(), "hello")
    assert nila.setup() is None
    nila.do("disallow", origin="https://shop.example")
    assert [step["done"] for step in nila.setup()["steps"]] == [False, False, True]


def test_the_chat_can_be_tried_on_the_desks_own_page_and_on_no_other(shop, nila):
    configure_inbox(shop.inbox, config_of({"origins": ["https://shop.example"]}))
    panel = f"/chat/{shop.inbox.public_id}/panel"
    csp = lambda referer: Client().get(panel, headers={"Referer": referer} if referer else {}).headers["Content-Security-Policy"]  # noqa: E731
    assert panel.replace("panel", "loader.js") in nila.client.get("/settings/try").content.decode()
    assert "frame-ancestors https://shop.example http://testserver" in csp("http://testserver/settings/try?lang=fa")
    for referer in ("", "http://testserver/", "http://testserver/settings/try/more", "http://testserver/inbox", "https://shop.example/settings/try"):
        assert csp(referer).endswith("frame-ancestors https://shop.example"), referer
    assert Client().get(panel, headers={"Referer": "https://evil.example/settings/try"}).status_code == 403
    assert "frame-ancestors 'none'" in nila.client.get("/settings/try").headers["Content-Security-Policy"]
    nila.do("switch", active="off")
    assert "loader.js" not in nila.client.get("/settings/try").content.decode()


def test_an_icon_for_who_asks():
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'rel="icon" href="data:image/svg+xml' in Client().get("/sign-in").content.decode()
