"""`GET /health`: whether the desk does what it promises. 200 when it does, 503 when a person must look."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from yavar import __version__
from yavar.base import clock
from yavar.base.edge import Answer, Door, Later, Request, json_answer
from yavar.base.jobs.models import Job
from yavar.channels.contract import channel
from yavar.conversations.models import Inbox
from yavar.webhooks import queries as webhooks

LATE = 60.0  # seconds a due job may wait before we say so

children: dict[str, Callable[[], bool]] = {}  # name -> whether it runs; config.serve fills it


def facts() -> dict[str, Any]:
    """Everything that can be wrong, and whether it is."""
    try:
        oldest = Job.objects.filter(state="ready").order_by("due_at").values_list("due_at", flat=True).first()
        dead = Job.objects.filter(state="dead").count()
        inboxes = [
            {"name": i.name, "kind": i.kind, "on": i.active and channel(i.kind) is not None and (i.kind != "chat" or bool(i.config.get("origins")))}
            for i in Inbox.objects.order_by("pk")
        ]
        hooks = {"failing": webhooks.failing(), "oldest_undelivered_seconds": round(_age(webhooks.oldest_undelivered()), 1)}
    except DatabaseError as error:
        return {"status": "down", "version": __version__, "database": type(error).__name__}
    late = _age(oldest)
    processes = {name: alive() for name, alive in children.items()}
    well = late < LATE and not dead and all(processes.values())
    return {
        "status": "ok" if well else "degraded", "version": __version__, "database": "ok", "jobs": {"oldest_due_seconds": round(late, 1), "dead": dead},
        "processes": processes, "inboxes": inboxes, "webhooks": hooks,
    }  # fmt: skip


def _age(moment: datetime | None) -> float:
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else 0.0


def _health(_request: Request) -> Later:
    def look() -> Answer:
        found = facts()
        return json_answer(found, 503 if found["status"] == "down" else 200)

    return Later(look)


DOOR = Door("GET", "/health", _health)
