"""Programs' keys to the API."""

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import tidy
from yavar.base.problem import Problem

from ..events import TokenMade, TokenRevoked
from . import changes
from .actions import add_agent
from .models import Agent, Token
from .roles import scopes_of

PURPOSE = "api token"
PREFIX = "yvr_"  # a leaked one is recognised by scanners


def make_token(agent: Agent, name: str, scopes: list[str], *, by: Agent | Actor, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A token that acts as `agent`, within `scopes`. The second answer is the token itself: it is shown this once.

    Raises Problem 422 for an unknown scope or a name that is missing, 403 for more than `by` has.
    """
    shown = tidy(name, 80)
    try:
        wanted = scopes_of(scopes)
    except LookupError as unknown:
        raise Problem(422, "scope.unknown", _("There is no right called {name}.").format(name=unknown), field="scopes") from None
    if isinstance(by, Agent) and (not by.powers.covers(wanted) or (agent.title == "owner" and by.title != "owner")):
        raise Problem(403, "grant.too_much", _("You can only give rights that you have on the whole desk yourself."), field="scopes")
    secret = PREFIX + crypto.new_token()
    with transaction():
        made = Token.objects.create(
            agent=agent, name=shown, scopes=scopes, token_hash=crypto.token_hash(secret, PURPOSE), created_at=clock.now(), expires_at=expires_at
        )
        record(TokenMade(made.pk, agent.pk, sorted(scopes)), subject=("agent", agent.pk), by=by.actor if isinstance(by, Agent) else by)
    return made, secret


def make_program(name: str, scopes: list[str], *, by: Agent | Actor, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A new program and its token, both or neither. It is an administrator that never signs in: its tokens say what it may do. Raises Problem, as `make_token` does."""
    with transaction():
        actor = by.actor if isinstance(by, Agent) else by
        agent = add_agent(email=f"{secrets.token_hex(6)}@program.invalid", name=name, password=None, role="admin", kind=Agent.Kind.PROGRAM, by=actor)
        return make_token(agent, name, scopes, by=by, expires_at=expires_at)


def revoke_token(token: Token, *, by: Actor) -> None:
    """The token opens nothing any more."""
    with transaction():
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            changes.told()
            record(TokenRevoked(token.pk, token.agent_id), subject=("agent", token.agent_id), by=by)


def agent_of(secret: str) -> Agent | None:
    """Who comes with this token: their agent, limited to its scopes, acting through it. None for one that is unknown, old, revoked, or of someone switched off."""
    return agent_of_hash(crypto.token_hash(secret, PURPOSE))


def agent_of_hash(token_hash: str) -> Agent | None:
    """The same, for whoever keeps only the hash."""
    found = Token.objects.select_related("agent").filter(token_hash=token_hash, revoked_at__isnull=True).first()
    now = clock.now()
    if found is None or not found.agent.is_active or (found.expires_at is not None and found.expires_at <= now):
        return None
    if found.used_at is None or now - found.used_at > timedelta(minutes=1):
        with transaction():
            Token.objects.filter(pk=found.pk).update(used_at=now)
    agent = found.agent
    agent.limit, agent.via = scopes_of(found.scopes), f"t:{found.pk}"
    return agent
