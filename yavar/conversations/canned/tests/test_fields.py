"""The blanks of a text: which there are, what is refused, what is filled in."""

import pytest

from yavar.base.problem import Problem
from yavar.conversations.canned.fields import FIELDS, checked, filled


def test_a_known_field_stands_exactly():
    assert checked("Hi { customer.first_name }, it’s {agent.name}", FIELDS, field="texts.en") == "Hi {customer.first_name}, it’s {agent.name}"


@pytest.mark.parametrize(
    "wrong", ["{customer.nickname}", "{name}", "{ Customer.Name }", "{نام}", "{имя.клиента}", "{customer.}", "{customer.first_name.upper}"]
)
def test_an_unknown_field_is_named(wrong):
    with pytest.raises(Problem) as refused:
        checked(f"Hi {wrong}", FIELDS, field="texts.en")
    assert (refused.value.status, refused.value.field) == (422, "texts.en")
    assert wrong.strip("{} ") in str(refused.value.title)


@pytest.mark.parametrize("plain", ["{", "a } b", "{}", "{ }", "{1}", "{two words}", '{"a": 1}', ":-{", "{{"])
def test_other_braces_are_plain_text(plain):
    assert checked(plain, FIELDS, field="texts.en") == plain
    assert filled(plain, {}) == (plain, [])


def test_fields_are_filled_in_and_the_empty_ones_are_named():
    text = "Hi {customer.first_name}, {conversation.reference}: {customer.email} {customer.email}"
    assert filled(text, {"customer.first_name": "Tom", "customer.email": " "}) == (
        "Hi Tom, {conversation.reference}: {customer.email} {customer.email}",
        ["conversation.reference", "customer.email"],
    )


def test_what_is_filled_in_is_not_read_for_fields_again():
    assert filled("Hi {customer.name}", {"customer.name": "{agent.name}", "agent.name": "Nila"}) == ("Hi {agent.name}", [])


def test_a_long_row_of_braces_takes_no_time():
    assert checked("{ " * 20_000 + "{a" * 20_000, FIELDS, field="texts.en")
