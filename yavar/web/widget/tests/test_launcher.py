"""What the shop's page is given before the chat is opened, and the panel's page when its script does not come."""

import gzip
import json
import re

import pytest
from django.test import Client

from yavar.base.edge.testing import knock
from yavar.channels.chat import CHAT, ChatConfig
from yavar.channels.ways import Way
from yavar.conversations import actions
from yavar.conversations.models import Conversation
from yavar.conversations.setup import configure_inbox
from yavar.realtime.signals import presence
from yavar.web.widget.doors import DOORS
from yavar.web.widget.shrink import script_of, sheet_of

from .test_chat import Visitor, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = [Way("phone", "+982112345678"), Way("telegram", "https://t.me/nila", {"en": "Nila’s <b>channel</b>"})]


def loaded(inbox, **headers):
    return Client().get(f"/chat/{inbox.public_id}/loader.js", headers=headers)


def facts(inbox):
    return json.loads(re.match(r"\(\(\)=>\{const YAVAR=(.*);\n", loaded(inbox).content.decode())[1])


def offer(shop, ways=WAYS):  # noqa: F811
    configure_inbox(shop.inbox, ChatConfig(origins=["https://shop.example"], ways=ways))


def test_the_launcher_knows_the_ways_in_three_languages(shop):  # noqa: F811
    assert "ways" not in facts(shop.inbox)["strings"]["en"] and facts(shop.inbox)["strings"]["en"]["open"] == "Open chat"
    offer(shop)
    said = facts(shop.inbox)
    assert len(said["icons"]) == 2
    assert {lang: words["ways"][0] for lang, words in said["strings"].items()} == {
        "fa": ["tel:+982112345678", "تماس تلفنی"], "ru": ["tel:+982112345678", "Позвонить"], "en": ["tel:+982112345678", "Call us"],
    }  # fmt: skip
    assert said["strings"]["en"]["ways"][1][1] == "Nila’s <b>channel</b>"
    assert b"<b>" not in loaded(shop.inbox).content, "nothing in it can end a script element"
    assert said["strings"]["ru"]["open"] == "Связаться с нами"


