"""Verbs about the account by which an inbox's mail leaves."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.problem import Problem
from yavar.channels import delivery
from yavar.conversations.models import Inbox

from .. import actions
from ..compose import dkim
from ..doors.check import Verdict
from ..doors.verdict import WORDS, Trouble
from ..events import OutletChanged, OutletRemoved
from ..models import Outlet
from .wire import connect

PAUSES = (5, 30, 120, 300, 600)  # seconds, after troubles in a row


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An outlet as its owner describes it. `secret` '' keeps the one there is; no `user`: nobody signs in."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    auth: str = "password"
    secret: str = ""


def unsaved(inbox: Inbox, given: Settings) -> Outlet:
    """The outlet these settings describe, with the secret of the present one where none is given; without a row: to try it. Raises Problem 422."""
    facts: dict[str, Any] = actions.checked_account(msgspec.to_builtins(given), sign_in=bool(given.user.strip()))
    before = Outlet.objects.filter(inbox=inbox).first()
    secret = crypto.seal(given.secret) if given.secret else before.secret if before and facts["user"] else ""
    if facts["user"] and not secret:
        raise Problem(422, "secret.missing", _("Type the password."), field="secret")
    return Outlet(**{**facts, "secret": secret}, inbox=inbox, created_at=clock.now())


def check(outlet: Outlet) -> Verdict:
    """Connect and sign in, sending nothing. Never inside a transaction."""
    try:
        connect(outlet).quit()
    except Trouble as found:
        return Verdict(found.code, str(WORDS[found.code]), found.detail)
    return Verdict("ok", _("The server takes mail from this desk."))


def set_outlet(inbox: Inbox, given: Settings, *, by: Actor) -> Outlet:
    """From now on the inbox's mail leaves this way; what waited leaves at once. Raises Problem 422."""
    with transaction():
        wanted = unsaved(inbox, given)
        outlet = Outlet.objects.filter(inbox=inbox).first() or Outlet(inbox=inbox, created_at=clock.now(), version=0)
        names = ("host", "port", "security", "user", "auth", "secret")
        changed = [name for name in names if outlet.pk is None or (getattr(outlet, name) != getattr(wanted, name) if name != "secret" else bool(given.secret))]
        if changed:
            for name in names:
                setattr(outlet, name, getattr(wanted, name))
            _save(outlet, changed, by)
    return outlet


def switch(outlet: Outlet, on: bool, *, by: Actor) -> None:
    """Off: nothing leaves by it, and answers to its inbox cannot be written; what waits goes on waiting."""
    if outlet.active != on:
        outlet.active = on
        with transaction():
            _save(outlet, ["active"], by)


def sign_with(outlet: Outlet, on: bool, *, by: Actor) -> None:
    """Sign its mail with a key of our own (RFC 6376), a new one each time; or leave that to the server."""
    outlet.dkim_selector, outlet.dkim_key = "", ""
    if on:
        outlet.dkim_selector, outlet.dkim_key = f"yavar{clock.now():%Y%m%d}", crypto.seal(dkim.new_key())
    with transaction():
        _save(outlet, ["dkim"], by)


def record_of(outlet: Outlet) -> dict[str, str] | None:
    """The DNS record (TXT) by which others check what the desk signs: its `name` and `value`. None when it signs nothing."""
    if not outlet.dkim_selector:
        return None
    domain = outlet.inbox.config.get("address", "").rpartition("@")[2]
    return {"name": f"{outlet.dkim_selector}._domainkey.{domain}", "value": dkim.record_of(crypto.unseal(outlet.dkim_key))}


def remove(outlet: Outlet, *, by: Actor) -> None:
    """The inbox sends no more; what waits, waits until there is another."""
    with transaction():
        record(OutletRemoved(outlet.inbox_id), subject=("inbox", outlet.inbox_id), by=by)
        outlet.delete()


def _save(outlet: Outlet, changed: list[str], by: Actor) -> None:
    outlet.version += 1
    outlet.failing_since, outlet.failure, outlet.failure_detail, outlet.paused_until, outlet.failures = None, "", "", None, 0
    outlet.save()
    record(OutletChanged(outlet.inbox_id, changed, outlet.active), subject=("inbox", outlet.inbox_id), by=by)
    delivery.hasten(outlet.inbox)


def troubled(key: int, code: str, detail: str) -> Outlet:
    """It takes no mail at present: nobody tries for a while, longer each time. Answers it."""
    with transaction():
        outlet = Outlet.objects.get(pk=key)
        outlet.paused_until = clock.now() + timedelta(seconds=PAUSES[min(outlet.failures, len(PAUSES) - 1)])
        outlet.failures, outlet.failure, outlet.failure_detail = min(outlet.failures + 1, 1000), code[:20], detail[:300]
        outlet.failing_since = outlet.failing_since or clock.now()
        outlet.save(update_fields=["paused_until", "failures", "failure", "failure_detail", "failing_since"])
    return outlet


def well(outlet: Outlet) -> None:
    """It took a mail."""
    facts: Mapping[str, Any] = {"paused_until": None, "failures": 0, "failure": "", "failure_detail": "", "failing_since": None, "sent_at": clock.now()}
    Outlet.objects.filter(pk=outlet.pk).update(**facts)
