"""Verbs about roles the owner makes."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yavar.base.db import transaction
from yavar.base.events import record
from yavar.base.named import tidy, unique
from yavar.base.problem import Problem

from ..events import RoleChanged, RoleMade, RoleRemoved
from . import changes
from .models import Agent, Grant, Role
from .roles import BUILT_IN, PERMISSIONS


def permissions_of(key: str) -> frozenset[str]:
    """What a role allows, by its key. Raises Problem 422 for a role that does not exist."""
    if key in BUILT_IN:
        return BUILT_IN[key].permissions
    role = Role.objects.filter(public_id=key).first()
    if role is None:
        raise Problem(422, "role.unknown", _("This role is no longer here. Please reload the page."), field="role")
    return frozenset(role.permissions)


def save_role(name: str, permissions: Sequence[str], *, by: Agent, role: Role | None = None) -> Role:
    """Make a role, or change one. Who makes it must hold all it allows. Raises Problem 403, 409 or 422."""
    shown, wanted = tidy(name, 60), sorted(set(permissions))
    if unknown := set(wanted) - set(PERMISSIONS):
        raise Problem(422, "permission.unknown", _("There is no right called {name}.").format(name=min(unknown)), field="permissions")
    if not by.powers.covers(wanted):
        raise Problem(403, "grant.too_much", _("You can only give rights that you have on the whole desk yourself."), field="permissions")
    before = list(role.permissions) if role else []
    with transaction():
        saved = role or Role()
        saved.name, saved.permissions = shown, wanted
        with unique():
            saved.save()
        fact = RoleChanged(saved.pk, before, wanted) if role else RoleMade(saved.pk, wanted)
        record(fact, subject=("role", saved.pk), by=by.actor)
        changes.told()
    return saved


def remove_role(role: Role, *, by: Agent) -> None:
    """Whoever had it has it no more."""
    with transaction():
        record(RoleRemoved(role.pk, list(Grant.objects.filter(role=role.public_id).values_list("agent", flat=True))), subject=("role", role.pk), by=by.actor)
        Grant.objects.filter(role=role.public_id).delete()
        changes.told()
        role.delete()
