"""Verbs about policies. Whoever is measured by them is reckoned anew in the background."""

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _

from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import tidy, unique
from yavar.base.problem import Problem

from .events import PoliciesOrdered, PolicyRemoved, PolicySaved
from .models import Policy
from .terms import Step, Targets, Terms

MOST = 100


def add_policy(name: str, terms: Terms, *, by: Actor, active: bool = True) -> Policy:
    """Another policy, tried after all others. Raises Problem 409 for a name that is taken, 422 for what makes no sense."""
    with transaction():
        last = Policy.objects.order_by("-position").first()
        if Policy.objects.count() >= MOST:
            raise Problem(422, "policy.too_many", _("There are {n} policies already. Take one away first.").format(n=MOST))
        policy = Policy(name=tidy(name, 60), position=last.position + 1 if last else 0, active=active, terms=msgspec.to_builtins(checked(terms)))
        with unique():
            policy.save()
        record(PolicySaved(policy.pk, policy.version), subject=("policy", policy.pk), by=by)
    return policy


def change_policy(
    policy: Policy, *, by: Actor, name: str | None = None, terms: Terms | None = None, active: bool | None = None, version: int | None = None
) -> Policy:
    """Rename it, switch it on or off, or let it say something else. Raises Problem 409 when it is not at `version` any more or the name is taken, 422."""
    with transaction():
        policy = Policy.objects.select_for_update().get(pk=policy.pk)
        if version is not None and version != policy.version:
            raise Problem(409, "policy.stale", _("Somebody changed this policy meanwhile. Please reload the page."))
        before = (policy.name, policy.active, policy.terms)
        policy.name = policy.name if name is None else tidy(name, 60)
        policy.active = policy.active if active is None else active
        policy.terms = policy.terms if terms is None else msgspec.to_builtins(checked(terms))
        if (policy.name, policy.active, policy.terms) != before:
            policy.version += 1
            with unique():
                policy.save()
            record(PolicySaved(policy.pk, policy.version), subject=("policy", policy.pk), by=by)
    return policy


def order_policies(policies: Sequence[Policy], *, by: Actor) -> None:
    """From now on they are tried in this order; those that are not named come after them."""
    with transaction():
        named = [each.pk for each in policies]
        rest = Policy.objects.exclude(pk__in=named).order_by("position", "pk").values_list("pk", flat=True)
        order = [*named, *rest]
        for position, key in enumerate(order):
            Policy.objects.filter(pk=key).update(position=position)
        record(PoliciesOrdered(order), subject=("policy", 0), by=by)


def remove_policy(policy: Policy, *, by: Actor) -> None:
    """Nothing is promised by it any more."""
    with transaction():
        record(PolicyRemoved(policy.pk), subject=("policy", policy.pk), by=by)
        policy.delete()


def checked(terms: Terms) -> Terms:
    """The same with its steps in order. Raises Problem 422 for a policy that promises nothing, or a step without what it needs."""
    if terms.targets == Targets():
        raise Problem(422, "policy.empty", _("Promise at least one thing."), field="targets")
    told: set[str] = set()
    for index, step in enumerate(terms.steps):
        if step.do in ("priority", "team", "tag") and not step.to:
            raise Problem(422, "policy.step", _("Say which one."), field=f"steps.{index}")
        if step.do == "customer" and not (step.at >= 0 and set(step.kinds) <= {"first", "next"}):
            raise Problem(422, "policy.step", _("The customer is told of a late answer when it is late."), field=f"steps.{index}")
        if step.do == "customer":
            if told & set(step.kinds):
                raise Problem(422, "policy.step", _("The customer is told of a late answer once. Take one of the two away."), field=f"steps.{index}")
            told |= set(step.kinds)
        if not step.kinds:
            raise Problem(422, "policy.step", _("Say for which promise."), field=f"steps.{index}")
    return msgspec.structs.replace(terms, steps=tuple(sorted(terms.steps, key=_order)))


def _order(step: Step) -> tuple[int, str]:
    return step.at, step.do
