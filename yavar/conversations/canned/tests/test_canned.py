"""Canned replies: kept, shared, taken away, used; the rows, the fact, and all or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from yavar.base import clock
from yavar.base.db import savepoint
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.canned import policies
from yavar.conversations.canned.actions import forget_removed, remove, restore, save, use
from yavar.conversations.canned.macro import Actions, next_morning, read
from yavar.conversations.canned.models import CannedReply, CannedText
from yavar.conversations.models import Conversation
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.setup import make_tag, remove_tag
from yavar.desk import settings
from yavar.desk.actions import save_field, save_request_type
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_agent, add_team, change_team, grant, remove_team
from yavar.people.team.custom import save_role

pytestmark = pytest.mark.django_db
SYSTEM = Actor("system")
HI = {"en": "Hi {customer.first_name}", "fa": "سلام {customer.first_name}"}


@pytest.fixture
def talk(shop):
    return Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)


def fresh(agent):
    """As they come with their next request."""
    return Agent.objects.get(pk=agent.pk)


def facts(prefix):
    return [(e.name, e.payload, e.actor) for e in Event.objects.filter(name__startswith=prefix).order_by("pk")]


def refused(act, code, status, field=None):
    with pytest.raises(Problem) as problem, savepoint():
        act()
    assert (problem.value.code, problem.value.status, problem.value.field) == (code, status, field)


# kept


def test_ones_own_is_kept_with_its_texts_and_told(shop):
    made = save(by=shop.amir, name="  Good   morning ", shortcut="/Salam", texts={"en": "Good morning\r\nto you ", "ru": " "})
    made = CannedReply.objects.get(pk=made.pk)
    assert (made.name, made.shortcut, made.folded, made.owner, made.everyone, made.uses) == ("Good morning", "Salam", "salam", shop.amir, True, 0)
    assert list(CannedText.objects.values_list("locale", "text")) == [("en", "Good morning\nto you")]
    assert facts("canned.") == [("canned.saved", {"canned": made.pk, "shared": False}, f"agent:{shop.amir.pk}")]


def test_changing_one_replaces_all_of_it(shop):
    returns = add_team("Returns", [shop.amir], by=SYSTEM)
    made = save(by=shop.sara, name="Hi", texts=HI, shared=True, teams=[returns], actions=Actions(priority="high"))
    assert list(made.teams.all()) == [returns] and not made.everyone
    save(by=shop.sara, name="Hello", texts={"ru": "Привет"}, shared=True, canned=made)
    made = CannedReply.objects.get(pk=made.pk)
    assert (made.name, made.everyone, made.teams.count(), made.actions) == ("Hello", True, 0, {})
    assert list(made.texts.values_list("locale", "text")) == [("ru", "Привет")]
    assert [name for name, _payload, _by in facts("canned.")] == ["canned.saved"] * 2


def test_a_change_counts_no_use_away_and_brings_nothing_back(shop, talk):
    made = save(by=shop.amir, name="Hi", texts=HI)
    seen = CannedReply.objects.get(pk=made.pk)
    use(talk.pk, made, by=shop.amir)
    assert save(by=shop.amir, name="Hello", texts=HI, canned=seen).uses == 1 and CannedReply.objects.get().uses == 1
    remove(made, by=shop.amir)
    refused(lambda: save(by=shop.amir, name="Again", texts=HI, canned=seen), "not_found", 404)
    assert CannedReply.objects.get().removed_at is not None


def test_a_shortcut_is_once_among_the_shared_and_once_among_ones_own(shop):
    save(by=shop.sara, name="Hi", shortcut="سلام", texts=HI, shared=True)
    refused(lambda: save(by=shop.sara, name="Other", shortcut="سلام", texts=HI, shared=True), "shortcut.taken", 409, "shortcut")
    save(by=shop.amir, name="Mine", shortcut="KEY", texts=HI)
    save(by=shop.sara, name="Hers", shortcut="key", texts=HI)
    refused(lambda: save(by=shop.amir, name="Again", shortcut="Key", texts=HI), "shortcut.taken", 409, "shortcut")
    save(by=shop.amir, name="None", texts=HI)
    save(by=shop.amir, name="None", texts=HI)
    assert CannedReply.objects.count() == 5


@pytest.mark.parametrize("shortcut", ["two words", "a.b", "a/b", "\u200c", "x" * 41])
def test_a_shortcut_is_one_word(shop, shortcut):
    refused(lambda: save(by=shop.amir, name="Hi", shortcut=shortcut, texts=HI), "shortcut.invalid", 422, "shortcut")


def test_a_persian_shortcut_may_have_a_half_space(shop):
    assert save(by=shop.amir, name="Hours", shortcut="ساعت‌کار", texts=HI).folded == "ساعتکار"


def test_what_is_wrong_is_said(shop):
    tag, other = make_tag("vip").public_id, make_tag("order").public_id
    for code, field, more in [
        ("canned.empty", "texts", {"texts": {"en": " "}}),
        ("name.missing", "name", {"name": " "}),
        ("field.unknown", "texts.fa", {"texts": {"fa": "سلام {customer.nam}"}}),
        ("locale.unknown", "texts", {"texts": {"de": "Hallo"}}),
        ("text.too_long", "texts.en", {"texts": {"en": "x" * 10_001}}),
        ("text.invalid", "texts.en", {"texts": {"en": "a\0b"}}),
        ("teams.missing", "teams", {"shared": True, "teams": []}),
        ("assignee.unknown", "assignee", {"actions": Actions(assignee="gone")}),
        ("team.unknown", "team", {"actions": Actions(team="gone")}),
        ("request_type.unknown", "request_type", {"actions": Actions(request_type="gone")}),
        ("add_tags.unknown", "add_tags", {"actions": Actions(add_tags=(tag, "gone"))}),
        ("tags.both", "remove_tags", {"actions": Actions(add_tags=(tag, other), remove_tags=(other,))}),
    ]:
        given = {"name": "Hi", "texts": HI, **more}
        refused(lambda given=given: save(by=shop.sara, **given), code, 422, field)
    assert not CannedReply.objects.exists() and facts("canned.") == []


def test_the_desks_own_fields_can_be_named_while_they_are_asked(shop):
    field = save_field(by=SYSTEM, label={"en": "Order"}, key="order_number")
    text = {"en": "Your order {conversation.field.order_number}"}
    save(by=shop.amir, name="Order", texts=text)
    save_field(by=SYSTEM, label=field.label, active=False, definition=field)
    refused(lambda: save(by=shop.amir, name="Order", texts=text), "field.unknown", 422, "texts.en")


def test_a_macro_may_have_no_words(shop):
    assert read(save(by=shop.amir, name="Resolve", texts={}, actions=Actions(then="resolve")).actions) == Actions(then="resolve")


# who


def test_only_who_may_share_touches_the_teams(shop):
    refused(lambda: save(by=shop.amir, name="Hi", texts=HI, shared=True), "permission.missing", 403)
    shared = save(by=shop.sara, name="Hi", texts=HI, shared=True)
    for act in (
        lambda: save(by=shop.amir, name="Ho", texts=HI, canned=shared),
        lambda: save(by=shop.amir, name="Ho", texts=HI, shared=True, canned=shared),
        lambda: remove(shared, by=shop.amir),
        lambda: restore(shared, by=shop.amir),
    ):
        refused(act, "permission.missing", 403)
    mine = save(by=shop.amir, name="Mine", texts=HI)
    for act in (lambda: save(by=shop.owner, name="Ho", texts=HI, shared=True, canned=mine), lambda: remove(mine, by=shop.owner)):
        refused(act, "permission.missing", 403)
    assert CannedReply.objects.filter(name="Ho").count() == 0


def test_the_right_to_share_holds_for_the_whole_desk_only(shop):
    grant(shop.amir, [Given("supervisor", "inbox", shop.inbox.pk)], by=SYSTEM)
    refused(lambda: save(by=fresh(shop.amir), name="Hi", texts=HI, shared=True), "permission.missing", 403)


def test_who_sees_which(shop):
    returns, others = add_team("Returns", [shop.amir], by=SYSTEM), add_team("Others", [shop.sara], by=SYSTEM)
    everyones = save(by=shop.sara, name="Everyone", texts=HI, shared=True)
    ours = save(by=shop.sara, name="Ours", texts=HI, shared=True, teams=[returns, others])
    theirs = save(by=shop.sara, name="Theirs", texts=HI, shared=True, teams=[others])
    mine, hers = save(by=shop.amir, name="Mine", texts=HI), save(by=shop.sara, name="Hers", texts=HI)
    assert set(policies.visible_to(shop.amir)) == set(policies.known_to(shop.amir)) == {everyones, ours, mine}
    assert set(policies.visible_to(shop.sara)) == {everyones, ours, theirs, hers}
    assert set(policies.visible_to(shop.owner)) == {everyones} and set(policies.known_to(shop.owner)) == {everyones, ours, theirs}
    change_team(returns, by=SYSTEM, name="Returns", members=[])
    assert set(policies.visible_to(shop.amir)) == {everyones, mine}


def test_what_a_team_had_does_not_become_everyones_with_the_team(shop):
    returns = add_team("Returns", [shop.sara], by=SYSTEM)
    bound = save(by=shop.sara, name="Ours", texts=HI, shared=True, teams=[returns])
    remove_team(returns, by=SYSTEM)
    assert bound not in policies.visible_to(shop.amir) and bound not in policies.visible_to(shop.sara) and bound in policies.known_to(shop.sara)


def test_nobody_writes_down_what_they_may_not_do(shop):
    role = save_role("Answers only", ["conversation.read", "conversation.reply"], by=shop.owner)
    grant(shop.amir, [Given(role.public_id)], by=SYSTEM)
    amir = fresh(shop.amir)
    refused(lambda: save(by=amir, name="Hi", texts=HI, actions=Actions(assignee="me")), "permission.missing", 403)
    refused(lambda: save(by=amir, name="Hi", texts=HI, actions=Actions(then="resolve")), "permission.missing", 403)
    assert save(by=amir, name="Hi", texts=HI)


# taken away


def test_taken_away_brought_back_and_swept(shop):
    made = save(by=shop.amir, name="Hi", shortcut="hi", texts=HI)
    for _ in range(2):
        remove(made, by=shop.amir)
    assert made not in policies.known_to(shop.amir)
    for _ in range(2):
        restore(made, by=shop.amir)
    assert made in policies.visible_to(shop.amir)
    told = {"canned": made.pk, "shared": False}
    assert [each[:2] for each in facts("canned.")[1:]] == [("canned.removed", told), ("canned.restored", told)]
    remove(made, by=shop.amir)
    assert forget_removed() == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert (forget_removed(), forget_removed()) == (1, 0)
    assert not CannedReply.objects.exists() and not CannedText.objects.exists()


def test_a_shortcut_is_free_when_its_reply_is_taken_away(shop):
    made = save(by=shop.amir, name="Hi", shortcut="hi", texts=HI)
    remove(made, by=shop.amir)
    save(by=shop.amir, name="Hey", shortcut="hi", texts=HI)
    refused(lambda: restore(made, by=shop.amir), "shortcut.taken", 409, "shortcut")
    assert made not in policies.visible_to(shop.amir)


# used


def test_using_one_counts_and_tells_and_touches_nothing_else(shop, talk):
    made = save(by=shop.sara, name="Hi", texts=HI, shared=True)
    before = Conversation.objects.values().get(pk=talk.pk)
    after = use(talk.pk, made, by=shop.amir)
    made.refresh_from_db()
    assert made.uses == 1 and made.used_at is not None
    assert Conversation.objects.values().get(pk=talk.pk) == before | {"event_seq": before["event_seq"] + 1}
    assert after.event_seq == before["event_seq"] + 1
    assert facts("conversation.canned_used") == [("conversation.canned_used", {"canned": made.pk}, f"agent:{shop.amir.pk}")]
    item = timeline(talk.pk)[0][-1]
    assert (item.event, item.data) == ("conversation.canned_used", {"canned": made.public_id})
    CannedReply.objects.filter(pk=made.pk).update(uses=F("uses") + 5)  # somebody else meanwhile
    use(talk.pk, made, by=shop.amir)
    made.refresh_from_db()
    assert made.uses == 7


def test_a_macro_does_all_of_it_by_the_verbs_agents_have(shop, talk):
    vip, late, team, back = make_tag("vip"), make_tag("late"), add_team("Returns", [], by=SYSTEM), save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM)
    talk.tags.add(late)
    does = Actions(
        assignee="me",
        team=team.public_id,
        priority="high",
        add_tags=(vip.public_id,),
        remove_tags=(late.public_id,),
        request_type=back.public_id,
        then="resolve",
    )
    macro = save(by=shop.sara, name="Cracked", texts=HI, actions=does, shared=True)
    talk = use(talk.pk, macro, by=shop.amir)
    assert (talk.assignee, talk.team, talk.priority, talk.request_type, talk.status) == (shop.amir, team, "high", back, "resolved")
    assert list(talk.tags.all()) == [vip]
    told = [name for name, _payload, by in facts("conversation.") if by == f"agent:{shop.amir.pk}"]
    assert told == [f"conversation.{word}" for word in ("canned_used", "typed", "tagged", "prioritised", "team_changed", "assigned", "resolved")]
    use(talk.pk, macro, by=shop.amir)  # what is so already is not told again
    assert [name for name, _payload, by in facts("conversation.") if by == f"agent:{shop.amir.pk}"] == [*told, "conversation.canned_used"]


def test_a_macro_takes_things_off(shop, talk):
    Conversation.objects.filter(pk=talk.pk).update(
        assignee=shop.amir, team=add_team("Returns", [], by=SYSTEM), request_type=save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM)
    )
    macro = save(by=shop.amir, name="Off", texts={}, actions=Actions(assignee="nobody", team="none", request_type="none", then="snooze_reply"))
    talk = use(talk.pk, macro, by=shop.amir)
    assert (talk.assignee, talk.team, talk.request_type, talk.status, talk.snoozed_until) == (None, None, None, "snoozed", None)


def test_until_tomorrow_is_nine_oclock_where_the_desk_is(shop, talk):
    settings.change(time_zone="Asia/Tehran")
    macro = save(by=shop.amir, name="Tomorrow", texts={}, actions=Actions(then="snooze_day"))
    with clock.stopped_at(datetime(2026, 11, 26, 21, 0, tzinfo=UTC)):  # already the 27th in Tehran
        assert use(talk.pk, macro, by=shop.amir).snoozed_until == datetime(2026, 11, 28, 5, 30, tzinfo=UTC)
    with clock.stopped_at(datetime(2026, 3, 28, 12, 0, tzinfo=UTC)):  # the night in which Berlin changes its clocks
        assert next_morning("Europe/Berlin") == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


def untouched(talk, canned):
    row = Conversation.objects.get(pk=talk.pk)
    assert (row.event_seq, row.priority, row.assignee, row.tags.count()) == (talk.event_seq, "normal", None, 0)
    assert CannedReply.objects.get(pk=canned.pk).uses == 0 and facts("conversation.canned_used") == []


def test_a_missing_right_for_one_part_stops_all_of_it(shop, talk):
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", assignee="me"), shared=True)
    role = save_role("Tags, gives nothing", ["conversation.read", "conversation.reply", "conversation.edit"], by=shop.owner)
    grant(shop.amir, [Given(role.public_id)], by=SYSTEM)
    with pytest.raises(Problem) as problem, savepoint():
        use(talk.pk, macro, by=fresh(shop.amir))
    assert (problem.value.status, problem.value.extra) == (403, {"needs": "conversation.assign"})
    untouched(talk, macro)


def test_what_is_gone_stops_all_of_it(shop, talk):
    tag = make_tag("vip")
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", add_tags=(tag.public_id,)), shared=True)
    remove_tag(tag, by=SYSTEM)
    refused(lambda: use(talk.pk, macro, by=shop.amir), "canned.stale", 409)
    untouched(talk, macro)


def test_somebody_who_left_is_given_nothing(shop, talk):
    leaver = add_agent(email="l@nila.example", name="Leaver", password=None, by=SYSTEM)
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", assignee=leaver.public_id), shared=True)
    Agent.objects.filter(pk=leaver.pk).update(is_active=False)
    refused(lambda: use(talk.pk, macro, by=shop.amir), "canned.stale", 409)
    untouched(talk, macro)


@pytest.mark.django_db(transaction=True)
def test_a_failing_part_takes_the_others_back(shop, talk):
    macro = save(by=shop.sara, name="Hot", texts=HI, actions=Actions(priority="high", assignee="me", then="resolve"), shared=True)
    Conversation.objects.filter(pk=talk.pk).update(status="merged")
    with pytest.raises(Problem) as problem:  # in no transaction but its own
        use(talk.pk, macro, by=shop.amir)
    assert problem.value.code == "merge.merged"
    untouched(talk, macro)


@pytest.mark.django_db(transaction=True)
def test_a_refused_save_leaves_nothing(shop):
    save(by=shop.amir, name="Hi", shortcut="hi", texts=HI)
    made = save(by=shop.amir, name="Hey", texts=HI)
    with pytest.raises(Problem):
        save(by=shop.amir, name="Changed", shortcut="hi", texts={"fa": "سلام"}, canned=made)
    made = CannedReply.objects.get(pk=made.pk)
    assert (made.name, sorted(made.texts.values_list("locale", flat=True))) == ("Hey", ["en", "fa"]) and len(facts("canned.")) == 2


def test_only_what_one_sees_is_used_only_where_one_sees(shop, talk):
    others = add_team("Others", [shop.sara], by=SYSTEM)
    theirs = save(by=shop.sara, name="Theirs", texts=HI, shared=True, teams=[others])
    gone, mine = save(by=shop.amir, name="Gone", texts=HI), save(by=shop.amir, name="Mine", texts=HI)
    remove(gone, by=shop.amir)
    for each in (theirs, gone):
        refused(lambda each=each: use(talk.pk, each, by=shop.amir), "not_found", 404)
    grant(shop.amir, [Given("agent", "team", others.pk)], by=SYSTEM)
    Conversation.objects.filter(pk=talk.pk).update(team=add_team("Elsewhere", [], by=SYSTEM))
    refused(lambda: use(talk.pk, mine, by=fresh(shop.amir)), "not_found", 404)
