"""Customers: who they are, how they are reached, two that are one."""

from itertools import islice
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import search
from yavar.base.db import transaction
from yavar.base.problem import Problem
from yavar.conversations import merging
from yavar.conversations.lists import narrowed
from yavar.conversations.models import Conversation
from yavar.conversations.policies import customers_listed, customers_of, visible_to
from yavar.people.customers import tending
from yavar.people.customers.queries import facts_of, with_merged
from yavar.people.jobs import AMONG
from yavar.people.models import Agent, Customer

from . import answers
from .frame import Doors, Empty, Strict, denied
from .reading import list_page, place, read_place

doors = Doors(tags=["customers"])
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
Name = Annotated[str, Field(max_length=120)]
Lang = Literal["fa", "ru", "en"]
Value = str | int | float | bool | None


class CustomersQuery(Strict):
    q: Annotated[str, Field(max_length=200)] = ""
    before: Annotated[str, Field(max_length=200)] = ""
    size: Annotated[int, Field(ge=1, le=100)] = 50


class PageQuery(Strict):
    before: Annotated[str, Field(max_length=200)] = ""
    size: Annotated[int, Field(ge=1, le=100)] = 50


class NewCustomer(Strict):
    name: Name
    lang: Lang = "en"
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None


class ChangeCustomer(Strict):
    name: Name | None = None
    lang: Lang | None = None
    fields: Annotated[dict[Annotated[str, Field(max_length=40)], Value], Field(max_length=100)] | None = None


class Way(Strict):
    kind: Literal["email", "phone"]
    value: Annotated[str, Field(max_length=254)]


class Into(Strict):
    into: PublicId


def customer_for(agent: Agent, public_id: str, permission: str = "customer.read") -> Customer:
    """A customer the agent may see and do this to, as they are after merging. Raises Problem 404, or 403 for whom they may only see."""
    found = customers_of(agent).filter(public_id=public_id).select_related("merged_into").first()
    if found is None:
        raise Problem(404, "customer.unknown", _("This customer is not here, or is not yours to see."))
    if permission != "customer.read" and not customers_of(agent, permission).filter(pk=found.pk).exists():
        raise denied(permission)
    return found


@doors.door("GET", "/customers", needs="customer.read", shape=answers.Customers)
def list_customers(request: HttpRequest, agent: Agent, query: Query[CustomersQuery]) -> Any:
    """Customers, last seen first; with `q` those whose name or address has these words, up to 50."""
    if query.q.strip():
        keys = [hit.object_id for window in islice(search.find(query.q, [AMONG]), 2) for hit in window]
        people = Customer.objects.filter(pk__in=keys[:200]).select_related("merged_into")
        survivors = {each.survivor().pk for each in people}
        return {"customers": facts_of(list(customers_of(agent).filter(pk__in=survivors).order_by("-seen_at", "-pk")[:50])), "next": None}
    theirs = customers_listed(agent).filter(merged_into__isnull=True)
    if begin := read_place(query.before):
        at, public = begin
        key = Customer.objects.filter(public_id=public).values_list("pk", flat=True).first() or 0
        theirs = theirs.filter(Q(seen_at__lt=at) | Q(seen_at=at, pk__lt=key))
    found = list(theirs.order_by("-seen_at", "-pk")[: query.size + 1])
    shown, more = found[: query.size], len(found) > query.size
    return {"customers": facts_of(shown), "next": place(shown[-1].seen_at, shown[-1].public_id) if more else None}


@doors.door("POST", "/customers", needs="customer.edit", shape=answers.CustomerFacts, status=201)
def create_customer(request: HttpRequest, agent: Agent, given: NewCustomer) -> Any:
    """Add a customer. What the team types of them is kept as unverified."""
    if not agent.powers.everywhere("customer.edit"):
        raise denied("customer.edit")
    ways = {kind: value for kind, value in (("email", given.email), ("phone", given.phone)) if value}
    return facts_of([tending.add_customer(name=given.name, lang=given.lang, by=agent.actor, ways=ways)])[0]


