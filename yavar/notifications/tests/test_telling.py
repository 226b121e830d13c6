"""Whom a fact concerns: one row each, once, never for one's own doing, never of what one may not see."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.jobs import leave
from yavar.base.jobs.models import Job
from yavar.conversations import actions as talks
from yavar.conversations import holding, merging, ties
from yavar.conversations.models import Conversation
from yavar.conversations.notes.actions import write_note
from yavar.conversations.receive import Inbound, receive
from yavar.notifications import actions, choices, queries
from yavar.notifications.models import Notification
from yavar.notifications.telling import TELL, tell
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_agent, change_agent, grant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def told(agent=None):
    """(first name or "all", kind, count) of what is unseen, oldest first."""
    found = Notification.objects.filter(seen_at__isnull=True).select_related("agent").order_by("pk")
    return [(each.agent.first_name() if each.agent else "all", each.kind, each.count) for each in found if agent in (None, each.agent)]


@pytest.fixture
def talk(shop, work):
    """A conversation of Amir's, with nothing to tell of it any more."""
    said = shop.says(shop.visitor(), "Where is my parcel?")
    talks.assign(said.conversation_id, shop.amir, by=shop.amir)
    work.all()
    Notification.objects.all().delete()
    return said.conversation_id


def test_a_new_conversation_is_everybodys_until_somebody_takes_it(shop, work):
    said = shop.says(shop.visitor(), "Where is my parcel?")
    work.all()
    assert told() == [("all", "new", 1)]
    assert [queries.unseen(agent) for agent in (shop.amir, shop.sara, shop.owner)] == [1, 1, 1]
    assert not any(Notification.objects.values_list("mails", flat=True)), "nobody is mailed about it unless they chose so"
    talks.assign(said.conversation_id, shop.sara, by=shop.sara)
    work.all()
    assert told() == [] and not Job.objects.exists()
    assert queries.unseen(shop.amir) == 0 and queries.page(shop.amir)[0][0].seen


def test_only_the_first_message_is_a_new_conversation_and_a_greeting_is_none(shop, work):
    person = shop.visitor()
    greeted = Inbound(shop.inbox.pk, person.pk, None, "client-0001", "Where is my parcel?", (), "en", clock.now(), greeting="Good morning!")
    with transaction():
        receive(greeted)
    shop.says(person, "Hello?")
    work.all()
    assert told() == [("all", "new", 1)]


def test_what_was_taken_up_before_anybody_was_told_is_not_new(shop, work):
    said = shop.says(shop.visitor(), "Where is my parcel?")
    talks.reply(said.conversation_id, by=shop.amir, client_id="client-0002", text="On its way.")
    talks.assign(said.conversation_id, None, by=shop.amir)
    with transaction():  # jobs of customers' messages stand in no lane: what came later may be told first
        tell(Event.objects.exclude(name="message.received").values_list("pk", flat=True))
        tell([Event.objects.get(name="message.received").pk])
    assert ("all", "new", 1) not in told()


def test_each_sees_what_everybody_is_told_by_themselves(shop, work):
    customer = shop.visitor()
    said = shop.says(customer, "Where is my parcel?")
    other = shop.says(shop.visitor(name="Nasrin"), "And mine?")
    work.all()
    assert actions.see(shop.amir, said.conversation_id) == 1 and actions.see(shop.amir, said.conversation_id) == 0
    assert [each.seen for each in queries.page(shop.amir)[0]] == [False, True] and queries.unseen(shop.amir) == 1
    assert queries.unseen(shop.sara) == 2
    actions.see_these(shop.sara, [each.id for each in queries.page(shop.sara)[0] if each.conversation == other.conversation])
    assert [each.seen for each in queries.page(shop.sara)[0]] == [True, False]
    actions.see_all(shop.sara)
    actions.see_all(shop.sara)
    assert queries.unseen(shop.sara) == 0 and queries.unseen(shop.owner) == 2
    talks.resolve(said.conversation_id, by=Actor("bot", 1))
    shop.says(customer, "It still has not come.", said.conversation_id)
    work.all()
    assert told() == [("all", "new", 2), ("all", "new", 1)], "a bot takes nothing up: it counts up, and is news again for those who had seen it"
    assert [queries.unseen(agent) for agent in (shop.amir, shop.sara, shop.owner)] == [2, 1, 2]
    talks.reply(said.conversation_id, by=shop.owner, client_id="client-0001", text="It comes today.")
    work.all()
    assert [queries.unseen(agent) for agent in (shop.amir, shop.sara, shop.owner)] == [1, 0, 1]


