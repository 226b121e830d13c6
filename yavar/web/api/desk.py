"""The desk's furniture: shops, inboxes, request types, custom fields, settings."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base.ids import public_id_of
from yavar.base.problem import Problem
from yavar.channels.contract import channel
from yavar.conversations import setup
from yavar.conversations.models import Inbox
from yavar.conversations.policies import brands_of, inboxes_of
from yavar.desk import actions, settings
from yavar.desk.accent import Accent
from yavar.desk.models import Brand, FieldDefinition, RequestType
from yavar.people.models import Agent, Calendar

from . import answers
from .frame import Doors, Strict, denied
from .reading import here, one

doors = Doors(tags=["desk"])
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
Labels = Annotated[dict[Literal["fa", "ru", "en"], Annotated[str, Field(max_length=200)]], Field(max_length=3)]
Lang = Literal["fa", "ru", "en"]


class Colour(Strict):
    h: Annotated[float, Field(ge=0, lt=360)]
    c: Annotated[float, Field(ge=0, le=0.4)]


class NewBrand(Strict):
    name: Labels
    locale: Lang = "en"
    accent: Colour | None = None


class ChangeBrand(Strict):
    name: Labels | None = None
    locale: Lang | None = None
    accent: Colour | Literal[False] | None = None


class NewInbox(Strict):
    brand: PublicId
    kind: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=80)]


class ChangeInbox(Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    active: bool | None = None
    config: dict[str, Any] | None = None
    calendar: PublicId | Literal[False] | None = None


class NewRequestType(Strict):
    brand: PublicId
    name: Labels


class Rename(Strict):
    name: Labels


class NewField(Strict):
    on: Literal["conversation", "customer"]
    key: Annotated[str, Field(max_length=40)] = ""
    label: Labels
    kind: Literal["text", "number", "yesno", "date", "choice", "url"]
    choices: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=100)] = []
    brand: PublicId | None = None
    request_type: PublicId | None = None
    filter: bool = False


class ChangeField(Strict):
    label: Labels | None = None
    choices: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=100)] | None = None
    active: bool | None = None


class ChangeSettings(Strict):
    time_zone: Annotated[str, Field(max_length=60)] | None = None
    reply_minutes: Annotated[int, Field(ge=0, le=999)] | None = None


def brand_facts(brand: Brand) -> dict[str, Any]:
    """A shop as programs get it."""
    return {"id": brand.public_id, "name": brand.name, "locale": brand.locale, "accent": brand.accent}


def inbox_facts(inbox: Inbox) -> dict[str, Any]:
    """An inbox as programs get it: never its secret."""
    facts = {name: getattr(inbox, name) for name in ("kind", "name", "active", "config")}
    return {"id": inbox.public_id, "brand": inbox.brand.public_id, "calendar": calendar_id(inbox.calendar_id), **facts}


def calendar_id(key: int | None) -> str | None:
    """The public id of a calendar of one's own; None where another's holds."""
    return None if key is None else public_id_of(Calendar, key)


def calendar_given(agent: Agent, given: str | Literal[False] | None) -> Any:
    """What a body says of a calendar, for the verbs: one, None (`false`: none of one's own), or `...` when it says nothing. Raises Problem 403 or 422."""
    if given is None:
        return ...
    if not agent.may("setting.manage"):
        raise denied("setting.manage")
    return one(Calendar, given) if given else None


def type_facts(kind: RequestType) -> dict[str, Any]:
    """A request type."""
    return {"id": kind.public_id, "brand": kind.brand.public_id, "name": kind.name}


def field_facts(field: FieldDefinition) -> dict[str, Any]:
    """A custom field's definition."""
    return {
        "id": field.public_id, "on": field.on, "key": field.key, "label": field.label, "kind": field.kind, "choices": field.choices,
        "brand": field.brand.public_id if field.brand else None, "request_type": field.request_type.public_id if field.request_type else None,
        "filter": field.filter, "active": field.active,
    }  # fmt: skip


def brand_for(agent: Agent, public_id: str) -> Brand:
    """A shop the agent may change. Raises Problem 404, or 403 for one they only work for."""
    found = brands_of(agent).filter(public_id=public_id).first()
    if found is None:
        raise Problem(404, "brand.unknown", _("There is nothing here, or it is not yours to see."))
    if not agent.powers.at("brand.manage", "brand", found.pk):
        raise denied("brand.manage")
    return found


def inbox_for(agent: Agent, public_id: str, needs: str | None = None) -> Inbox:
    """An inbox the agent works in, or may change. Raises Problem 404 or 403."""
    found = inboxes_of(agent).select_related("brand").filter(public_id=public_id).first()
    if found is None:
        raise Problem(404, "inbox.unknown", _("There is nothing here, or it is not yours to see."))
    if needs and not (agent.powers.at(needs, "inbox", found.pk) or agent.powers.at(needs, "brand", found.brand_id)):
        raise denied(needs)
    return found


@doors.door("GET", "/brands", needs="conversation.read", shape=list[answers.BrandFacts])
def list_brands(request: HttpRequest, agent: Agent) -> Any:
    """The shops you work for."""
    return [brand_facts(brand) for brand in brands_of(agent).order_by("pk")]


@doors.door("POST", "/brands", needs="brand.manage", shape=answers.BrandFacts, status=201)
def create_brand(request: HttpRequest, agent: Agent, given: NewBrand) -> Any:
    """One more shop."""
    if not agent.powers.everywhere("brand.manage"):
        raise denied("brand.manage")
    accent = Accent(given.accent.h, given.accent.c) if given.accent else None
    return brand_facts(actions.add_brand(given.name, given.locale, accent=accent, by=agent.actor))


@doors.door("PATCH", "/brands/{id}", needs="brand.manage", shape=answers.BrandFacts)
def change_brand(request: HttpRequest, agent: Agent, id: str, given: ChangeBrand) -> Any:
    """Rename a shop, change its first language or colour (`accent: false` is the house's)."""
    accent: Any = ... if given.accent is None else None if given.accent is False else Accent(given.accent.h, given.accent.c)
    return brand_facts(actions.configure_brand(brand_for(agent, id), name=given.name, locale=given.locale, accent=accent, by=agent.actor))


@doors.door("GET", "/inboxes", needs="conversation.read", shape=list[answers.InboxFacts])
def list_inboxes(request: HttpRequest, agent: Agent) -> Any:
    """The inboxes you work in."""
    return [inbox_facts(inbox) for inbox in inboxes_of(agent).select_related("brand").order_by("pk")]


@doors.door("POST", "/inboxes", needs="inbox.manage", shape=answers.InboxFacts, status=201)
def create_inbox(request: HttpRequest, agent: Agent, given: NewInbox) -> Any:
    """A new inbox of a channel this desk has. A chat is closed until a page is allowed; a form's own page is open at once."""
    brand = one(Brand, given.brand)
    if not agent.powers.at("inbox.manage", "brand", brand.pk):
        raise denied("inbox.manage")
    offered = channel(given.kind)
    if offered is None:
        raise Problem(422, "kind.unknown", _("This desk has no such channel."), field="kind")
    return inbox_facts(setup.add_inbox(brand, given.kind, given.name, offered.config(), secret=offered.new_secret(), by=agent.actor))


@doors.door("PATCH", "/inboxes/{id}", needs="inbox.manage", shape=answers.InboxFacts)
def change_inbox(request: HttpRequest, agent: Agent, id: str, given: ChangeInbox) -> Any:
    """Rename an inbox, switch it, change some of its settings (`config`, in the form of its kind), or its working hours (`calendar: false`: as the desk's)."""
    inbox = inbox_for(agent, id, "inbox.manage")
    offered, config = channel(inbox.kind), None
    if given.config is not None:
        if offered is None:
            raise Problem(422, "kind.unknown", _("This desk has no such channel."), field="kind")
        try:
            config = offered.changed(inbox.config, given.config)
        except msgspec.ValidationError as error:
            raise Problem(422, "config.invalid", _("The request isn’t in the expected form."), field="config", extra={"detail": str(error)}) from None
    calendar = calendar_given(agent, given.calendar)
    return inbox_facts(setup.configure_inbox(inbox, config, name=given.name, active=given.active, calendar=calendar, by=agent.actor))


@doors.door("GET", "/request_types", needs="conversation.read", shape=list[answers.RequestTypeFacts])
def list_request_types(request: HttpRequest, agent: Agent) -> Any:
    """What customers may want, by shop."""
    return [type_facts(kind) for kind in RequestType.objects.filter(brand__in=brands_of(agent)).select_related("brand").order_by("pk")]


@doors.door("POST", "/request_types", needs="field.manage", shape=answers.RequestTypeFacts, status=201)
def create_request_type(request: HttpRequest, agent: Agent, given: NewRequestType) -> Any:
    """Add a request type to a shop."""
    return type_facts(actions.save_request_type(one(Brand, given.brand), dict(given.name), by=agent.actor))


@doors.door("PATCH", "/request_types/{id}", needs="field.manage", shape=answers.RequestTypeFacts)
def change_request_type(request: HttpRequest, agent: Agent, id: str, given: Rename) -> Any:
    """Rename a request type."""
    kind = here(RequestType.objects.select_related("brand"), id)
    return type_facts(actions.save_request_type(kind.brand, dict(given.name), by=agent.actor, kind=kind))


@doors.door("DELETE", "/request_types/{id}", needs="field.manage")
def remove_request_type(request: HttpRequest, agent: Agent, id: str) -> None:
    """Remove a request type; its conversations are of none."""
    actions.remove_request_type(here(RequestType.objects, id), by=agent.actor)


@doors.door("GET", "/fields", needs="conversation.read", shape=list[answers.FieldFacts])
def list_fields(request: HttpRequest, agent: Agent) -> Any:
    """The custom fields of conversations and customers, in their order."""
    return [field_facts(field) for field in FieldDefinition.objects.select_related("brand", "request_type").order_by("position", "pk")]


@doors.door("POST", "/fields", needs="field.manage", shape=answers.FieldFacts, status=201)
def create_field(request: HttpRequest, agent: Agent, given: NewField) -> Any:
    """Define a custom field. `on`, `key`, `kind` and `filter` stay for good; without a key one is made of the label."""
    brand = one(Brand, given.brand) if given.brand else None
    kind = one(RequestType, given.request_type) if given.request_type else None
    made = actions.save_field(
        by=agent.actor,
        label=dict(given.label),
        on=given.on,
        key=given.key,
        kind=given.kind,
        choices=given.choices,
        brand=brand,
        request_type=kind,
        filter=given.filter,
    )
    return field_facts(made)


@doors.door("PATCH", "/fields/{id}", needs="field.manage", shape=answers.FieldFacts)
def change_field(request: HttpRequest, agent: Agent, id: str, given: ChangeField) -> Any:
    """Rename a field, change its choices, or put it away (values are kept)."""
    field = here(FieldDefinition.objects.select_related("brand", "request_type"), id)
    label = field.label if given.label is None else dict(given.label)
    choices = field.choices if given.choices is None else given.choices
    active = field.active if given.active is None else given.active
    return field_facts(
        actions.save_field(by=agent.actor, definition=field, label=label, choices=choices, active=active, brand=field.brand, request_type=field.request_type)
    )


@doors.door("GET", "/settings", needs="setting.manage", shape=answers.SettingFacts)
def get_settings(request: HttpRequest, agent: Agent) -> Any:
    """What is decided for the whole desk."""
    return settings.read()


@doors.door("PATCH", "/settings", needs="setting.manage", shape=answers.SettingFacts)
def change_settings(request: HttpRequest, agent: Agent, given: ChangeSettings) -> Any:
    """Decide something else; what is left out stays."""
    changes = {name: value for name, value in given.model_dump().items() if value is not None}
    if "time_zone" in changes and not settings.is_time_zone(changes["time_zone"]):
        raise Problem(422, "time_zone.unknown", _("There is no time zone of this name."), field="time_zone")
    return settings.change(by=agent.actor, **changes)
