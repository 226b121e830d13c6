"""The lists stay a walk along an index when the desk is old and large."""

from datetime import timedelta

import pytest
from django.db import connection

from yavar.base import clock, ids
from yavar.base.events import Actor
from yavar.conversations.lists import CAP, PAGE, count, view
from yavar.conversations.models import Conversation
from yavar.people.team.actions import add_team

pytestmark = pytest.mark.django_db
NUMBER = 20_000


@pytest.fixture
def old_desk(shop):
    team, people, now = add_team("Nila", [shop.amir], by=Actor("system")), [shop.visitor(name=f"v{n}") for n in range(20)], clock.now()
    Conversation.objects.bulk_create(
        Conversation(
            public_id=ids.public_id(),
            reference=f"{n:08d}",
            inbox=shop.inbox,
            customer=people[n % 20],
            status="open" if n % 50 == 0 else "snoozed" if n % 50 == 1 else "resolved",
            assignee=(shop.amir, shop.sara, None)[n % 3],
            team=team if n % 7 == 0 else None,
            last_at=now - timedelta(minutes=n),
            created_at=now - timedelta(minutes=n),
        )
        for n in range(NUMBER)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return shop, team


def scans(told):
    """Whether a plan reads the whole table, or sorts what an index could bring in order."""
    whole = "SCAN conversations_conversation\n" in told + "\n" or "Seq Scan on conversations_conversation" in told
    return whole or (connection.vendor == "sqlite" and "TEMP B-TREE FOR ORDER BY" in told)


def test_lists_counts_and_people_are_found_along_indexes(old_desk):
    shop, team = old_desk
    wrong = {}
    for name in ("all", "mine", "unassigned", "snoozed", f"team:{team.public_id}", f"inbox:{shop.inbox.public_id}"):
        for tab in ("open", "waiting", "done"):
            told = view(shop.owner, name, tab)[0].order_by("-last_at", "-pk")[: PAGE + 1].explain()
            if scans(told):
                wrong[name, tab] = told
    told = Conversation.objects.filter(customer__in=[shop.owner.pk, 2]).order_by("-last_at")[:10].explain()
    assert not wrong
    assert "Seq Scan" not in told and "SCAN conversations_conversation\n" not in told + "\n", told
    assert count(view(shop.owner, "all", "done")) == CAP