def test_who_comes_later_was_told_nothing_of_before(shop, work):
    with clock.stopped_at(clock.now() - timedelta(minutes=1)):
        shop.says(shop.visitor(), "Where is my parcel?")
        work.all()
    late = add_agent(email="late@nila.example", name="Late", password=None, by=Actor("system"))
    assert queries.unseen(late) == 0 and queries.page(late)[0] == []
    shop.says(shop.visitor(), "Where is my other parcel?")
    work.all()
    assert queries.unseen(late) == 1


def test_mail_and_push_of_what_everybody_is_told_are_for_those_who_want_them(shop, work):
    choices.choose(shop.sara, ways={"new": ["app", "mail"]})
    choices.choose(shop.amir, ways={"new": ["sound"]})
    shop.says(shop.visitor(), "Where is my parcel?")
    work.all()
    assert sorted(told()) == [("Sara", "new", 1), ("all", "new", 1)]
    assert Notification.objects.get(agent=shop.sara).mails and not Notification.objects.get(agent=None).mails
    assert queries.unseen(shop.sara) == 1 and len(queries.page(shop.sara)[0]) == 1, "once behind the bell"
    assert queries.unseen(shop.amir) == 0, "he wants to hear it and no more"
    actions.see_all(shop.sara)
    assert told() == [("all", "new", 1)] and queries.unseen(shop.sara) == 0
    choices.choose(shop.owner, ways={"new": ["app", "mail"]})
    with transaction():
        leave(TELL, event=Event.objects.get(name="message.received").pk)
    work.all()
    assert queries.unseen(shop.owner) == 1, "a job that runs again for whoever wants it mailed now shows it no second time"


def test_who_has_read_it_before_everybody_was_told_has_seen_it(shop, work):
    said = shop.says(shop.visitor(), "Where is my parcel?")
    talks.mark_read(said.conversation_id, said.version, by=shop.amir)
    work.all()
    assert queries.unseen(shop.amir) == 0 and queries.unseen(shop.sara) == 1


@pytest.mark.one_engine
def test_what_everybody_was_told_is_found_without_looking_at_all_of_it(shop, work):
    said = shop.says(shop.visitor(), "Where is my parcel?")
    work.all()
    with CaptureQueriesContext(connection) as asked:
        assert actions.see(shop.amir, said.conversation_id) == 1
        assert queries.unseen(shop.amir) == 0
        queries.page(shop.amir)
    plans = []
    with connection.cursor() as cursor:
        for each in asked.captured_queries:
            if each["sql"].startswith("SELECT") and "notifications_notification" in each["sql"]:
                cursor.execute("EXPLAIN QUERY PLAN " + each["sql"].replace("%", "%%"))
                plans.append(" ".join(str(row[-1]) for row in cursor.fetchall()))
    own, everybodys, count, own_list, list_of_all = plans
    for plan in (own, everybodys):
        assert "notification_unseen_once (agent_id=? AND conversation_id=?)" in plan
    assert "notification_to_all_new (agent_id=? AND event>?)" in count
    assert "notification_list (agent_id=?)" in own_list and "notification_list (agent_id=? AND at>?)" in list_of_all
    assert not any("SCAN notifications" in plan or "TEMP B-TREE" in plan for plan in plans)


def test_a_large_team_is_told_in_as_few_statements_as_a_small_one(shop, work):
    asked = []
    for more in (0, 20):
        for number in range(more):
            add_agent(email=f"a{number}@nila.example", name=f"A{number}", password=None, by=Actor("system"))
        shop.says(shop.visitor(), "Where is my parcel?")
        with CaptureQueriesContext(connection) as context, transaction():
            tell([Event.objects.filter(name="message.received").latest("pk").pk])
        asked.append(len(context))
    assert Notification.objects.filter(kind="new").count() == 2, "one row each, however many they are"
    assert asked[0] == asked[1] <= 14


def test_an_answer_takes_it_too_and_a_program_that_begins_one_tells_nobody(shop, work):
    said = shop.says(shop.visitor(), "one")
    work.all()
    talks.reply(said.conversation_id, by=shop.sara, client_id="client-0001", text="hi")  # a supervisor takes nothing over by answering
    work.all()
    assert told() == []


def test_who_is_given_a_conversation_hears_of_it_and_nobody_else(shop, work, talk):
    talks.assign(talk, shop.sara, by=shop.amir)
    talks.assign(talk, None, by=shop.amir)
    talks.assign(talk, shop.amir, by=shop.amir)
    work.all()
    assert told() == [("Sara", "assigned", 1)]
    [notice] = queries.shown(list(Notification.objects.all()))
    assert (notice.kind, notice.who.name, notice.url) == ("assigned", "Amir Test", f"/inbox/mine/{Conversation.objects.get().public_id}")
    assert "Amir Test" in notice.title and "Maryam Karimi" in notice.title and notice.preview == "Where is my parcel?"


