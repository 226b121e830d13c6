"""The page "You": what each form changes, what is refused; and the desk as an app."""

import json
import re

import pytest
from django.test import Client

from yavar.notifications import choices, devices
from yavar.notifications.models import Device
from yavar.people.models import Agent

from .deciding import Decider

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
YOU = {"name": "Amir Test", "lang": "en", "calendar": "", "digits": "", "time_zone": "", "theme": "system", "single_keys": "on"}
KEYS = {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}


@pytest.fixture
def amir(shop):
    return Decider(shop.amir)


def own(shop):
    return Agent.objects.get(pk=shop.amir.pk)


def test_another_language_is_there_at_once(amir, shop):
    page = amir.do("profile", "you", **YOU | {"lang": "fa", "calendar": "gregorian", "digits": "latin", "time_zone": "Asia/Tehran", "theme": "dark"})
    assert '<html lang="fa" dir="rtl" data-theme="dark" data-locale="fa-IR-u-ca-gregory-nu-latn">' in page and "ذخیره شد" in page
    assert "15 دقیقه" in page and "۱۵" not in re.sub(r"<option.*?</option>", "", page.split("<main")[1].split("ways")[0])
    agent = own(shop)
    assert (agent.lang, agent.calendar, agent.digits, agent.time_zone, agent.theme, agent.single_keys) == (
        "fa",
        "gregorian",
        "latin",
        "Asia/Tehran",
        "dark",
        True,
    )
    text = amir.client.get("/inbox").content.decode()
    boot = json.loads(re.search(r'id="boot"[^>]*>(.*?)</script>', text, re.S)[1])
    assert (boot["calendar"], boot["digits"]) == ("gregorian", "latin")


@pytest.mark.parametrize(
    "change, status", [({"lang": "de"}, 400), ({"digits": "roman"}, 400), ({"time_zone": "Tehran"}, 422), ({"name": " "}, 422), ({"more": "1"}, 400)]
)
def test_what_is_refused_changes_nothing(amir, shop, change, status):
    amir.do("profile", "you", status, **YOU | {"theme": "dark"} | change)
    assert own(shop).theme == "system"


def test_what_one_is_told_of(amir, shop):
    assert 'value="message.push" checked' in amir.page("profile") and 'value="new.mail" checked' not in amir.page("profile")
    amir.do("profile", "notify", minutes="30", ways=["message.app", "new.mail", "new.sound"])
    found = choices.read(own(shop))
    assert found.all() == {kind: {"message": ["app"], "new": ["mail", "sound"]}.get(kind, []) for kind in choices.KINDS}
    assert (found.minutes, found.preview) == (30, False)
    for wrong in ({"minutes": "7"}, {"ways": ["nothing.app"]}, {"ways": ["mentioned.sound"]}, {"ways": ["message"]}):
        amir.do("profile", "notify", 400, **{"minutes": "30", "ways": []} | wrong)
    assert choices.read(own(shop)) == found


def test_quiet_hours_in_any_digits(amir, shop):
    amir.do("profile", "quiet", begin="۲۲:۳۰", end="7:00", on="on")
    assert choices.read(own(shop)).quiet == choices.Quiet("22:30", "07:00")
    amir.do("profile", "quiet", 422, begin="25:00", end="07:00", on="on")
    amir.do("profile", "quiet", 422, begin="22:00", end="", on="on")
    amir.do("profile", "quiet", begin="22:00", end="07:00")
    assert choices.read(own(shop)).quiet is None


def test_devices_are_named_tested_and_removed(amir, shop):
    assert "None yet" in amir.page("profile")
    assert "Switch them on first" in amir.do("profile", "test", 422)
    devices.add(shop.amir, endpoint="https://push.example/x", **KEYS, label="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    theirs = devices.add(shop.sara, endpoint="https://push.example/y", **KEYS)
    page = amir.page("profile")
    assert "Firefox, Linux" in page and theirs.public_id not in page and "push.example" not in page
    assert "Sent to 1 device" in amir.do("profile", "test")
    amir.do("profile", "remove", 400, device=theirs.public_id)
    amir.do("profile", "remove", device=Device.objects.get(agent=shop.amir).public_id)
    assert list(Device.objects.values_list("agent", flat=True)) == [shop.sara.pk]


def test_the_desk_is_an_app(shop):
    fresh = Client(headers={"Accept-Language": "ru"})
    answer = fresh.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    facts = answer.json()
    assert (facts["name"], facts["lang"], facts["dir"], facts["scope"], facts["start_url"]) == ("Кофе «Нила»", "ru", "ltr", "/", "/inbox")
    assert {(each["sizes"], each["purpose"]) for each in facts["icons"]} == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"), ("any", "any")}
    worker = fresh.get("/sw.js?lang=fa")
    assert worker.headers["Service-Worker-Allowed"] == "/" and worker.headers["Cache-Control"] == "no-cache" and '"lang":"fa"' in worker.content.decode()
    assert '"lang":"en"' in fresh.get("/sw.js?lang=</script>").content.decode()
    page = fresh.get("/offline", headers={"X-Lang": "fa"}).content.decode()
    assert '<html lang="fa" dir="rtl"' in page and "Нила" not in page
    for path in ("/sign-in", "/inbox"):
        fresh.force_login(shop.amir)
        assert 'rel="manifest"' in fresh.get(path).content.decode()
    assert 'rel="manifest"' not in fresh.get(f"/chat/{shop.inbox.public_id}/panel").content.decode()


def test_signing_out_silences_the_device(shop):
    client = Client()
    client.post("/sign-in", {"username": "amir@nila.example", "password": "a-long-password"})
    client.post("/api/v1/me/devices", {"endpoint": "https://push.example/x", **KEYS}, content_type="application/json")
    assert client.get("/api/v1/me/devices").json()["devices"][0]["awake"]
    client.post("/sign-out")
    assert devices.awake(devices.of(shop.amir)) == []
    assert "signed out there" in Decider(shop.amir).page("profile")
