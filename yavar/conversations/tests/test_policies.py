"""Who may see what, asked in two ways: of the database and of a conversation at hand."""

import random
from itertools import product

import pytest

from yavar.base.events import Actor
from yavar.conversations import policies
from yavar.conversations.models import Conversation
from yavar.conversations.policies import seen_among, visible_to, who_may_see
from yavar.conversations.setup import add_inbox
from yavar.conversations.testing import ChatLike
from yavar.desk.models import Brand
from yavar.people.customers import tending
from yavar.people.models import Agent, Grant, Role, Team
from yavar.people.team.actions import add_agent
from yavar.people.team.models import with_powers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [9, 1], ids=["few", "many"])
def test_customers_are_those_of_the_conversations_one_sees(shop, monkeypatch, few):
    monkeypatch.setattr(policies, "FEW", few)
    other = add_inbox(shop.brand, "chat", "Other", ChatLike())
    mine, merged, survivor, elsewhere = (shop.visitor(name=name) for name in ("Mine", "Merged", "Survivor", "Elsewhere"))
    for number, (person, inbox) in enumerate([(mine, other), (merged, other), (elsewhere, shop.inbox)]):
        facts = {"inbox": inbox, "customer": person, "last_at": person.created_at, "created_at": person.created_at}
        Conversation.objects.create(reference=f"R-{number}", public_id=f"conversation-{number}", **facts)
    tending.merge(merged, survivor, by=shop.owner.actor)
    bound = add_agent(email="bound@nila.example", name="Bound", password=None, role="", by=Actor("system"))
    Grant.objects.create(agent=bound, role="agent", scope="inbox", scope_id=other.pk)
    for found in (policies.customers_of(bound), policies.customers_listed(bound)):
        assert {each.name for each in found} == {"Mine", "Merged", "Survivor"}
    assert policies.customers_listed(shop.owner).count() == 4


def test_a_conversation_at_hand_is_seen_by_whom_the_database_says(shop, django_assert_max_num_queries):
    """Ninety people of one to three grants each, over conversations in every combination of inbox, team and assignee."""
    dice = random.Random(11)
    other = add_inbox(Brand.objects.create(name={"en": "Other"}, locale="en"), "chat", "Other", ChatLike())
    teams = [Team.objects.create(name=f"Team {n}") for n in range(3)]
    own = Role.objects.create(name="Reader", permissions=["conversation.read"])
    blind = Role.objects.create(name="Blind", permissions=["audit.read"])
    scopes = [("desk", 0), ("brand", shop.brand.pk), ("brand", other.brand_id), ("inbox", shop.inbox.pk), ("inbox", other.pk), ("team", teams[0].pk)]
    crowd = [add_agent(email=f"a{n}@nila.example", name=f"A{n}", password=None, role="", by=Actor("system")) for n in range(90)]
    for agent in crowd:
        agent.teams.set(dice.sample(teams, dice.randint(0, 2)))
        for scope, key in dice.sample(scopes, dice.randint(1, 3)):
            role = dice.choice(["agent", "viewer", own.public_id, blind.public_id])
            Grant.objects.create(agent=agent, role=role, scope=scope, scope_id=key, sees=dice.choice(["own", "team", "all"]))
    customer = shop.visitor()
    now = customer.created_at
    for number, (inbox, team, assignee) in enumerate(product([shop.inbox, other], [None, *teams], [None, *crowd[:8]])):
        facts = {"inbox": inbox, "customer": customer, "team": team, "assignee": assignee, "last_at": now, "created_at": now}
        Conversation.objects.create(reference=f"R-{number}", public_id=f"conversation-{number}", **facts)
    seen: dict[int, set[int]] = {}
    for conversation in Conversation.objects.all():
        with django_assert_max_num_queries(8):
            people = with_powers(Agent.objects.filter(pk__in=[agent.pk for agent in crowd]))
            seen[conversation.pk] = {agent.pk for agent in who_may_see(people, conversation)}
    for agent in Agent.objects.filter(pk__in=[agent.pk for agent in crowd]):
        theirs = {key for key, agents in seen.items() if agent.pk in agents}
        assert set(visible_to(agent).values_list("pk", flat=True)) == theirs == seen_among(agent, seen)
    sizes = {len(agents) for agents in seen.values()}
    assert min(sizes) > 0 and max(sizes) < 90