def test_a_storm_of_messages_is_one_row_that_counts(shop, work, talk):
    customer = Conversation.objects.get().customer
    for number in range(5):
        shop.says(customer, f"and {number}")
    work.all()
    assert told() == [("Amir", "message", 5)]
    actions.see(shop.amir, talk)
    shop.says(customer, "once more")
    work.all()
    assert told() == [("Amir", "message", 1)] and Notification.objects.count() == 2
    assert queries.page(shop.amir)[0][0].preview == "once more"


def test_every_job_may_run_twice(shop, work, talk):
    for text in ("again?", "and again?"):
        shop.says(Conversation.objects.get().customer, text)
    write_note(talk, by=shop.sara, client_id="note-0001", text="look", mentions=[shop.amir])
    work.all()
    before = list(Notification.objects.values().order_by("pk"))
    actions.see(shop.amir, talk)
    with transaction():
        for key in Event.objects.order_by("pk").values_list("pk", flat=True):
            leave(TELL, event=key)
    work.all()
    after = list(Notification.objects.filter(agent=shop.amir).exclude(kind="new").values().order_by("pk"))
    assert [{**each, "seen_at": None} for each in after] == before and not Job.objects.exists()


def test_mentions_followers_and_what_is_ones_own(shop, work, talk):
    ties.follow(talk, shop.owner, by=shop.owner)
    write_note(talk, by=shop.amir, client_id="note-0001", text="a secret of ours", mentions=[shop.sara, shop.amir])
    talks.reply(talk, by=shop.amir, client_id="client-0001", text="It left today.")
    work.all()
    assert told() == [("Sara", "mentioned", 1), ("Nila", "followed", 1)]
    assert queries.page(shop.sara)[0][0].preview == "a secret of ours"
    talks.reply(talk, by=shop.sara, client_id="client-0002", text="And I say so too.")
    work.all()
    assert told() == [("Nila", "followed", 2), ("Amir", "message", 1)], "by answering she has dealt with what she was called for"
    assert "Sara Test\u2069 answered" in queries.page(shop.amir)[0][0].title


def test_a_snoozed_one_comes_back_to_its_owner_or_to_who_put_it_away(shop, work, talk):
    for owner in (shop.amir, None):
        talks.assign(talk, owner, by=shop.amir)
        talks.snooze(talk, clock.now() + timedelta(hours=1), by=shop.sara)
        with clock.stopped_at(clock.now() + timedelta(hours=2)):
            talks.wake(talk)
            work.all()
        talks.reopen(talk, by=shop.sara)
    assert told() == [("Amir", "snoozed", 1), ("Sara", "snoozed", 1)]


def test_an_answer_that_did_not_get_through_is_its_authors(shop, work, talk):
    held = holding.hold(talk, by=shop.sara, client_id="client-0001", text="tomorrow", due_at=clock.now() + timedelta(days=1), scheduled=True)
    holding.stop(held.pk, "customer.wrote")
    work.all()
    assert told() == [("Sara", "failed", 1)]


def test_nobody_hears_of_what_they_may_not_see(shop, work, talk):
    bound = add_agent(email="b@nila.example", name="Bound", password=None, role="", by=Actor("system"))
    grant(bound, [Given("agent", sees="own")], by=Actor("system"))
    ties.follow(talk, bound, by=shop.owner)
    write_note(talk, by=shop.amir, client_id="note-0001", text="look", mentions=[bound])
    shop.says(Conversation.objects.get().customer, "hello?")
    work.all()
    assert told(bound) == []
    talks.assign(talk, bound, by=shop.owner)
    work.all()
    assert told(bound) == [("Bound", "assigned", 1)]
    bound = Agent.objects.get(pk=bound.pk)
    assert queries.unseen(bound) == 1 and len(queries.page(bound)[0]) == 1
    talks.assign(talk, shop.sara, by=shop.owner)
    assert queries.unseen(bound) == 0 and queries.page(bound)[0] == [], "it is another's now"
    grant(bound, [], by=Actor("system"))
    assert queries.unseen(Agent.objects.get(pk=bound.pk)) == 0
    work.all()
    change_agent(shop.sara, by=Actor("system"), active=False)
    shop.says(Conversation.objects.get().customer, "anybody?")
    work.all()
    assert told(shop.sara) == [("Sara", "assigned", 1)]