@doors.door("GET", "/customers/{id}", needs="customer.read", shape=answers.CustomerFacts)
def get_customer(request: HttpRequest, agent: Agent, id: str) -> Any:
    """One customer, with the identities of all that was merged into them."""
    return facts_of([customer_for(agent, id)])[0]


@doors.door("PATCH", "/customers/{id}", needs="customer.edit", shape=answers.CustomerFacts)
def change_customer(request: HttpRequest, agent: Agent, id: str, given: ChangeCustomer) -> Any:
    """Correct a name or language, fill in custom fields (null empties one)."""
    customer = customer_for(agent, id, "customer.edit")
    return facts_of([tending.change_customer(customer, by=agent.actor, name=given.name, lang=given.lang, fields=given.fields)])[0]


@doors.door("GET", "/customers/{id}/conversations", needs="customer.read", shape=answers.Rows)
def list_conversations_of_customer(request: HttpRequest, agent: Agent, id: str, query: Query[PageQuery]) -> Any:
    """All their conversations that you may see, newest activity first."""
    keys = with_merged(customer_for(agent, id).pk)
    return list_page(agent, narrowed(agent, Q(customer__in=keys) & ~Q(status=Conversation.Status.MERGED)), query.before, query.size)


@doors.door("POST", "/customers/{id}/identities", needs="customer.edit", shape=answers.CustomerFacts, status=201)
def add_identity(request: HttpRequest, agent: Agent, id: str, given: Way) -> Any:
    """One more way to reach them, unverified."""
    customer = customer_for(agent, id, "customer.edit")
    tending.add_identity(customer, given.kind, given.value, by=agent.actor)
    return facts_of([customer])[0]


@doors.door("DELETE", "/customers/{id}/identities", needs="customer.edit", shape=answers.CustomerFacts)
def remove_identity(request: HttpRequest, agent: Agent, id: str, query: Query[Way]) -> Any:
    """This way does not lead to them."""
    customer = customer_for(agent, id, "customer.edit")
    identity = customer.identities.filter(kind=query.kind, value=query.value).first()
    if identity is None:
        raise Problem(404, "identity.unknown", _("This customer has no such address."))
    tending.remove_identity(identity, by=agent.actor)
    return facts_of([customer])[0]


@doors.door("GET", "/customers/{id}/merge", needs="customer.merge", shape=answers.MergePreview)
def preview_merge_of_customers(request: HttpRequest, agent: Agent, id: str, query: Query[Into]) -> Any:
    """What merging would give: both, the result, how many conversations move along, and why it can't be done."""
    one, into = customer_for(agent, id, "customer.merge"), customer_for(agent, query.into, "customer.merge")
    before, after = facts_of([one, into])
    known = [(each["kind"], each["value"]) for each in after["identities"]]
    result = {
        **after,
        "name": after["name"] or before["name"],
        "identities": after["identities"] + [i for i in before["identities"] if (i["kind"], i["value"]) not in known],
    }
    number = visible_to(agent).filter(customer__in=with_merged(one.pk)).exclude(status=Conversation.Status.MERGED).count()
    why = tending.why_not(one, into)
    return {"customer": before, "into": after, "result": result, "conversations": number, "possible": why is None, "why": str(why.title) if why else None}


@doors.door("POST", "/customers/{id}/merge", needs="customer.merge", shape=answers.CustomerFacts)
def merge_customer(request: HttpRequest, agent: Agent, id: str, given: Into) -> Any:
    """They are one person: all of this customer's is from now on `into`'s. Answers who remains; undo with unmerge."""
    one, into = customer_for(agent, id, "customer.merge"), customer_for(agent, given.into, "customer.merge")
    return facts_of([tending.merge(one, into, by=agent.actor)])[0]


@doors.door("POST", "/customers/{id}/unmerge", needs="customer.merge", shape=answers.CustomerFacts)
def unmerge_customer(request: HttpRequest, agent: Agent, id: str, given: Empty) -> Any:
    """They were two after all; conversations that were merged between them are two again as well."""
    gone = customer_for(agent, id, "customer.merge")
    with transaction():
        all_of_them = with_merged(gone.survivor().pk)
        parted = tending.unmerge(gone, by=agent.actor)
        merging.take_apart(all_of_them, by=agent)
    return facts_of([parted])[0]
