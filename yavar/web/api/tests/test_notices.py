"""What one has been told, over the API; and one's choices."""

import pytest

from yavar.base.edge.testing import knock
from yavar.base.jobs import run_due
from yavar.conversations import actions as talks
from yavar.notifications import choices
from yavar.notifications.models import Notification
from yavar.people.models import Agent
from yavar.web.api.streams import DOORS

from .world import send

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def told(shop):
    """Amir is told of three; answers their conversations, oldest first."""
    found = []
    for number in range(3):
        said = shop.says(shop.visitor(name=f"Customer {number}"), f"message {number}")
        talks.assign(said.conversation_id, shop.amir, by=shop.sara)
        found.append(said)
    while run_due():
        continue
    return found


def test_a_page_of_what_one_was_told(agent_client, told):
    first = send(agent_client, "GET", "/notifications?size=2").json()
    assert [each["preview"] for each in first["notifications"]] == ["message 2", "message 1"] and first["unseen"] == 3
    one = first["notifications"][0]
    assert (one["kind"], one["seen"], one["count"], one["who"]["name"], one["url"]) == (
        "assigned",
        False,
        1,
        "Sara Test",
        f"/inbox/mine/{told[2].conversation}",
    )
    rest = send(agent_client, "GET", f"/notifications?before={first['next']}").json()
    assert [each["preview"] for each in rest["notifications"]] == ["message 0"] and rest["next"] is None
    assert "گفت‌وگوی" in send(agent_client, "GET", "/notifications", X_Lang="fa").json()["notifications"][0]["title"]
    assert send(agent_client, "GET", "/notifications?before=nonsense").status_code == 400
    assert send(agent_client, "GET", "/conversations/counts").json()["notifications"] == 3


def test_seen_one_by_one_by_conversation_and_all(agent_client, shop, told):
    ids = [each["id"] for each in send(agent_client, "GET", "/notifications").json()["notifications"]]
    foreign = Notification.objects.filter(agent=shop.sara).values_list("public_id", flat=True)
    assert send(agent_client, "POST", "/notifications/seen", {"ids": [ids[0], "nothing", *foreign]}).json() == {"unseen": 2}
    assert send(agent_client, "POST", "/notifications/seen", {"conversation": told[1].conversation}).json() == {"unseen": 1}
    assert send(agent_client, "POST", "/notifications/seen", {"all": True}).json() == {"unseen": 0}
    assert send(agent_client, "POST", "/notifications/seen", {}).status_code == 400
    assert send(agent_client, "POST", "/notifications/seen", {"all": True, "more": 1}).status_code == 400


def test_opening_a_conversation_is_seeing_what_was_told_of_it(agent_client, shop, told):
    path = f"/conversations/{told[0].conversation}/seen"
    assert send(agent_client, "POST", path, {"version": 1}).status_code == 200
    assert send(agent_client, "GET", "/conversations/counts").json()["notifications"] == 2


def test_standing_before_it_too(agent_client, shop, told):
    cookie = f"yavar_session={agent_client.cookies['yavar_session'].value}"
    answer = knock(DOORS, "POST", "/api/v1/presence", {"conversation": told[1].conversation, "state": "viewing"}, cookie=cookie)
    assert answer.status == 204
    assert send(agent_client, "GET", "/conversations/counts").json()["notifications"] == 2


def test_ones_own_choices(agent_client, shop):
    before = send(agent_client, "GET", "/me").json()
    assert (before["digits"], before["time_zone"], before["notify"]["minutes"], before["notify"]["quiet"]) == ("", "", 15, None)
    change = {
        "digits": "latin",
        "time_zone": "Asia/Tehran",
        "notify": {"ways": {"message": ["app"]}, "quiet": {"begin": "22:00", "end": "07:00"}, "preview": False},
    }
    assert send(agent_client, "PATCH", "/me", change).status_code == 204
    after = send(agent_client, "GET", "/me").json()
    assert (after["digits"], after["time_zone"]) == ("latin", "Asia/Tehran") and after["notify"]["quiet"] == {"begin": "22:00", "end": "07:00"}
    assert after["notify"]["ways"] == {**before["notify"]["ways"], "message": ["app"]} and after["notify"]["minutes"] == 15
    assert send(agent_client, "PATCH", "/me", {"notify": {"quiet": False, "minutes": 60}}).status_code == 204
    own = choices.read(Agent.objects.get(pk=shop.amir.pk))
    assert own.quiet is None and own.minutes == 60 and not own.preview


@pytest.mark.parametrize(
    "change",
    [
        {"time_zone": "Nowhere/At"}, {"digits": "roman"}, {"notify": {"minutes": 1}}, {"notify": {"quiet": {"begin": "24:00", "end": "07:00"}}}, {"notify": {"ways": {"sneeze": []}}},
        {"notify": {"ways": {"message": ["pigeon"]}}}, {"notify": {"quiet": True}}, {"notify": {"loud": 1}},
    ],
)  # fmt: skip
def test_what_is_refused(agent_client, shop, change):
    assert send(agent_client, "PATCH", "/me", change).status_code in (400, 422)
    assert choices.read(shop.amir) == choices.Choices()
