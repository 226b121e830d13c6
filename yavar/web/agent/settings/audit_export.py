"""The audit log to take away: streamed, filtered as the page is, newest first."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_POST

from yavar.base import clock
from yavar.base.events.models import Event
from yavar.people.team.sessions import note_export
from yavar.web.api.audit import events_of

from ..access import needs
from .audit import FILTERS, MOST, asked, rows
from .frame import unexpected

CHUNK = 500


@needs("audit.read")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The log as the filter has it, newest first, as a file."""
    kind, query = request.POST.get("format", ""), request.POST.dict()
    if kind not in ("csv", "jsonl") or set(query) - {*FILTERS, "format", "csrfmiddlewaretoken"} or any("\0" in value for value in query.values()):
        raise unexpected()
    wanted, faults = asked(query)
    if faults:
        raise unexpected()
    agent, lang, number = request.user, translation.get_language() or "en", events_of(**wanted)[:MOST].count()
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    note_export(kind, number, by=agent)
    name = f"yavar-audit-{clock.now():%Y-%m-%d}.{kind}"
    types = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
    return StreamingHttpResponse(
        _lines(kind, wanted, newest, lang), content_type=types[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _lines(kind: str, wanted: dict[str, Any], newest: int, lang: str) -> Iterator[bytes]:
    before, left = newest + 1, MOST
    if kind == "csv":
        yield "\ufeff".encode() + _csv([["time", "what", "words", "by", "from", "ip", "browser", "token", "kind", "about", "facts"]])
    while left > 0:
        events = list(events_of(**wanted, before=before)[: min(CHUNK, left)])
        if not events:
            return
        before, left = events[-1].pk, left - len(events)
        with translation.override(lang):
            shown = rows(events)
        if kind == "csv":
            yield _csv(_cells(each) for each in shown)
        else:
            yield b"".join(msgspec.json.encode({**each, "facts": dict(each["facts"])}) + b"\n" for each in shown)


def _cells(each: dict[str, Any]) -> list[str]:
    origin = each["origin"]
    facts = "; ".join(f"{key}: {value}" for key, value in each["facts"])
    return [
        clock.iso(each["at"]),
        each["name"],
        each["words"],
        each["by"],
        origin["kind"],
        origin["ip"],
        origin["browser"],
        origin["name"],
        each["kind"],
        each["about"],
        facts,
    ]


def _csv(lines: Any) -> bytes:
    out = io.StringIO()
    # a cell that begins so is a formula to a spreadsheet, and names are anybody's
    csv.writer(out).writerows([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in line] for line in lines)
    return out.getvalue().encode()
