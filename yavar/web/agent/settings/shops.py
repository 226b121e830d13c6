"""Shops: their names, first language and colour, and what their customers may want."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.problem import Problem
from yavar.conversations.models import Conversation
from yavar.desk.accent import HOUSE, Accent
from yavar.desk.actions import add_brand, configure_brand, remove_request_type, save_request_type
from yavar.desk.locales import LOCALES, digits
from yavar.desk.models import Brand, FieldDefinition, RequestType, translated
from yavar.people.models import Agent

from .chat import LANGUAGES, accent_typed, preview_of
from .frame import Form, Said, Typed, isolated, kept, labels_typed, settings_page, without_right

NAMES = {f"name_{code}" for code in LOCALES}
CAP = 1000


def shop_of(agent: Agent, query: Typed) -> Brand:
    """The one that `?shop=` names, if `agent` may change it. Raises Http404."""
    found = Brand.objects.filter(public_id=query.get("shop", "")).first()
    if found is None or not agent.powers.at("brand.manage", "brand", found.pk):
        raise Http404
    return found


def type_of(agent: Agent, query: Typed) -> RequestType:
    """The request type that `?type=` names, of the shop that `?shop=` names. Raises Http404."""
    found = RequestType.objects.filter(public_id=query.get("type", ""), brand=shop_of(agent, query)).select_related("brand").first()
    if found is None:
        raise Http404
    return found


def _fields_too(agent: Agent) -> None:
    if not agent.may("field.manage"):
        raise without_right()


def _add(agent: Agent, typed: Typed) -> Said:
    if not agent.powers.everywhere("brand.manage"):
        raise without_right()
    brand = add_brand(labels_typed(typed), typed["locale"], by=agent.actor)
    return Said("shop", _("The shop is here. Now make an inbox for it."), to=f"/settings/shops?shop={brand.public_id}")


def _change(agent: Agent, typed: Typed) -> Said:
    configure_brand(shop_of(agent, typed["query"]), name=labels_typed(typed), locale=typed["locale"], accent=accent_typed(typed), by=agent.actor)
    return Said("shop", _("Saved."))


def _add_type(agent: Agent, typed: Typed) -> Said:
    _fields_too(agent)
    kind = save_request_type(shop_of(agent, typed["query"]), labels_typed(typed), by=agent.actor)
    return Said("types", _("{name} can be chosen from now on.").format(name=isolated(translated(kind.name, translation.get_language() or "en"))))


def _rename_type(agent: Agent, typed: Typed) -> Said:
    _fields_too(agent)
    kind = type_of(agent, typed["query"])
    save_request_type(kind.brand, labels_typed(typed), by=agent.actor, kind=kind)
    return Said("type", _("Saved."))


def _remove_type(agent: Agent, typed: Typed) -> Said:
    _fields_too(agent)
    kind = type_of(agent, typed["query"])
    name = translated(kind.name, translation.get_language() or "en")
    remove_request_type(kind, by=agent.actor)
    return Said("types", _("{name} is removed.").format(name=isolated(name)), to=f"/settings/shops?shop={kind.brand.public_id}")


FORMS = {
    "add": Form("add", _add, {*NAMES, "locale"}),
    "change": Form("shop", _change, {*NAMES, "locale", "colour", "hue", "strength"}),
    "add_type": Form("types", _add_type, NAMES),
    "rename_type": Form("type", _rename_type, NAMES),
    "remove_type": Form("remove", _remove_type),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang, query = translation.get_language() or "en", request.GET.dict()
    names = dict.fromkeys(NAMES, "")
    more = {"languages": LANGUAGES, "kind": None, "here": None, "preview": HOUSE, "types_too": agent.may("field.manage")}
    if "shop" not in query:
        shops = [_row(each, lang) for each in Brand.objects.order_by("pk") if agent.powers.at("brand.manage", "brand", each.pk)]
        return {**more, "shops": shops, "everywhere": agent.powers.everywhere("brand.manage"), "shown": kept(typed, "add", {**names, "locale": lang})}
    here = shop_of(agent, query)
    more |= {"here": _row(here, lang), "brand": _row(here, lang)}
    if "type" in query:
        kind = type_of(agent, query)
        number, asked = Conversation.objects.filter(request_type=kind).order_by()[:CAP].count(), FieldDefinition.objects.filter(request_type=kind).count()
        lose = [
            ngettext("{n} conversation then has no type.", "{n} conversations then have no type.", number).format(n=f"{digits(CAP - 1)}+" if number == CAP else digits(number)),
            ngettext("{n} field that is asked only for it goes too, with its values.", "{n} fields that are asked only for it go too, with their values.", asked).format(n=digits(asked)) if asked else "",
        ]  # fmt: skip
        saved = {f"name_{code}": kind.name.get(code, "") for code in LOCALES}
        return {**more, "kind": translated(kind.name, lang), "shown": kept(typed, "rename_type", saved), "lose": " ".join(filter(None, lose))}
    own = Accent(**here.accent) if here.accent else HOUSE
    saved = {
        **{f"name_{code}": here.name.get(code, "") for code in LOCALES}, "locale": here.locale, "colour": "own" if here.accent else "house",
        "hue": f"{own.h:g}", "strength": f"{own.c * 100:g}",
    }  # fmt: skip
    shown = kept(typed, "change", saved)
    types = [
        {
            "id": each.public_id,
            "name": translated(each.name, lang),
            "others": [each.name[code] for code in LOCALES if each.name.get(code) and each.name[code] != translated(each.name, lang)],
        }
        for each in RequestType.objects.filter(brand=here).order_by("pk")
    ]
    return {**more, "types": types, "shown": shown, "shown_type": kept(typed, "add_type", names), "preview": preview_of(shown)}


def _row(brand: Brand, lang: str) -> dict[str, str]:
    return {"id": brand.public_id, "name": brand.name_in(lang), "initials": brand.initials(lang), "language": dict(LANGUAGES)[brand.locale]}


shops = settings_page("shops", FORMS, _facts)
