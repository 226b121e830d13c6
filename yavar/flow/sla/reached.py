"""What was really reached in the last days, by policy: measured every ten minutes in the background."""

from datetime import timedelta

from yavar.base import clock
from yavar.base.db import run, sql, transaction

from .models import Course, Policy, Reached, Timer

SPAN = timedelta(days=30)
KINDS = ("first", "resolution")
ENOUGH = 20  # fewer say nothing
_MET = "FROM {timer} t JOIN {course} c ON c.conversation_id = t.conversation_id WHERE t.state = 'met' AND t.kind = ? AND t.ended_at > ? AND c.policy_id = ?"


def measure() -> None:
    """Look at every policy. Twice is the same as once."""
    since = clock.now() - SPAN
    for policy in Policy.objects.order_by("pk"):
        for kind in KINDS:
            _measure(policy, kind, (kind, sql.moment(since), policy.pk))


def _measure(policy: Policy, kind: str, values: tuple[object, ...]) -> None:
    met = _MET.format(timer=sql.table(Timer), course=sql.table(Course))
    number, missed = run(sql.text(f"SELECT COUNT(*), COUNT(t.missed_at) {met}"), values, anew=True).fetchone()
    facts = {"number": number, "half": 0, "most": 0, "kept": number - missed, "at": clock.now()}
    if number:
        ordered = f'SELECT t.target - t."left" {met} ORDER BY 1 LIMIT 1 OFFSET ?'
        for name, part in (("half", 0.5), ("most", 0.9)):
            used = run(sql.text(ordered), (*values, min(number - 1, int(number * part))), anew=True).fetchone()[0]
            facts[name] = max(0, round(used))
    with transaction():
        Reached.objects.update_or_create(policy=policy, kind=kind, defaults=facts)
