"""Settings → Promises: what each form changes, what is refused and how that is said."""

import pytest

from yavar.base.events import SYSTEM
from yavar.base.events.models import Event
from yavar.conversations.models import Tag
from yavar.desk import settings as desk_settings
from yavar.flow.sla import defaults
from yavar.flow.sla.actions import add_policy
from yavar.flow.sla.choosing import terms_of
from yavar.flow.sla.models import Policy
from yavar.flow.sla.terms import KINDS, Match, Step, Targets, Terms
from yavar.people.team.actions import add_team

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 8


def form(**more):
    """The whole form of a policy, as a browser sends it."""
    empty = {"name": "Chat", "words_fa": "", "words_ru": "", "words_en": "", "pauses": "on", "published": "on"}
    empty |= {f"{kind}_n": "" for kind in KINDS} | {f"{kind}_unit": "min" for kind in KINDS}
    rows = {"step_n": [""] * ROWS, "step_unit": ["min"] * ROWS, "step_side": ["at"] * ROWS, "step_do": [""] * ROWS, "step_for": ["answers"] * ROWS}
    return empty | {"channels": [], "brands": [], "request_types": [], "priorities": [], "segments": []} | rows | more


def steps(*given):
    """Rows of what follows, filled up with empty ones."""
    rows = [*given, *[("", "min", "at", "", "answers")] * (ROWS - len(given))]
    return {name: [row[at] for row in rows] for at, name in enumerate(("step_n", "step_unit", "step_side", "step_do", "step_for"))}


def test_a_promise_is_added_and_says_what_it_is(nila):
    team = add_team("Technicians", [], by=SYSTEM)
    given = form(
        name="Urgent chats", channels=["chat"], priorities=["urgent"], first_n="۳۰", first_unit="s", resolution_n="24", resolution_unit="h",
        **steps(("10", "s", "before", "notify", "first"), ("", "min", "at", "alarm", "answers"), ("2", "h", "after", f"team:{team.public_id}", "all")), words_fa="رسید {number}",
    )  # fmt: skip
    page = nila.do("promises", "add", **given)
    policy = Policy.objects.get()
    assert terms_of(policy) == Terms(
        Match(channels=("chat",), priorities=("urgent",)), Targets(first=30, resolution=86400),
        (Step(-10, "notify", ("first",)), Step(0, "alarm", ("first", "next")), Step(7200, "team", ("first", "next", "resolution", "ownership"), team.public_id)),
        words={"fa": "رسید {number}"},
    )  # fmt: skip
    assert Event.objects.get(name="policy.saved").payload == {"policy": policy.pk, "version": 1}
    for words in ("Urgent chats", "First answer: 30 s", "Resolution: 24 h", "3 things follow"):
        assert words in page
    shown = nila.page(f"promises?policy={policy.public_id}")
    assert 'value="30"' in shown and f'value="team:{team.public_id}" selected' in shown and "رسید {number}" in shown


@pytest.mark.parametrize(
    ("wrong", "words", "field"),
    [
        ({"first_n": "soon"}, "Type a whole number, such as 30.", "first_n"),
        ({}, "Promise at least one thing.", "targets"),
        ({"first_n": "5", **steps(("x", "min", "before", "notify", "first"))}, "Type a whole number", "step_0"),
        ({"first_n": "5", **steps(("5", "min", "before", "customer", "first"))}, "The customer is told of a late answer when it is late.", "steps.0"),
        ({"first_n": "5", "name": " "}, "Please give it a name.", "name"),
        ({"first_n": "5", "words_en": "x" * 2001}, "longer than 2000", "words"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(nila, wrong, words, field):
    page = nila.do("promises", "add", 422, **form(**{"channels": ["mail"], "words_ru": "Получили", **wrong}))
    assert words in page and f'id="add-{field}-fault"' in page and not Policy.objects.exists()
    assert "Получили" in page and 'name="channels" value="mail" checked' in page


def test_two_who_change_it_at_once_are_told(nila):
    policy = add_policy("Chat", Terms(targets=Targets(first=30)), by=SYSTEM)
    nila.do(f"promises?policy={policy.public_id}", "change", **form(first_n="60", first_unit="s", version="1"))
    page = nila.do(f"promises?policy={policy.public_id}", "change", 409, **form(first_n="90", first_unit="s", version="1"))
    policy.refresh_from_db()
    assert terms_of(policy).targets.first == 60 and "Somebody changed this policy meanwhile" in page and 'value="90"' in page


def test_it_is_switched_moved_and_removed(nila):
    defaults.furnish()
    first, second = Policy.objects.order_by("position")[:2]
    nila.do("promises", "move", policy=second.public_id, way="up")
    assert list(Policy.objects.order_by("position")[:2]) == [second, first]
    page = nila.do(f"promises?policy={first.public_id}", "switch", active="off")
    assert "It holds no more" in page and "Undo" in page and not Policy.objects.get(pk=first.pk).active
    nila.do(f"promises?policy={first.public_id}", "switch", active="on")
    nila.do(f"promises?policy={first.public_id}", "remove")
    assert not Policy.objects.filter(pk=first.pk).exists() and Event.objects.filter(name="policy.removed").exists()


def test_goals_and_whether_customers_may_read_them(nila):
    nila.do("promises", "goals", goal_first_minutes="60", goal_satisfied="95", goal_solved_at_once="۸۰", goal_resolution_hours="12")
    nila.do("promises", "publish", publish="on")
    desk = desk_settings.read()
    assert (desk.goal_first_minutes, desk.goal_satisfied, desk.goal_solved_at_once, desk.goal_resolution_hours, desk.publish_promises) == (60, 95, 80, 12, True)
    assert "Type a whole number" in nila.do(
        "promises", "goals", 422, goal_first_minutes="60", goal_satisfied="101", goal_solved_at_once="80", goal_resolution_hours="12"
    )


def test_the_defaults_are_those_of_the_requirements_in_the_owners_language(nila):
    defaults.furnish()
    defaults.furnish()
    found = {policy.name: terms_of(policy).targets for policy in Policy.objects.all()}
    assert {name: (targets.first, targets.resolution) for name, targets in found.items()} == {
        "Chat": (30, 86400), "E-mail": (7200, 86400), "Contact form": (14400, 86400), "Phone": (3600, 86400), "Social networks": (7200, 86400), "Forum": (172800, 86400),
    }  # fmt: skip
    Policy.objects.get(name="Phone").delete()
    defaults.speak("fa")
    assert set(Policy.objects.values_list("name", flat=True)) == {"گفت‌وگو", "ایمیل", "فرم تماس", "شبکه‌های اجتماعی", "انجمن"}
    Policy.objects.all().delete()
    defaults.furnish()
    assert not Policy.objects.exists(), "an owner who took them away does not find them again"


def test_only_those_who_may_open_it(shop, nila):
    from django.test import Client

    amir = Client()
    amir.force_login(shop.amir)
    assert amir.get("/settings/promises").status_code == 403
    Tag.objects.create(name="VIP", folded="vip").customers.add(shop.visitor())
    assert "VIP" in nila.page("promises")
    before = nila.queries("promises")
    for n in range(5):
        add_policy(f"Policy {n}", Terms(targets=Targets(first=30)), by=SYSTEM)
    assert nila.queries("promises") == before
