"""`GET /health`: whether the desk does what it promises. 200 when it does, 503 when a person must look."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from yavar import __version__
from yavar.base import clock
from yavar.base.edge import Answer, Door, Later, Request, json_answer
from yavar.base.jobs.models import Job
from yavar.channels import delivery, ledger
from yavar.channels.contract import channel
from yavar.conversations.models import Inbox
from yavar.flow.sla.models import Timer
from yavar.integrations.channels.email import queries as mail
from yavar.webhooks import queries as webhooks

TARDY = 10.0  # seconds a promise may be due before something happens; a second is usual
LATE = 60.0  # seconds a due job may wait before we say so
UNSENT = 900.0  # seconds mail may wait to leave: a server that asks us to come again is no trouble of ours

children: dict[str, Callable[[], bool]] = {}  # name -> whether it runs; config.serve fills it


def facts() -> dict[str, Any]:
    """Everything that can be wrong, and whether it is."""
    try:
        oldest = Job.objects.filter(state="ready").order_by("due_at").values_list("due_at", flat=True).first()
        dead = Job.objects.filter(state="dead").count()
        unread, unsent, boxes, ways = ledger.oldest_waiting(), delivery.oldest_unsent(), mail.asked(), {way.inbox: way for way in mail.leaving()}
        inboxes = [
            _inbox(i, unread.get(i.pk), unsent.get(i.pk), [box for box in boxes if box.inbox == i.pk], ways.get(i.pk)) for i in Inbox.objects.order_by("pk")
        ]
        tardy = _age(Timer.objects.filter(next_at__isnull=False).order_by("next_at").values_list("next_at", flat=True).first())
        hooks = {"failing": webhooks.failing(), "oldest_undelivered_seconds": round(_age(webhooks.oldest_undelivered()), 1)}
    except DatabaseError as error:
        return {"status": "down", "version": __version__, "database": type(error).__name__}
    late = _age(oldest)
    processes = {name: alive() for name, alive in children.items()}
    well = (
        late < LATE
        and not dead
        and tardy < TARDY
        and all(processes.values())
        and all(each.get("oldest_unread_seconds", 0) < LATE and each.get("oldest_unsent_seconds", 0) < UNSENT for each in inboxes)
    )
    return {
        "status": "ok" if well else "degraded", "version": __version__, "database": "ok", "jobs": {"oldest_due_seconds": round(late, 1), "dead": dead},
        "processes": processes, "inboxes": inboxes, "webhooks": hooks, "promises": {"oldest_due_seconds": round(tardy, 1)},
    }  # fmt: skip


def _inbox(inbox: Inbox, unread: datetime | None, unsent: datetime | None, boxes: list[mail.Asked], way: mail.Leaving | None) -> dict[str, Any]:
    on = inbox.active and channel(inbox.kind) is not None and (inbox.kind != "chat" or bool(inbox.config.get("origins")))
    found: dict[str, Any] = {"name": inbox.name, "kind": inbox.kind, "on": on}
    if inbox.kind != "chat":
        found["oldest_unread_seconds"] = round(_age(unread), 1)
        found["mailboxes"] = [
            {"user": box.user, "last_good_poll": clock.iso(box.polled_at) if box.polled_at else None, "failure": box.failure, "failing_seconds": round(_age(box.failing_since), 1)}
            for box in boxes
        ]  # fmt: skip
        found["oldest_unsent_seconds"] = round(_age(unsent), 1)
        found["outgoing"] = {"on": way.active, "failure": way.failure, "failing_seconds": round(_age(way.failing_since), 1)} if way else None
    return found


def _age(moment: datetime | None) -> float:
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else 0.0


def _health(_request: Request) -> Later:
    def look() -> Answer:
        found = facts()
        return json_answer(found, 503 if found["status"] == "down" else 200)

    return Later(look)


DOOR = Door("GET", "/health", _health)
