"""Custom fields of conversations and customers."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base.problem import Problem
from yavar.desk.actions import save_field
from yavar.desk.models import Brand, FieldDefinition, RequestType, translated
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, labels_typed, settings_page, unexpected

KINDS: dict[str, Promise] = {
    "text": gettext_lazy("Text"), "number": gettext_lazy("Number"), "yesno": gettext_lazy("Yes or no"), "date": gettext_lazy("Date"), "choice": gettext_lazy("One of a list"),
    "url": gettext_lazy("Web address"),
}  # fmt: skip
ON: dict[str, Promise] = {"conversation": gettext_lazy("Conversations"), "customer": gettext_lazy("Customers")}
NAMES = {"name_fa", "name_ru", "name_en"}


def field_of(query: Typed) -> FieldDefinition:
    """The one that `?field=` names. Raises Http404."""
    found = FieldDefinition.objects.select_related("brand", "request_type").filter(public_id=query.get("field", "")).first()
    if found is None:
        raise Http404
    return found


def _where(typed: Typed, on: str) -> tuple[Brand | None, RequestType | None]:
    """The shop and request type the form narrows to. Raises Problem 422 for what is gone, or a type of another shop."""
    brand = Brand.objects.filter(public_id=typed["brand"]).first() if typed["brand"] else None
    kind = RequestType.objects.filter(public_id=typed["request_type"]).first() if typed["request_type"] else None
    if (typed["brand"] and not brand) or (typed["request_type"] and not kind):
        raise Problem(422, "place.unknown", _("What you chose is no longer here. Please reload the page."), field="brand" if not brand else "request_type")
    if on == "customer":
        return None, None  # customers are shared by the shops
    if brand and kind and kind.brand_id != brand.pk:
        raise Problem(422, "place.other", _("This request type belongs to another shop."), field="request_type")
    return brand, kind


def _add(agent: Agent, typed: Typed) -> Said:
    if typed["kind"] not in KINDS or typed["on"] not in ON:
        raise unexpected()
    brand, kind = _where(typed, typed["on"])
    made = save_field(
        by=agent.actor, label=labels_typed(typed), on=typed["on"], kind=typed["kind"], choices=typed["choices"].splitlines() if typed["kind"] == "choice" else (),
        brand=brand, request_type=kind, filter="filter" in typed and typed["on"] == "conversation",
    )  # fmt: skip
    return Said(
        "fields", _("The field {name} is here; agents see it at once.").format(name=isolated(translated(made.label, translation.get_language() or "en")))
    )


def _change(agent: Agent, typed: Typed) -> Said:
    field = field_of(typed["query"])
    brand, kind = _where(typed, field.on)
    save_field(
        by=agent.actor, definition=field, label=labels_typed(typed), choices=typed["choices"].splitlines(), active=field.active, brand=brand, request_type=kind
    )
    return Said("field", _("Saved."))


def _switch(agent: Agent, typed: Typed) -> Said:
    field, on = field_of(typed["query"]), typed["active"] == "on"
    save_field(by=agent.actor, definition=field, label=field.label, choices=field.choices, active=on, brand=field.brand, request_type=field.request_type)
    return Said("state", _("The field is asked again.") if on else _("The field is put away; its values are kept."), undo="" if on else "on")


WHERE = {"brand", "request_type", "choices"}
FORMS = {
    "add": Form("add", _add, {*NAMES, *WHERE, "on", "kind"}, {"filter"}),
    "change": Form("field", _change, {*NAMES, *WHERE}),
    "switch": Form("state", _switch, {"active"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang = translation.get_language() or "en"
    brands = [(each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk")]
    types = [
        (each.public_id, f"{translated(each.name, lang)}{f' ({each.brand.name_in(lang)})' if len(brands) > 1 else ''}")
        for each in RequestType.objects.select_related("brand").order_by("pk")
    ]
    more = {"brands": [("", _("all shops")), *brands], "types": [("", _("all request types")), *types], "kinds": list(KINDS.items()), "on": list(ON.items())}
    if "field" in request.GET:
        here = field_of(request.GET.dict())
        saved = {
            "brand": here.brand.public_id if here.brand else "",
            "request_type": here.request_type.public_id if here.request_type else "",
            "choices": "\n".join(here.choices),
        }
        saved |= {name: here.label.get(name[5:], "") for name in NAMES}
        return {**more, "here": here, "label": translated(here.label, lang), "kind": KINDS[here.kind], "shown": kept(typed, "change", saved)}
    new = {**dict.fromkeys(NAMES, ""), "brand": "", "request_type": "", "choices": "", "on": "conversation", "kind": "text", "filter": False}
    found = FieldDefinition.objects.select_related("brand", "request_type").order_by("position", "pk")
    groups = [(label, [_row(each, lang) for each in found if each.on == on]) for on, label in ON.items()]
    return {**more, "here": None, "groups": groups, "any": any(rows for _label, rows in groups), "shown": kept(typed, "add", new, {"filter"})}


def _row(each: FieldDefinition, lang: str) -> dict[str, Any]:
    where = [each.brand.name_in(lang) if each.brand else "", translated(each.request_type.name, lang) if each.request_type else ""]
    return {
        "id": each.public_id, "label": translated(each.label, lang), "key": each.key, "kind": KINDS[each.kind], "where": " · ".join(isolated(word) for word in where if word),
        "filter": each.filter, "active": each.active,
    }  # fmt: skip


fields = settings_page("fields", FORMS, _facts)
