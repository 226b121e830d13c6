"""What happens in a conversation, and what its timers make of it: rows and facts."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.base.events import SYSTEM
from yavar.base.events.models import Event
from yavar.conversations import actions
from yavar.conversations.holding import hold, recall
from yavar.conversations.merging import merge, unmerge
from yavar.conversations.models import Conversation, Message, Tag
from yavar.conversations.setup import configure_inbox, tag_customer
from yavar.flow.sla.actions import change_policy
from yavar.flow.sla.course import advance
from yavar.flow.sla.firing import fire_due
from yavar.flow.sla.models import Course, Timer
from yavar.flow.sla.queries import promises_of
from yavar.flow.sla.terms import Match, Step, Targets, Terms
from yavar.flow.sla.testing import HOUR, MINUTE, MONDAY, nine_to_five, promise, timers, work
from yavar.people.hours.actions import add_calendar, change_calendar, main_calendar
from yavar.people.hours.rules import DAYS, Rules
from yavar.people.team.actions import add_team, change_team

pytestmark = pytest.mark.django_db(transaction=True)
NINE = MONDAY + HOUR


@pytest.fixture
def talk(shop):
    """`talk(at, who, …)` lets something happen at a moment and all jobs be done."""

    class Talk:
        shop_ = shop
        customer = shop.visitor()
        key = 0

        def wrote(self, at, text="Hello"):
            with clock.stopped_at(at):
                self.key = shop.says(self.customer, text, self.key or None).conversation_id
                work()

        def answered(self, at, **more):
            self.does(at, lambda: actions.reply(self.key, by=shop.amir, client_id=f"reply-{at:%d%H%M%S}", text="Yes", **more))

        def does(self, at, deed):
            with clock.stopped_at(at):
                deed()
                work()

        def fire(self, at):
            with clock.stopped_at(at):
                while fire_due(at):
                    pass
                work()

        def row(self):
            return Conversation.objects.get(pk=self.key)

        def facts(self, *names):
            found = Event.objects.filter(subject_kind="conversation", subject_id=self.key, name__in=names or ["promise.near", "promise.missed", "promise.late"])
            return [(event.name, event.payload) for event in found.order_by("pk")]

    return Talk()


def test_a_question_starts_what_was_promised_and_an_answer_ends_it(talk):
    nine_to_five()
    promise(ack=60, first=7200, resolution=86400)
    talk.wrote(MONDAY)
    first, ack, resolution = timers(talk.key)
    assert (first.kind, first.state, first.due_at) == ("first", "open", NINE + 2 * HOUR)
    assert (ack.kind, ack.state, ack.missed_at, Message.objects.filter(author="bot:0").count()) == ("ack", "met", None, 1), (
        "the desk says by itself that it has it"
    )
    assert resolution.due_at == NINE + 56 * HOUR, "24 working hours are three days"
    row = talk.row()
    assert (row.due_at, row.due_from, row.due_kind) == (NINE + 2 * HOUR, MONDAY, "first")
    talk.answered(NINE + 3 * HOUR)
    [first] = timers(talk.key, "first")
    assert (first.state, first.ended_at, first.missed_at) == ("met", NINE + 3 * HOUR, NINE + 2 * HOUR)
    assert talk.row().due_at is None, "the customer is waited for"
    assert talk.facts("promise.missed") == [("promise.missed", {"kind": "first", "cycle": first.cycle, "due": clock.iso(NINE + 2 * HOUR), "tell": []})]
    assert [payload["kind"] for _name, payload in talk.facts("promise.set")] == ["ack", "first", ""]


def test_each_further_question_has_its_own_timer(talk):
    promise(first=600, next=300)
    talk.wrote(MONDAY)
    talk.wrote(MONDAY + MINUTE, "Are you there?")
    assert [t.kind for t in timers(talk.key)] == ["first"], "who writes twice waits once"
    talk.answered(MONDAY + 2 * MINUTE)
    talk.wrote(MONDAY + 3 * MINUTE, "And the lid?")
    talk.answered(MONDAY + 9 * MINUTE)
    talk.wrote(MONDAY + 10 * MINUTE, "Thanks. And…")
    first, missed, running = timers(talk.key)
    assert (first.state, first.missed_at) == ("met", None)
    assert (missed.kind, missed.state, missed.missed_at, missed.left) == ("next", "met", MONDAY + 8 * MINUTE, -60)
    assert (running.kind, running.state, running.due_at) == ("next", "open", MONDAY + 15 * MINUTE)
    assert [name for name, _ in talk.facts()] == ["promise.missed"]


def test_done_just_when_it_is_due_is_done_in_time(talk):
    promise(first=600)
    talk.wrote(MONDAY)
    talk.answered(MONDAY + 10 * MINUTE)
    talk.fire(MONDAY + HOUR)
    assert timers(talk.key)[0].missed_at is None and talk.facts() == []


def test_resolution_stands_still_while_we_wait_and_goes_on_when_it_is_taken_up_again(talk):
    nine_to_five()
    promise(resolution=4 * 3600)
    talk.wrote(NINE)
    talk.answered(NINE + HOUR)
    [timer] = timers(talk.key)
    assert (timer.since, timer.left, timer.due_at) == (None, 3 * 3600, None)
    talk.wrote(NINE + 24 * HOUR, "It still leaks")
    [timer] = timers(talk.key)
    assert timer.due_at == NINE + 27 * HOUR
    talk.does(NINE + 25 * HOUR, lambda: actions.resolve(talk.key, by=talk.shop_.amir))
    [timer] = timers(talk.key)
    assert (timer.state, timer.ended_at, timer.left, talk.row().due_at) == ("met", NINE + 25 * HOUR, 2 * 3600, None)
    talk.wrote(NINE + 48 * HOUR, "Again")
    [timer] = timers(talk.key)
    assert (timer.state, timer.ended_at, timer.due_at) == ("open", None, NINE + 50 * HOUR)


def test_taking_a_resolution_back_gives_no_new_time(talk):
    promise(first=3600, next=1800, steps=(Step(-600, "notify"),))
    talk.wrote(NINE)
    talk.fire(NINE + 50 * MINUTE)
    talk.does(NINE + 55 * MINUTE, lambda: actions.resolve(talk.key, by=talk.shop_.amir))
    talk.does(NINE + 56 * MINUTE, lambda: actions.reopen(talk.key, by=talk.shop_.amir))
    [timer] = timers(talk.key)
    assert (timer.state, timer.ended_at, timer.due_at) == ("open", None, NINE + 61 * MINUTE), "it goes on where it stopped"
    talk.fire(NINE + 61 * MINUTE)
    assert [name for name, _facts in talk.facts()] == ["promise.near", "promise.missed"], "each once"
    talk.does(NINE + 70 * MINUTE, lambda: actions.resolve(talk.key, by=talk.shop_.amir))
    talk.does(NINE + 80 * MINUTE, lambda: actions.reopen(talk.key, by=talk.shop_.amir))
    [timer] = timers(talk.key)
    assert (timer.missed_at, timer.due_at) == (NINE + 61 * MINUTE, NINE + 71 * MINUTE), "what was late is as late as it was"
    assert len(talk.facts()) == 2
    talk.answered(NINE + 81 * MINUTE)
    talk.does(NINE + 82 * MINUTE, lambda: actions.resolve(talk.key, by=talk.shop_.amir))
    talk.does(NINE + 83 * MINUTE, lambda: actions.reopen(talk.key, by=talk.shop_.amir))
    assert [each.state for each in timers(talk.key)] == ["met"], "who has an answer waits for none"


def test_what_was_late_goes_on_as_late_as_it_was(talk):
    """Nobody waited while it was done; what was late before is late still, on the row as beside the conversation."""
    nine_to_five()
    promise(first=3600, steps=(Step(0, "alarm"), Step(40 * 60, "alarm")))
    talk.wrote(NINE)
    talk.fire(NINE + HOUR)
    talk.does(NINE + 90 * MINUTE, lambda: actions.resolve(talk.key, by=talk.shop_.amir))
    talk.does(NINE + 3 * HOUR, lambda: actions.reopen(talk.key, by=talk.shop_.amir))
    [first] = timers(talk.key)
    assert (first.missed_at, first.due_at, first.next_at) == (NINE + HOUR, NINE + 150 * MINUTE, NINE + 190 * MINUTE)
    assert talk.row().due_at == NINE + 150 * MINUTE, "thirty minutes ago"
    with clock.stopped_at(NINE + 185 * MINUTE):
        assert [each.late for each in promises_of(talk.key)] == [35 * 60]
    talk.does(NINE + 185 * MINUTE, lambda: actions.snooze(talk.key, by=talk.shop_.amir, until=None))
    with clock.stopped_at(NINE + 6 * HOUR):
        assert [each.late for each in promises_of(talk.key)] == [35 * 60], "while it stands still it gets no later"


def test_put_away_until_the_customer_writes_stops_every_timer_and_a_time_stops_none(talk):
    promise(first=3600)
    talk.wrote(NINE)
    talk.does(NINE + MINUTE, lambda: actions.snooze(talk.key, NINE + 5 * HOUR, by=talk.shop_.amir))
    assert timers(talk.key)[0].due_at == NINE + HOUR, "our own pause is not the customer's"
    talk.does(NINE + 2 * MINUTE, lambda: actions.snooze(talk.key, None, by=talk.shop_.amir))
    assert (timers(talk.key)[0].due_at, timers(talk.key)[0].left) == (None, 58 * 60)
    talk.does(NINE + 10 * MINUTE, lambda: actions.reopen(talk.key, by=talk.shop_.amir))
    assert timers(talk.key)[0].due_at == NINE + 68 * MINUTE


def test_moments_before_at_and_after_are_told_once_with_the_time_that_was_due(talk):
    tag = Tag.objects.create(name="late", folded="late")
    team = add_team("Technicians", [], by=SYSTEM)
    steps = (
        Step(-600, "notify"), Step(0, "alarm"), Step(0, "priority", to="urgent"), Step(600, "tag", to=tag.public_id), Step(1200, "team", to=team.public_id), Step(1200, "tag", to="gone"),
    )  # fmt: skip
    promise(first=3600, steps=steps)
    talk.wrote(NINE)
    talk.fire(NINE + 49 * MINUTE)
    assert talk.facts() == []
    talk.fire(NINE + 50 * MINUTE)
    talk.fire(NINE + 51 * MINUTE)
    assert [name for name, _ in talk.facts()] == ["promise.near"]
    later = NINE + 5 * HOUR  # the desk was off meanwhile
    talk.fire(later)
    talk.fire(later + MINUTE)
    [timer], due = timers(talk.key), clock.iso(NINE + HOUR)
    assert talk.facts() == [
        ("promise.near", {"kind": "first", "cycle": timer.cycle, "due": due, "at": -600, "tell": ["owner"]}),
        ("promise.missed", {"kind": "first", "cycle": timer.cycle, "due": due, "tell": ["supervisors"]}),
        ("promise.late", {"kind": "first", "cycle": timer.cycle, "due": due, "at": 600, "tell": []}),
        ("promise.late", {"kind": "first", "cycle": timer.cycle, "due": due, "at": 1200, "tell": []}),
    ]
    row = talk.row()
    assert (row.priority, row.team_id, list(row.tags.all())) == ("urgent", team.pk, [tag])
    assert (timer.missed_at, timer.next_at, timer.state) == (NINE + HOUR, None, "open")
    assert row.due_at == NINE + HOUR, "it stays overdue until it is answered"


def test_an_answer_that_was_given_in_time_is_no_breach_however_late_it_is_read(talk):
    promise(first=3600, steps=(Step(0, "alarm"),))
    talk.wrote(NINE)
    with clock.stopped_at(NINE + 59 * MINUTE):
        actions.reply(talk.key, by=talk.shop_.amir, client_id="reply-late", text="Yes")  # no job is done: the worker is away
    talk.fire(NINE + 10 * HOUR)
    assert talk.facts() == [] and timers(talk.key)[0].missed_at is None


def test_no_word_is_said_by_itself_while_an_answer_is_just_leaving(talk):
    promise(first=3600, steps=(Step(0, "customer", ("first", "next")),))
    talk.wrote(NINE)
    late = NINE + HOUR
    with clock.stopped_at(late - timedelta(seconds=2)):
        held = hold(talk.key, by=talk.shop_.amir, client_id="held-reply-1", text="Yes", due_at=late + timedelta(seconds=3))
    talk.fire(late)

    def said():
        return Message.objects.filter(conversation=talk.key, author="bot:0", client_id__startswith="notice-late-first").count()

    assert said() == 0 and timers(talk.key, "first")[0].missed_at == late
    talk.does(late + timedelta(seconds=4), lambda: recall(held, by=talk.shop_.amir))
    talk.does(late + timedelta(seconds=6), lambda: None)
    assert said() == 1, "it was taken back, so the word is due again"
    talk.does(late + timedelta(seconds=9), lambda: None)
    assert said() == 1


def test_reading_twice_is_reading_once(talk):
    promise(first=3600, next=600, resolution=7200, steps=(Step(0, "alarm"),))
    talk.wrote(NINE)
    talk.answered(NINE + 2 * HOUR)
    before = (list(Timer.objects.values()), list(Course.objects.values()), Event.objects.count())
    with clock.stopped_at(NINE + 2 * HOUR):
        advance([talk.key])
        advance([talk.key], afresh=True)
    assert (list(Timer.objects.values()), list(Course.objects.values()), Event.objects.count()) == before


def test_the_first_policy_that_matches_holds_and_a_change_brings_another(talk):
    promise("Urgent", first=60, match=Match(priorities=("urgent",)))
    vip = Tag.objects.create(name="VIP", folded="vip")
    promise("VIP", first=600, match=Match(segments=(vip.public_id,)))
    promise("Mail", first=5, match=Match(channels=("mail",)))
    promise("Chat", first=3600, match=Match(channels=("chat",)))
    talk.wrote(NINE)
    assert timers(talk.key)[0].due_at == NINE + HOUR
    talk.does(NINE + MINUTE, lambda: tag_customer(talk.customer, add=[vip], by=talk.shop_.amir))
    assert timers(talk.key)[0].due_at == NINE + 10 * MINUTE
    talk.does(NINE + 2 * MINUTE, lambda: actions.prioritise(talk.key, "urgent", by=talk.shop_.amir))
    [timer] = timers(talk.key)
    assert (timer.due_at, timer.missed_at) == (NINE + MINUTE, NINE + MINUTE), "what would have been due already is missed"


def test_a_team_counts_in_its_own_hours_and_the_next_has_its_own_clock(talk):
    night = add_calendar("Night", Rules("UTC", dict.fromkeys(DAYS, ((1200, 1440),))), by=SYSTEM)
    team = change_team(add_team("Night shift", [], by=SYSTEM), calendar=night, by=SYSTEM)
    promise(first=2 * 3600, ownership=3600)
    talk.wrote(NINE)
    talk.does(NINE + HOUR, lambda: actions.give_to_team(talk.key, team, by=talk.shop_.amir))
    first, ownership = timers(talk.key)
    assert first.due_at == MONDAY.replace(hour=21), "an hour is used, another one begins when the night does"
    assert (ownership.kind, ownership.due_at) == ("ownership", MONDAY.replace(hour=21))
    talk.does(MONDAY.replace(hour=20, minute=30), lambda: actions.give_to_team(talk.key, None, by=talk.shop_.amir))
    first, ownership = timers(talk.key)
    assert (ownership.state, ownership.left, first.due_at) == ("met", 1800, MONDAY.replace(hour=21))


def test_a_changed_calendar_or_policy_is_reckoned_anew(talk):
    nine_to_five()
    policy = promise(first=3600)
    talk.wrote(MONDAY)
    assert timers(talk.key)[0].due_at == NINE + HOUR
    rules = Rules("UTC", dict.fromkeys(DAYS[:5], ((600, 1020),)))
    talk.does(MONDAY + MINUTE, lambda: change_calendar(main_calendar(), rules=rules, by=SYSTEM))
    assert timers(talk.key)[0].due_at == NINE + 2 * HOUR
    talk.does(MONDAY + 2 * MINUTE, lambda: change_policy(policy, terms=Terms(targets=Targets(first=1800, resolution=7200)), by=SYSTEM))
    first, resolution = timers(talk.key)
    assert (first.due_at, resolution.due_at) == (NINE + HOUR + 30 * MINUTE, NINE + 3 * HOUR)
    talk.does(MONDAY + 3 * MINUTE, lambda: change_policy(policy, active=False, by=SYSTEM))
    assert {t.state for t in timers(talk.key)} == {"void"} and talk.row().due_at is None


def test_a_policy_that_comes_later_holds_for_who_waits_already(talk):
    talk.wrote(NINE)
    assert timers(talk.key) == []
    talk.does(NINE + 30 * MINUTE, lambda: promise(first=3600))
    assert [(t.kind, t.due_at) for t in timers(talk.key)] == [("first", NINE + HOUR)]


def test_merging_takes_the_clock_along_and_undoing_gives_it_back(talk):
    promise(first=3600, resolution=7200)
    talk.wrote(NINE)
    gone = talk.key
    talk.answered(NINE + MINUTE, resolving=True)
    talk.does(NINE + 2 * MINUTE, lambda: None)
    with clock.stopped_at(NINE + 3 * MINUTE):
        kept = talk.shop_.says(talk.customer, "Another matter").conversation_id
        work()
    assert kept != gone
    talk.does(NINE + 4 * MINUTE, lambda: merge(kept, gone, by=talk.shop_.amir))
    assert {t.state for t in timers(kept)} == {"void"}
    assert talk.row().due_at == NINE + 4 * MINUTE + timedelta(seconds=3600) or timers(gone, "next") == []
    talk.does(NINE + 5 * MINUTE, lambda: unmerge(kept, by=talk.shop_.amir))
    assert [t.kind for t in timers(kept) if t.state == "open"][:1] == ["first"]


def test_nobody_is_ever_there(talk):
    change_calendar(main_calendar(), rules=Rules("UTC", {}), by=SYSTEM)
    promise(first=3600)
    talk.wrote(NINE)
    assert (timers(talk.key)[0].due_at, talk.row().due_at) == (None, None)
    talk.answered(NINE + HOUR)
    assert timers(talk.key)[0].state == "met"


def test_a_long_conversation_costs_no_more_queries(talk, django_assert_max_num_queries):
    promise(first=600, next=300, resolution=7200)
    for n in range(6):
        talk.wrote(NINE + 2 * n * MINUTE)
        talk.answered(NINE + (2 * n + 1) * MINUTE)
    with clock.stopped_at(NINE + HOUR):
        talk.shop_.says(talk.customer, "Once more")
        with django_assert_max_num_queries(12):
            advance([talk.key])


def test_an_inbox_or_a_team_that_gets_other_hours_is_reckoned_anew_and_nobody_else(talk, monkeypatch):
    from yavar.flow.sla import jobs

    night = add_calendar("Night", Rules("UTC", dict.fromkeys(DAYS, ((1200, 1440),))), by=SYSTEM)
    promise(first=3600)
    talk.wrote(NINE)
    looked = []
    whole = jobs.advance
    monkeypatch.setattr(jobs, "advance", lambda keys, **more: (looked.extend(keys), whole(keys, **more)))
    configure_inbox(talk.shop_.inbox, name="Chat, renamed", by=SYSTEM)
    talk.does(NINE + MINUTE, lambda: change_team(add_team("Nobody’s", [], by=SYSTEM), calendar=night, by=SYSTEM))
    assert looked == []
    talk.does(NINE + 2 * MINUTE, lambda: configure_inbox(talk.shop_.inbox, calendar=night, by=SYSTEM))
    assert looked == [talk.key] and timers(talk.key)[0].due_at == MONDAY.replace(hour=20, minute=58)
