"""Webhooks: who is told what happens here, what became of each post, and the buttons that owners need when something did not arrive."""

from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import clock
from yavar.base.problem import Problem
from yavar.desk.locales import digits
from yavar.people.models import Agent
from yavar.webhooks import actions, queries, told
from yavar.webhooks.models import Delivery, Endpoint
from yavar.webhooks.posting import TEST
from yavar.webhooks.words import WHY_OFF, of_try

from .frame import Form, Said, Typed, settings_page, unexpected

ANSWER_WITHIN = 3.0  # seconds the test button waits for the receiver before the page comes without its answer
SINCE = {
    "1": gettext_lazy("the last hour"),
    "24": gettext_lazy("the last 24 hours"),
    "72": gettext_lazy("the last 3 days"),
    "720": gettext_lazy("the last 30 days"),
}
FAMILIES = {
    "conversation": gettext_lazy("Conversations"), "message": gettext_lazy("Messages"), "note": gettext_lazy("Notes"), "customer": gettext_lazy("Customers"),
    "tag": gettext_lazy("Tags"), "inbox": gettext_lazy("Inboxes"),
}  # fmt: skip
STATES = {
    "ok": ("is-good", gettext_lazy("On")), "failing": ("is-warn", gettext_lazy("Failing")), "off": ("", gettext_lazy("Off")),
    "waiting": ("", gettext_lazy("Waiting")), "delivered": ("is-good", gettext_lazy("Delivered")), "failed": ("is-warn", gettext_lazy("Failed")),
    "dead": ("is-bad", gettext_lazy("Given up")),
}  # fmt: skip


def endpoint_of(query: dict[str, str]) -> Endpoint:
    """The one that `?webhook=` names. Raises Http404."""
    found = queries.endpoint(query.get("webhook", ""))
    if found is None:
        raise Http404
    return found


def _chosen(typed: Typed) -> list[str]:
    return ["*"] if typed["which"] == "all" else typed["events"]


def _add(agent: Agent, typed: Typed) -> Said:
    endpoint, secret = actions.add(name=typed["name"], url=typed["url"], events=_chosen(typed), by=agent.actor)
    return Said("added", _("“{name}” gets events from now on.").format(name=endpoint.name), secret=secret)


def _change(agent: Agent, typed: Typed) -> Said:
    actions.change(endpoint_of(typed["query"]), name=typed["name"], url=typed["url"], events=_chosen(typed), by=agent.actor)
    return Said("what", _("Saved."))


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    actions.switch(endpoint_of(typed["query"]), on, by=agent.actor)
    return Said("state", _("The webhook is on.") if on else _("The webhook is off: nothing is sent, and nothing is kept for later."))


def _rotate(agent: Agent, typed: Typed) -> Said:
    secret = actions.rotate(endpoint_of(typed["query"]), by=agent.actor)
    return Said("secret", _("This is the new secret. The old one works for 24 hours more."), secret=secret)


def _test(agent: Agent, typed: Typed) -> Said:
    delivery = actions.test(endpoint_of(typed["query"]), by=agent.actor)
    until = monotonic() + ANSWER_WITHIN
    while delivery.at is None and monotonic() < until:
        sleep(0.05)
        delivery.refresh_from_db(fields=["at"])
    return Said("test", "" if delivery.at else _("Sent. No answer yet: look again in a moment."))


def _replay(agent: Agent, typed: Typed) -> Said:
    found = Delivery.objects.select_related("endpoint").filter(endpoint=endpoint_of(typed["query"]), message=typed["message"]).first()
    if found is None or found.name == TEST:
        raise unexpected()
    actions.replay(found, by=agent.actor)
    return Said("deliveries", _("It’s being sent again."))


def _replay_failed(agent: Agent, typed: Typed) -> Said:
    if typed["hours"] not in SINCE:
        raise unexpected()
    actions.replay_failed(endpoint_of(typed["query"]), clock.now() - timedelta(hours=int(typed["hours"])), by=agent.actor)
    return Said("deliveries", _("Whatever failed since then is being sent again."))


def _remove(agent: Agent, typed: Typed) -> Said:
    endpoint = endpoint_of(typed)
    actions.remove(endpoint, by=agent.actor)
    return Said("webhooks", _("“{name}” is removed.").format(name=endpoint.name))


WHAT = {"name", "url", "which"}
FORMS = {
    "add": Form("add", _add, WHAT, lists={"events"}),
    "change": Form("what", _change, WHAT, lists={"events"}),
    "switch": Form("state", _switch, {"active"}),
    "rotate": Form("secret", _rotate),
    "test": Form("test", _test),
    "replay": Form("deliveries", _replay, {"message"}),
    "replay_failed": Form("deliveries", _replay_failed, {"hours"}),
    "remove": Form("webhooks", _remove, {"webhook"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    here = endpoint_of(request.GET.dict()) if "webhook" in request.GET else None
    events = here.events if here else ["*"]
    kept = {"name": here.name if here else "", "url": here.url if here else "", "which": "all" if "*" in events else "some", "events": events}
    done = [_shown(each) for each in queries.deliveries(here)] if here else []
    return {
        "here": here and _head(here), "webhooks": [] if here else [_head(each) for each in queries.endpoints()], "shown": {**kept, **(typed or {})},
        "choices": _choices(), "deliveries": done, "tested": next((each for each in done if each["name"] == TEST), None), "since": SINCE,
        "failed": any(each["replays"] for each in done),
    }  # fmt: skip


def _head(endpoint: Endpoint) -> dict[str, Any]:
    look, label = STATES[endpoint.state]
    return {
        "id": endpoint.public_id, "name": endpoint.name, "url": endpoint.url, "active": endpoint.active, "look": look, "label": label,
        "why": WHY_OFF.get(endpoint.why, ""), "failing_since": endpoint.failing_since, "all": "*" in endpoint.events, "number": digits(len(endpoint.events)),
        "overlaps": endpoint.old_until if endpoint.old_until and endpoint.old_until > clock.now() else None,
    }  # fmt: skip


def _choices() -> list[dict[str, Any]]:
    """The events by their families, each family with its pattern."""
    names = told.names()
    return [
        {"label": FAMILIES.get(family, family), "pattern": f"{family}.*", "names": [n for n in names if n.startswith(f"{family}.")]} for family in told.FAMILIES
    ]


def _shown(delivery: Delivery) -> dict[str, Any]:
    """A delivery in words."""
    look, label = STATES[delivery.state] if delivery.name != TEST or delivery.state != "dead" else ("is-bad", _("Failed"))
    tried = delivery.at is not None
    return {
        "message": delivery.message, "name": delivery.name, "look": look, "label": label, "tried": tried, "status": delivery.status,
        "words": of_try(delivery.status, delivery.error) if tried else _("It hasn’t been sent yet."), "at": delivery.at or delivery.created_at,
        "took": _("{n} ms").format(n=digits(round(delivery.seconds * 1000))) if delivery.seconds is not None else "", "response": delivery.response,
        "next_at": delivery.next_at if tried and delivery.endpoint.active else None, "tries": digits(delivery.attempts), "replays": delivery.state in ("failed", "dead"),
    }  # fmt: skip


webhooks = settings_page("webhooks", FORMS, _facts)