def test_who_chose_to_hear_nothing_gets_no_row(shop, work, talk):
    choices.choose(shop.amir, ways={"message": ["sound"], "assigned": []})
    choices.choose(shop.sara, ways={"mentioned": ["mail"]})
    shop.says(Conversation.objects.get().customer, "hello?")
    write_note(talk, by=shop.owner, client_id="note-0001", text="look", mentions=[shop.sara])
    work.all()
    assert told() == [("Sara", "mentioned", 1)]
    assert queries.unseen(shop.sara) == 0, "by mail alone: the bell says nothing"


def test_who_has_read_it_before_the_job_came_is_not_told(shop, work, talk):
    said = shop.says(Conversation.objects.get().customer, "hello?")
    talks.mark_read(talk, said.version, by=shop.amir)
    work.all()
    assert told() == []


def test_who_answers_has_dealt_with_it_from_wherever_they_came(shop, work, talk):
    ties.follow(talk, shop.owner, by=shop.owner)
    shop.says(Conversation.objects.get().customer, "hello?")
    work.all()
    assert told() == [("Amir", "message", 1), ("Nila", "followed", 1)]
    talks.reply(talk, by=shop.amir, client_id="client-0001", text="Here I am.")  # by telephone, say: no inbox of his is open
    work.all()
    assert told() == [("Nila", "followed", 2)]


def test_what_is_told_after_it_was_dealt_with_is_not_told(shop, work, talk):
    shop.says(Conversation.objects.get().customer, "hello?")
    late = Job.objects.filter(name=TELL)
    assert list(late.values_list("lane", flat=True)) == [""], "floods stand in no lane"
    late.update(due_at=clock.now() + timedelta(minutes=1))
    talks.reply(talk, by=shop.amir, client_id="client-0001", text="Here I am.")
    work.all()
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        work.all()
    assert told() == [] and not Job.objects.exists()


def test_two_that_meet_are_one_row(shop, work, talk):
    """What another process has written meanwhile, and this one has not seen, makes the job come again."""
    shop.says(Conversation.objects.get().customer, "one")
    work.all()
    row = Notification.objects.get()
    with pytest.raises(IntegrityError), transaction():
        Notification.objects.create(
            agent=shop.amir, kind="message", conversation_id=talk, event=row.event + 1, actor=row.actor, listed=True, mails=True, since=row.at, at=row.at
        )


def test_seen_with_the_conversation_also_what_was_merged_into_it(shop, work, talk):
    said = shop.says(Conversation.objects.get().customer, "hello?")
    work.all()
    other = Conversation.objects.create(
        public_id="x" * 22,
        reference="00000000",
        inbox=shop.inbox,
        customer=Conversation.objects.get(pk=talk).customer,
        last_at=clock.now(),
        created_at=clock.now(),
    )
    merging.merge(talk, other.pk, by=shop.amir)
    assert said.conversation_id == talk and told() == [("Amir", "message", 1)]
    assert actions.see(shop.amir, other.pk) == 1 and told() == []
    assert actions.see(shop.amir, other.pk) == 0


def test_a_page_asks_the_same_for_many_and_leads_on(shop, work):
    for number in range(7):
        shop.says(shop.visitor(name=f"Customer {number}"), f"message {number}")
    work.all()
    first, more = queries.page(shop.sara, size=3)
    second, _more = queries.page(shop.sara, more, 10)
    assert [each.preview for each in [*first, *second]] == [f"message {number}" for number in range(6, -1, -1)]
    asked = []
    for size in (1, 7):
        with CaptureQueriesContext(
            connection,
        ) as context:
            queries.page(Agent.objects.get(pk=shop.sara.pk), size=size)
        asked.append(len(context))
    assert asked[0] == asked[1] <= 12


def test_old_ones_are_swept(shop, work):
    shop.says(shop.visitor(), "hello")
    work.all()
    with clock.stopped_at(clock.now() + timedelta(days=29)):
        assert actions.sweep() == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert actions.sweep() == 1 and actions.sweep() == 0
    assert not Notification.objects.exists()


def test_quiet_hours_are_hours_where_one_lives(shop):
    moment = clock.now().replace(hour=20, minute=0, second=0, microsecond=0)  # 23:30 in Tehran
    night = choices.Quiet("22:00", "07:00")
    assert choices.is_quiet(night, "Asia/Tehran", moment) and not choices.is_quiet(night, "UTC", moment)
    assert not choices.is_quiet(night, "Asia/Tehran", moment + timedelta(hours=8)) and not choices.is_quiet(None, "UTC", moment)
    day = choices.Quiet("09:00", "17:00")
    assert choices.is_quiet(day, "UTC", moment.replace(hour=16, minute=59)) and not choices.is_quiet(day, "UTC", moment.replace(hour=17))
    assert choices.until_quiet(night, "UTC", moment) == timedelta(hours=2) and choices.until_quiet(None, "UTC", moment) is None
