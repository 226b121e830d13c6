"""Two customers who are one: merged, undone, and what forbids it."""

import pytest

from yavar.base import clock
from yavar.base.db import savepoint
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.desk.actions import save_field
from yavar.people.customers import identities, tending
from yavar.people.customers.queries import facts_of, with_merged
from yavar.people.models import Customer, CustomerValue, Identity

pytestmark = pytest.mark.django_db


def test_merging_points_and_undo_takes_the_pointer_away(shop):
    by = shop.sara.actor
    one = tending.add_customer(name="", by=by, ways={"email": "m@shop.example"})
    two = tending.add_customer(name="Maryam", by=by, ways={"phone": "+98 912 345 67 89"})
    for _ in range(2):
        assert tending.merge(one, two, by=by) == two
    assert set(with_merged(two.pk)) == {one.pk, two.pk}
    assert {i["value"] for i in facts_of([two])[0]["identities"]} == {"m@shop.example", "+989123456789"}
    assert Event.objects.filter(name="customer.merged").count() == 1
    for _ in range(2):
        tending.unmerge(one, by=by)
    assert with_merged(two.pk) == [two.pk] and Event.objects.filter(name="customer.unmerged").count() == 1
    assert [i["value"] for i in facts_of([Customer.objects.get(pk=one.pk)])[0]["identities"]] == ["m@shop.example"]


def test_whom_the_shop_knows_as_two_stay_two(shop):
    people = [tending.add_customer(name=name, by=shop.sara.actor) for name in ("One", "Two")]
    for n, person in enumerate(people):
        Identity.objects.create(customer=person, kind="external", scope=shop.brand.public_id, value=str(n), verified_at=clock.now())
    with pytest.raises(Problem, match=r"merge\.known"), savepoint():
        tending.merge(*people, by=shop.sara.actor)
    assert tending.why_not(*people).status == 409


@pytest.mark.parametrize(
    ("typed", "normal"),
    [("۰۰۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"), ("+7 (912) 345-67-89", "+79123456789"), ("0912 345 6789", None), ("call me", None), ("+12", None)],
)
def test_phones_have_one_form(typed, normal):
    assert identities.normal("phone", typed) == normal


def test_the_half_space_of_a_persian_domain_is_a_letter_of_it():
    assert identities.email("A@می‌خواهم.example") == "a@xn--mgbn2ecje63gr19l.example"


def test_custom_fields_are_checked_and_found(shop):
    by = shop.sara.actor
    person = tending.add_customer(name="One", by=by)
    save_field(by=by, on="customer", label={"en": "Club card"}, kind="number", filter=True)
    tending.change_customer(person, by=by, fields={"club_card": 7})
    assert Customer.objects.get(pk=person.pk).fields == {"club_card": 7} and CustomerValue.objects.get().folded == "7.000000"
    with pytest.raises(Problem, match=r"field\.invalid"), savepoint():
        tending.change_customer(person, by=by, fields={"club_card": "seven"})
    with pytest.raises(Problem, match=r"field\.unknown"), savepoint():
        tending.change_customer(person, by=by, fields={"other": 1})
    tending.change_customer(person, by=by, fields={"club_card": None})
    assert not CustomerValue.objects.exists()
    assert Event.objects.filter(name="customer.changed").values_list("payload", flat=True).last() == {"customer": person.pk, "fields": ["fields"]}


def test_a_change_that_changes_nothing_is_not_told(shop):
    person = tending.add_customer(name="One", by=shop.sara.actor)
    before = Event.objects.count()
    tending.change_customer(person, by=shop.sara.actor, name=" One ", lang="en")
    assert Event.objects.count() == before
