"""What each fact of a conversation means for its timers. Nothing here asks the database: a course, its timers, and what is due are given in."""

from datetime import datetime, timedelta
from typing import NamedTuple

from yavar.base.events.models import Event
from yavar.people.hours.counting import Hours, NeverOpen

from .models import Course, Timer
from .stopwatch import Stopwatch
from .terms import RESPONSES, Kind, Terms

State = Timer.State
PERSON, OURS = "agent:", ("resolution", "ownership")


class Came(NamedTuple):
    """A moment of a policy, in seconds from when its timer was due, has come."""

    timer: Timer
    moment: int
    due: datetime


class Measured:
    """A conversation under measurement: `came` gathers each moment that has come, once; `changed` the timers that are to be kept."""

    def __init__(self, course: Course, timers: list[Timer], terms: Terms, hours: Hours) -> None:
        self.course, self.timers, self.terms, self.hours = course, timers, terms, hours
        self.came: list[Came] = []
        self.changed: list[Timer] = []
        self.turned: datetime | None = None  # when it last became the team's turn other than by a message

    def apply(self, event: Event, author: str) -> None:
        """One fact; `author` is who wrote, for messages."""
        name, at, seq = event.name, event.at, event.seq or 0
        self.fire(at - timedelta(microseconds=1))  # what is done just when it is due is done in time
        if name in ("message.received", "message.copied") and author.startswith("customer:"):
            self._customer_wrote(at, seq)
        elif name in ("message.sent", "message.copied"):
            self._answered(at, person=author.startswith(PERSON))
        elif name == "conversation.resolved":
            self._end(RESPONSES, State.VOID, at)
            self._end(OURS, State.MET, at)
        elif name == "conversation.reopened":
            self.turned = at
            self._taken_up(at, again=event.payload["why"] == "agent")
        elif name == "conversation.snoozed":
            self._put_away(at) if event.payload["until"] is None else self._fetched(at)
        elif name == "conversation.woken":
            self._fetched(at)
        elif name == "conversation.team_changed":
            self._end(("ownership",), State.MET, at)
            if event.payload["after"] is not None:
                self._start("ownership", at, seq)
        elif name == "conversation.merged_away":
            self._end((*RESPONSES, *OURS), State.VOID, at)
        elif name in ("conversation.merged", "conversation.unmerged"):
            self.turned = at

    def fire(self, until: datetime) -> None:
        """Every moment that has come by then, in the order in which they came."""
        while due := [each for each in self.timers if each.next_at is not None and each.next_at <= until]:
            timer = min(due, key=lambda each: (each.next_at, each.pk or 0))
            moment = self._next(timer)
            assert moment is not None and timer.due_at is not None
            timer.fired = moment
            if moment == 0:
                timer.missed_at = timer.due_at
            self._touch(timer)
            self.came.append(Came(timer, moment, timer.due_at))
            self._schedule(timer)

    def ensure(self, waiting_since: datetime | None, seq: int) -> None:
        """Whoever waits is waited for: start what the policy promises and nothing measures yet."""
        if waiting_since is None or self.course.held:
            return
        at = max(waiting_since, self.turned) if self.turned else waiting_since
        self.course.waits = False
        if not self._open(("first", "next")):
            self._start("next" if self.course.answered else "first", at, seq)
        if not any(each.kind == "resolution" for each in self.timers):
            self._start("resolution", at, seq)

    def change(self, terms: Terms, hours: Hours, at: datetime, *, over: bool) -> None:
        """Another policy holds, or other hours. `over`: what has run so far was in other hours and stays counted; else the hours were
        corrected and its present stretch is counted anew."""
        for each in self._open(RESPONSES | set(OURS)):
            target = terms.targets.of(each.kind)
            if target is None:
                self._finish(each, State.VOID, at)
                continue
            if over and each.since is not None and at > each.since:
                each.left, each.since = self._watch(each).left_at(at, self.hours).total_seconds(), at
            each.left += target - each.target
            each.target = target
            self._touch(each)
        self.terms, self.hours = terms, hours
        for each in self._open(RESPONSES | set(OURS)):
            self._schedule(each)

    def waive(self, kind: str, cycle: int, at: datetime) -> None:
        """Nobody waits for this one any more."""
        for each in self._open((kind,)):
            if each.cycle == cycle:
                self._finish(each, State.VOID, at)

    def next_due(self) -> Timer | None:
        """What counts most: the next answer, else the rest."""
        running = [each for each in self._open(RESPONSES | set(OURS)) if each.due_at is not None]
        return min(running, key=lambda each: (each.kind not in RESPONSES, each.due_at), default=None)

    def _customer_wrote(self, at: datetime, seq: int) -> None:
        self.course.waits = False
        self._fetched(at)
        if not self._open(("first", "next")):
            if self.course.answered:
                self._start("next", at, seq)
            else:
                self._start("first", at, seq)
                self._start("ack", at, seq)
        if not any(each.kind == "resolution" for each in self.timers):
            self._start("resolution", at, seq)

    def _answered(self, at: datetime, *, person: bool) -> None:
        self._end(RESPONSES if person else ("ack",), State.MET, at)
        if person:
            self.course.answered = self.course.waits = True
            if self.terms.pauses:
                self._stop(self._open(OURS), at)

    def _put_away(self, at: datetime) -> None:
        self.course.held = True
        self._stop(self._open(RESPONSES | set(OURS)), at)

    def _fetched(self, at: datetime) -> None:
        """It is on the table (again): what stood still goes on, except what waits for the customer."""
        self.course.held = False
        for each in self._open(RESPONSES | set(OURS)):
            if each.since is None and not (each.kind in OURS and self.course.waits and self.terms.pauses):
                self._run(each, at)

    def _taken_up(self, at: datetime, *, again: bool) -> None:
        """Reopened: its resolution goes on where it stopped. `again`: by the team, so whoever had no answer then has none now, and that goes on, too."""
        kind: Kind = "next" if self.course.answered else "first"
        same = [each for each in self.timers if each.kind == kind] if again and not self.course.waits and self.terms.targets.of(kind) is not None else []
        unanswered = max(same, key=lambda each: (each.started_at, each.cycle), default=None)
        for each in self.timers:
            if (each.kind == "resolution" and each.state == State.MET) or (each is unanswered and each.state == State.VOID):
                each.state, each.ended_at = State.OPEN, None
                self._touch(each)
        self._fetched(at)

    def _start(self, kind: Kind, at: datetime, cycle: int) -> None:
        target = self.terms.targets.of(kind)
        if target is None:
            return
        timer = Timer(conversation_id=self.course.conversation_id, kind=kind, cycle=cycle, target=target, left=target, started_at=at)
        self.timers.append(timer)
        if self.course.held:
            self._touch(timer)
        else:
            self._run(timer, at)

    def _run(self, timer: Timer, at: datetime) -> None:
        timer.since = at
        self._schedule(timer)

    def _stop(self, timers: list[Timer], at: datetime) -> None:
        for each in timers:
            if each.since is not None:
                each.left = self._watch(each).left_at(at, self.hours).total_seconds()
                each.since = each.due_at = each.next_at = None
                self._touch(each)

    def _end(self, kinds: "frozenset[str] | tuple[str, ...]", state: str, at: datetime) -> None:
        for each in self._open(kinds):
            self._finish(each, state, at)

    def _finish(self, timer: Timer, state: str, at: datetime) -> None:
        self._stop([timer], at)
        timer.state, timer.ended_at = state, at
        self._touch(timer)

    def _open(self, kinds: "frozenset[str] | set[str] | tuple[str, ...]") -> list[Timer]:
        return [each for each in self.timers if each.state == State.OPEN and each.kind in kinds]

    def _schedule(self, timer: Timer) -> None:
        """When it is due, and when the next moment of its policy comes. A warning whose time was over before it began to run is left out."""
        self._touch(timer)
        try:
            timer.due_at, timer.next_at = self._watch(timer).due(self.hours), None
            if timer.since is not None and timer.missed_at is not None and timer.left < 0:  # it was late before it stood still, and is by as much
                timer.due_at = self.hours.subtract(timer.since, timedelta(seconds=-timer.left))
            while timer.due_at is not None and (moment := self._next(timer)) is not None:
                at = self._moment(timer.due_at, moment)
                if moment >= 0 or timer.since is None or at > timer.since:
                    timer.next_at = at
                    return
                timer.fired = moment
        except NeverOpen:  # nobody is ever there: nothing can be due
            timer.due_at = timer.next_at = None

    def _next(self, timer: Timer) -> int | None:
        done = timer.fired
        return next((each for each in self.terms.moments(timer.kind) if (done is None or each > done) and (each != 0 or timer.missed_at is None)), None)

    def _moment(self, due: datetime, moment: int) -> datetime:
        if moment == 0:
            return due
        return self.hours.add(due, timedelta(seconds=moment)) if moment > 0 else self.hours.subtract(due, timedelta(seconds=-moment))

    @staticmethod
    def _watch(timer: Timer) -> Stopwatch:
        return Stopwatch(timedelta(seconds=timer.left), timer.since)

    def _touch(self, timer: Timer) -> None:
        if timer not in self.changed:
            self.changed.append(timer)
