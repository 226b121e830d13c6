"""What follows when a promise is near, missed or late: the fact that tells of it, and the deeds the policy names."""

import msgspec

from yavar.base import clock
from yavar.base.events import SYSTEM
from yavar.conversations import actions
from yavar.conversations.models import Tag
from yavar.people.models import Team

from .events import PromiseLate, PromiseMissed, PromiseNear
from .measuring import Came
from .models import Timer
from .terms import Step, Terms

TELLS = {"notify": "owner", "alarm": "supervisors"}


def steps(terms: Terms, timer: Timer, moment: int) -> list[Step]:
    """What a policy wants done to a timer of this kind just then."""
    return [step for step in terms.steps if step.at == moment and timer.kind in step.kinds]


def fact_of(came: Came, terms: Terms) -> msgspec.Struct:
    """The fact of a moment that has come."""
    timer, moment, due = came.timer, came.moment, clock.iso(came.due)
    again = {"supervisors"} if moment in terms.renewals(timer.kind) else set()  # a second promise is broken
    tells = sorted(again | {TELLS[step.do] for step in steps(terms, timer, moment) if step.do in TELLS})
    if moment == 0:
        return PromiseMissed(timer.kind, timer.cycle, due, tells)
    return (PromiseNear if moment < 0 else PromiseLate)(timer.kind, timer.cycle, due, moment, tells)


def act(conversation_id: int, came: Came, terms: Terms) -> None:
    """The deeds that change the conversation. What they name and is gone meanwhile is left out."""
    for step in steps(terms, came.timer, came.moment):
        if step.do == "priority":
            actions.prioritise(conversation_id, step.to, by=SYSTEM)
        elif step.do == "team" and (team := Team.objects.filter(public_id=step.to).first()):
            actions.give_to_team(conversation_id, team, by=SYSTEM)
        elif step.do == "tag" and (tag := Tag.objects.filter(public_id=step.to).first()):
            actions.tag(conversation_id, add=[tag], by=SYSTEM)
