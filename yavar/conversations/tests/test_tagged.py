"""Conversations with a tag, found in whichever way suits how many there are."""

import pytest

from yavar.conversations import actions, filters
from yavar.conversations.lists import count, page, view
from yavar.conversations.setup import make_tag

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("few", "many"), [(3, 9), (2, 3), (1, 2)], ids=["looked up", "walked, all put together", "walked"])
def test_a_tags_list_is_the_same_in_each_way(shop, monkeypatch, few, many):
    monkeypatch.setattr(filters, "FEW", dict.fromkeys(filters.FEW, few))
    monkeypatch.setattr(filters, "MANY", dict.fromkeys(filters.MANY, many))
    wanted, other = make_tag("Delivery"), make_tag("Billing")
    keys = [shop.says(shop.visitor(), f"question {n}", client_id=f"client-{n:04}").conversation_id for n in range(6)]
    for key in keys[::2]:
        actions.tag(key, add=[wanted], by=shop.owner)
    actions.tag(keys[1], add=[other], by=shop.owner)
    found = view(shop.owner, f"tag:{wanted.public_id}")
    first, place = page(found, size=2)
    rest, end = page(found, place, size=2)
    assert [row.pk for row in (*first, *rest)] == keys[4::-2] and end is None
    assert count(found) == 3