def test_it_is_packed_without_noise_and_within_its_budget(shop):  # noqa: F811
    offer(shop, [*WAYS, Way("email", "help@shop.example"), Way("whatsapp", "https://wa.me/989123456789"), Way("help", "https://shop.example/help")])
    presence.put("amir", "Amir", None, 0, "viewing")  # so that its pace is in it too
    packed = loaded(shop.inbox, accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert packed.content == loaded(shop.inbox, accept_encoding="gzip").content
    assert gzip.decompress(packed.content) == loaded(shop.inbox).content
    assert len(packed.content) <= 4096, len(packed.content)


def test_without_its_script_the_panel_still_says_how_to_reach_the_shop(shop):  # noqa: F811
    offer(shop)
    text = Client().get(f"/chat/{shop.inbox.public_id}/panel?lang=fa", headers={"Referer": "https://shop.example/"}).content.decode()
    bare = re.sub(r"(?s)<script.*?</script>", "", text)
    assert 'href="tel:+982112345678"' in bare and "تماس تلفنی" in bare and 'href="https://t.me/nila"' in bare
    config = json.loads(re.search(r'(?s)id="config">(.*?)</script>', text)[1])
    assert [(way["href"], way["words"]) for way in config["ways"]] == [("tel:+982112345678", "تماس تلفنی"), ("https://t.me/nila", "تلگرام")]


def test_a_new_conversation_begins_when_the_last_one_is_resolved(shop):  # noqa: F811
    maryam = Visitor(shop)
    first = json.loads(maryam.say("one").body)["conversation"]["id"]
    actions.resolve(Conversation.objects.get().pk, by=shop.amir)
    second = json.loads(maryam.say("two").body)["conversation"]["id"]
    assert second != first
    assert Conversation.objects.get(public_id=first).status == "resolved"
    assert [found["id"] for found in [maryam.get("/chat/hello").json()["conversation"]]] == [second]


def test_shrinking_keeps_what_is_said():
    code = '(() => {\n  // a note\n  const a = "x  // y", b = `${a} (1)`; // another\n  return a + b;\n})();\n'
    assert script_of(code) == '(()=>{const a="x  // y",b=`${a} (1)`;return a+b;})();'
    assert sheet_of("/* note */ .a > .b { inset: 0 auto;\n  color: red }") == ".a>.b{inset:0 auto;color:red}"


def greet(shop, **more):  # noqa: F811
    found = {"id": "hello", "text": {"en": "Need help?", "fa": "کمک؟"}, "page": "/kettles", "after": 5, "who": "new", **more}
    configure_inbox(shop.inbox, CHAT.changed({"origins": ["https://shop.example"]}, {"greetings": [found]}))


def test_greetings_come_with_the_launcher_and_only_where_there_are_some(shop):  # noqa: F811
    assert "localStorage" not in loaded(shop.inbox).content.decode() and "hailed" not in loaded(shop.inbox).content.decode()
    greet(shop)
    said = facts(shop.inbox)
    assert (said["greets"], said["daily"]) == ([["hello", "/kettles", 5, "new"]], 1)
    assert {lang: words["greets"] for lang, words in said["strings"].items()} == {"fa": ["کمک؟"], "ru": ["کمک؟"], "en": ["Need help?"]}
    greet(shop, active=False)
    assert "greets" not in facts(shop.inbox) and "localStorage" not in loaded(shop.inbox).content.decode()


def test_the_greeting_a_visitor_answers_is_kept_in_our_own_words(shop):  # noqa: F811
    greet(shop)
    maryam = Visitor(shop, lang="en")
    body = {"client_id": "client-0001", "conversation": None, "text": "Yes please", "greeting": "hello"}
    first = json.loads(knock(DOORS, "POST", "/chat/messages", body, authorization=f"Bearer {maryam.token}").body)
    assert first["message"]["seq"] == 2
    hello = maryam.get("/chat/hello").json()
    assert [(each["author"]["kind"], each["text"]) for each in hello["messages"]] == [("bot", "Need help?"), ("customer", "Yes please")]
    stranger = Visitor(shop, lang="en")
    forged = {**body, "client_id": "client-0002", "greeting": "We owe you a kettle"}
    assert json.loads(knock(DOORS, "POST", "/chat/messages", forged, authorization=f"Bearer {stranger.token}").body)["message"]["seq"] == 1


def test_the_pace_is_known_when_somebody_is_there(shop):  # noqa: F811
    offer(shop, [*WAYS, Way("email", "help@shop.example"), Way("help", "https://shop.example/help")])
    assert facts(shop.inbox)["strings"]["en"]["pace"] == ""
    presence.put("amir", "Amir", None, 0, "viewing")
    assert facts(shop.inbox)["strings"]["fa"]["pace"] == "معمولاً زیر ۵ دقیقه پاسخ می‌دهیم"


def test_greetings_weigh_a_kilobyte_and_a_half_at_most(shop):  # noqa: F811
    offer(shop)
    before = len(loaded(shop.inbox, accept_encoding="gzip").content)
    texts = {"en": "Looking for the right kettle? Ask us.", "fa": "دنبال کتری مناسب می‌گردید؟ بپرسید.", "ru": "Ищете подходящий чайник? Спросите нас."}
    configure_inbox(shop.inbox, CHAT.changed(shop.inbox.config, {"greetings": [{"text": texts}, {"text": texts, "page": "/basket", "who": "returning"}]}))
    assert len(loaded(shop.inbox, accept_encoding="gzip").content) - before <= 1536


def test_outside_hours_it_says_when_the_shop_is_back_and_still_weighs_no_more(shop):  # noqa: F811
    from datetime import timedelta

    from yavar.base import clock
    from yavar.desk import settings
    from yavar.flow.sla.testing import HOUR, MONDAY, nine_to_five, promise

    nine_to_five()
    promise(first=30)
    settings.change(publish_promises=True)
    offer(shop, [*WAYS, Way("email", "help@shop.example"), Way("whatsapp", "https://wa.me/989123456789"), Way("help", "https://shop.example/help")])
    with clock.stopped_at(MONDAY + 2 * HOUR):
        assert [facts(shop.inbox)["strings"][lang]["pace"] for lang in ("fa", "ru", "en")] == [
            "در ۳۰ ثانیه پاسخ می‌دهیم",
            "Отвечаем за 30 с",
            "We reply within 30 s",
        ]
    with clock.stopped_at(MONDAY + timedelta(days=4, hours=10)):
        assert facts(shop.inbox)["strings"]["en"]["pace"] == "Closed until Monday 30 November, 9:00"
        size = len(loaded(shop.inbox, accept_encoding="gzip").content)
        assert size <= 4096, size
