"""Signing in is remembered: each try with its place, and each session until it ends."""

from datetime import timedelta

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import record

from ..events import AuditExported
from . import changes
from .models import Agent, SignIn


def note_sign_in(agent: Agent | None, *, email: str, outcome: str, ip: str, browser: str, session_key: str = "") -> SignIn:
    """Keep a try to sign in; with outcome `ok` a session begins."""
    now = clock.now()
    with transaction():
        return SignIn.objects.create(
            agent=agent, email=email[:254], outcome=outcome, ip=ip[:45], browser=browser[:300], session_key=session_key, at=now, seen_at=now
        )


def note_sign_out(session_key: str) -> None:
    """They left by themselves."""
    with transaction():
        SignIn.objects.filter(session_key=session_key, ended_at__isnull=True).exclude(session_key="").update(ended_at=clock.now())
        changes.told()


def session_of(agent: Agent, session_key: str | None) -> SignIn | None:
    """The sign-in behind a live session, seen now (to the minute)."""
    found = SignIn.objects.filter(session_key=session_key, agent=agent).exclude(session_key="").first() if session_key else None
    if found is not None and clock.now() - found.seen_at > timedelta(minutes=1):
        with transaction():
            SignIn.objects.filter(pk=found.pk).update(seen_at=clock.now())
    return found


def note_export(kind: str, rows: int, *, by: Agent) -> None:
    """Somebody takes the audit log away."""
    with transaction():
        record(AuditExported(kind, rows), subject=("desk", 0), by=by.actor)
