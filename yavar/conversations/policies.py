"""Who may see and do what. Reads start at the viewer; what one may not see does not exist."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from yavar.base.db import sql
from yavar.desk.models import Brand
from yavar.people.models import Agent, Customer, Team
from yavar.people.team.powers import Held, Powers

from .models import Conversation, Inbox

READ = "conversation.read"
FEW = 1000
Term = tuple[tuple[str, int | None], ...]  # foreign keys of a conversation, each with what it has to be


def branches(agent: Agent, permission: str = READ) -> list[Q]:
    """Where an agent has a permission, as conditions on Conversation: each one an index can walk in order of time; their union is what they may see."""
    found = [_as_condition(each) for each in _terms(agent, permission, _inboxes_of)]
    return [Q()] if Q() in found else found


def _terms(agent: Agent, permission: str, inboxes_of: Callable[[int], list[int]]) -> list[Term]:
    found: list[Term] = []
    for held in agent.powers.within(permission):
        for scope in _scope(held, inboxes_of):
            if held.sees == "all":
                found.append(scope)
                continue
            found.append((*scope, ("assignee", agent.pk)))
            if held.sees == "team":
                found += [(*scope, ("team", team)) for team in agent.powers.teams]
                found.append((*scope, ("assignee", None), ("team", None)))
    return found


def _scope(held: Held, inboxes_of: Callable[[int], list[int]]) -> list[Term]:
    if held.scope == "desk":
        return [()]
    if held.scope == "brand":
        return [(("inbox", key),) for key in inboxes_of(held.scope_id)]
    return [((held.scope, held.scope_id),)]


def _inboxes_of(brand: int) -> list[int]:
    return list(Inbox.objects.filter(brand=brand).order_by("pk").values_list("pk", flat=True))


def _as_condition(term: Term) -> Q:
    return Q(*((f"{field}__isnull", True) if value is None else (field, value) for field, value in term))


class Whose(NamedTuple):
    """Of a conversation what rights go by."""

    pk: int
    inbox_id: int
    team_id: int | None
    assignee_id: int | None


def _is_true(term: Term, conversation: Conversation | Whose) -> bool:
    return all(getattr(conversation, f"{field}_id") == value for field, value in term)


def visible_to(agent: Agent, permission: str = READ) -> QuerySet[Conversation]:
    """The conversations an agent may see (or, with another permission, do that to). Merged ones are among them: they lead to their survivor."""
    return Conversation.objects.filter(sight(agent, permission))


def sight(agent: Agent, permission: str = READ) -> Q:
    """The same as one condition."""
    found = branches(agent, permission)
    return reduce(or_, found) if found else Q(pk__in=[])


def is_standing(agent: Agent, permission: str = READ) -> bool:
    """Whether that condition follows from their rights alone, and not also from the inboxes that there are: then what is made of it need be made once."""
    return not any(held.scope == "brand" for held in agent.powers.within(permission))


def standing(key: int, powers: Powers) -> Agent:
    """Nothing of an agent but their key and rights: for what is made once of those alone."""
    agent = Agent(pk=key)
    agent.__dict__["powers"] = powers
    return agent


def may_see(agent: Agent, conversation_id: int, permission: str = READ) -> bool:
    """Whether this one is among them."""
    return agent.powers.all_of(permission) or visible_to(agent, permission).filter(pk=conversation_id).exists()


def seen_among(agent: Agent, keys: Collection[int]) -> set[int]:
    """Of some hundreds of conversations those that an agent may see. They are read by their keys alone: with the rights as a condition beside the keys SQLite may rather
    walk a whole inbox than look 150 rows up."""
    if not keys:
        return set()
    terms = _terms(agent, READ, _inboxes_of)
    by_key = f"SELECT id, inbox_id, team_id, assignee_id FROM {sql.table(Conversation)} WHERE id IN (??)"
    found = map(Whose._make, sql.ask(by_key, [list(keys)]).fetchall())
    return {each.pk for each in found if any(_is_true(term, each) for term in terms)}


def who_may_see(agents: Iterable[Agent], conversation: Conversation, permission: str = READ) -> list[Agent]:
    """Those who may see a conversation that is at hand. For agents `with_powers` a query for each brand that somebody is bound to, and no other."""
    inboxes_of = cache(_inboxes_of)
    return [agent for agent in agents if any(_is_true(term, conversation) for term in _terms(agent, permission, inboxes_of))]


def inboxes_of(agent: Agent, permission: str = READ) -> QuerySet[Inbox]:
    """The inboxes an agent works in. Whoever is bound to a team works in all of them, for the team's conversations only."""
    held = agent.powers.within(permission)
    if any(each.scope in ("desk", "team") for each in held):
        return Inbox.objects.all()
    return Inbox.objects.filter(Q(pk__in=_keys(held, "inbox")) | Q(brand__in=_keys(held, "brand")))


def works_in(agent: Agent, inbox: Inbox, permission: str = READ) -> bool:
    """Whether this one is among `inboxes_of`."""
    held = agent.powers.within(permission)
    return any(each.scope in ("desk", "team") or (each.scope, each.scope_id) in (("inbox", inbox.pk), ("brand", inbox.brand_id)) for each in held)


def brands_of(agent: Agent, permission: str = READ) -> QuerySet[Brand]:
    """The shops an agent works for."""
    held = agent.powers.within(permission)
    if any(each.scope in ("desk", "team") for each in held):
        return Brand.objects.all()
    return Brand.objects.filter(Q(pk__in=_keys(held, "brand")) | Q(inbox__in=_keys(held, "inbox"))).distinct()


def teams_of(agent: Agent, permission: str = READ) -> QuerySet[Team]:
    """The teams an agent may give conversations to: all of them, unless every right is bound to certain teams."""
    held = agent.powers.within(permission)
    if any(each.scope != "team" for each in held):
        return Team.objects.all()
    return Team.objects.filter(pk__in=_keys(held, "team"))


def customers_of(agent: Agent, permission: str = "customer.read") -> QuerySet[Customer]:
    """The customers an agent may see: all with the right on the whole desk, else those whose conversations they see, also as whom they were merged into."""
    if agent.powers.everywhere(permission):
        return Customer.objects.all()
    if not agent.may(permission):
        return Customer.objects.none()
    # asked of each customer: all that somebody may see, put together, are 400 ms of a large inbox
    seen = Exists(visible_to(agent, permission).filter(customer=OuterRef("pk")))
    return Customer.objects.filter(seen | Exists(Customer.objects.filter(seen, merged_into=OuterRef("pk"))))


def customers_listed(agent: Agent) -> QuerySet[Customer]:
    """The same, to be listed. Of whoever sees few conversations their customers are put together first: a walk over all customers would be long until it meets them."""
    if agent.powers.everywhere("customer.read"):
        return customers_of(agent)
    few = list(visible_to(agent, "customer.read").values_list("customer", flat=True)[: FEW + 1])
    if len(few) > FEW:
        return customers_of(agent)
    return Customer.objects.filter(Q(pk__in=few) | Q(pk__in=Customer.objects.filter(pk__in=few, merged_into__isnull=False).values("merged_into")))


def _keys(held: Sequence[Held], scope: str) -> list[int]:
    return [each.scope_id for each in held if each.scope == scope]
