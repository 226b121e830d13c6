"""The team as it is remembered: right at once after a change in this process, soon after one elsewhere."""

import pytest

from yavar.base.events import Actor
from yavar.people.models import Agent
from yavar.people.team import crew as remembered
from yavar.people.team.actions import Given, add_agent, add_team, change_agent, change_team, grant
from yavar.people.team.crew import crew

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")


def test_people_and_no_programs_in_their_order(shop):
    add_agent(email="robot@nila.example", name="Robot", password=None, by=SYSTEM, kind=Agent.Kind.PROGRAM)
    assert [agent.first_name() for agent in crew().values()] == ["Amir", "Sara", "Nila"]
    assert list(crew()) == sorted(crew())


def test_a_change_here_counts_at_once(shop):
    assert shop.amir.pk in crew()
    ida = add_agent(email="ida@nila.example", name="Ida", password=None, by=SYSTEM)
    assert ida.pk in crew() and not crew()[ida.pk].may("desk.supervise")
    grant(ida, [Given("supervisor")], by=SYSTEM)
    assert crew()[ida.pk].may("desk.supervise")
    grant(ida, [Given("agent", sees="team")], by=SYSTEM)
    team = add_team("Returns", [ida], by=SYSTEM)
    assert crew()[ida.pk].powers.teams == (team.pk,)
    change_team(team, members=[], by=SYSTEM)
    assert crew()[ida.pk].powers.teams == ()
    change_agent(ida, active=False, by=SYSTEM)
    assert ida.pk not in crew()


def test_nothing_is_asked_again_until_a_change_elsewhere_may_have_been_missed(shop, django_assert_num_queries, monkeypatch):
    crew()
    with django_assert_num_queries(0):
        crew()
    Agent.objects.filter(pk=shop.amir.pk).update(is_active=False)  # as another process does it
    assert shop.amir.pk in crew()
    later = remembered.time.monotonic() + remembered.REMEMBER + 1
    monkeypatch.setattr(remembered.time, "monotonic", lambda: later)
    assert shop.amir.pk not in crew()
