"""The contact forms: what each asks, where it may stand, what it says."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import hosts
from yavar.base.problem import Problem
from yavar.channels import delivery
from yavar.channels.chat import typed_origin
from yavar.channels.form import KIND, FormConfig, config_of
from yavar.channels.form_offer import changed
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox, configure_inbox
from yavar.desk.locales import LOCALES
from yavar.desk.models import Brand, FieldDefinition, RequestType, translated
from yavar.people.models import Agent
from yavar.web.ui.address import desk_url

from .frame import Form, Said, Typed, isolated, kept, labels_typed, settings_page, unexpected, without_right
from .managed import managed

TEXTS = {f"{name}_{code}" for name in ("intro", "thanks") for code in LOCALES}


def _all(agent: Agent) -> list[Inbox]:
    return [inbox for inbox in managed(agent) if inbox.kind == KIND]


def _inbox(agent: Agent, query: Typed) -> Inbox:
    """The form that `?inbox=` names, else the first. Raises Http404."""
    found = next((inbox for inbox in _all(agent) if query.get("inbox", inbox.public_id) == inbox.public_id), None)
    if found is None:
        raise Http404
    return found


def _change(agent: Agent, typed: Typed, **changes: Any) -> Inbox:
    inbox = _inbox(agent, typed["query"])
    try:
        config = changed(inbox.config, **changes)
    except msgspec.ValidationError:
        raise unexpected() from None
    return configure_inbox(inbox, config, by=agent.actor)


def _add(agent: Agent, typed: Typed) -> Said:
    brand = Brand.objects.filter(public_id=typed["shop"]).first()
    if brand is None:
        raise Problem(422, "brand.unknown", _("What you chose is no longer here. Please reload the page."), field="shop")
    if not agent.powers.at("inbox.manage", "brand", brand.pk):
        raise without_right()
    inbox = add_inbox(brand, KIND, typed["name"], FormConfig(), by=agent.actor)
    return Said("form", _("The form is here, and its page is open."), to=f"/settings/forms?inbox={inbox.public_id}")


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    configure_inbox(_inbox(agent, typed["query"]), active=on, by=agent.actor)
    return Said("form", _("The form is on.") if on else _("The form is off. Its conversations stay in the inbox."))


def _allow(agent: Agent, typed: Typed) -> Said:
    origin, known = typed_origin(typed["origin"]), config_of(_inbox(agent, typed["query"]).config).origins
    _change(agent, typed, origins=[*known, *({origin} - set(known))])
    return Said("pages", _("{address} may show the form.").format(address=isolated(hosts.shown(origin))))


def _disallow(agent: Agent, typed: Typed) -> Said:
    known = config_of(_inbox(agent, typed["query"]).config).origins
    _change(agent, typed, origins=[each for each in known if each != typed["origin"]])
    return Said("pages", _("{address} is off the list.").format(address=isolated(hosts.shown(typed["origin"]))), undo=typed["origin"])


def _ask(agent: Agent, typed: Typed) -> Said:
    choices: dict[str, Any] = {"all": [], "none": None, "some": typed["types"] or None}
    asked = {name: typed[name] for name in ("ask_name", "ask_phone", "subject")}
    _change(agent, typed, **asked, request_types=choices.get(typed["choice"], 0), fields=typed["fields"], files="files" in typed)
    return Said("ask", _("Saved."))


def _texts(agent: Agent, typed: Typed) -> Said:
    _change(agent, typed, intro=labels_typed(typed, "intro"), thanks=labels_typed(typed, "thanks"))
    return Said("texts", _("Saved."))


FORMS = {
    "add": Form("add", _add, {"shop", "name"}),
    "switch": Form("form", _switch, {"active"}),
    "allow": Form("pages", _allow, {"origin"}),
    "disallow": Form("pages", _disallow, {"origin"}),
    "ask": Form("ask", _ask, {"ask_name", "ask_phone", "subject", "choice"}, {"files"}, {"types", "fields"}),
    "texts": Form("texts", _texts, TEXTS),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    lang, found = translation.get_language() or "en", _all(agent)
    shops = [(each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk") if agent.powers.at("inbox.manage", "brand", each.pk)]
    adding = {"shops": shops, "new": kept(typed, "add", {"shop": "", "name": ""})}
    if not found and "inbox" not in request.GET:
        return {"here": None, "forms": [], **adding}
    inbox = _inbox(agent, request.GET.dict())
    config, url = config_of(inbox.config), desk_url(request)
    return {
        "here": {"id": inbox.public_id, "name": inbox.name, "shop": inbox.brand.name_in(lang), "active": inbox.active}, **adding,
        "forms": [{"id": each.public_id, "name": each.name, "here": each == inbox} for each in found] if len(found) > 1 else [],
        "answers": delivery.mail_of(inbox.brand_id) is not None, "page": f"{url}/form/{inbox.public_id}", "preview": f"/form/{inbox.public_id}?lang={lang}",
        "only_here": urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1"), "line": f'<script async src="{url}/form/{inbox.public_id}/embed.js"></script>',
        "origins": [{"origin": each, "shown": hosts.shown(each)} for each in config.origins], "origin": kept(typed, "allow", {"origin": ""})["origin"],
        "asked": _asked(config, typed), "types": _types(inbox, lang), "fields": _fields(inbox, lang),
        "texts": kept(typed, "texts", {name: getattr(config, name[:-3]).get(name[-2:], "") for name in TEXTS}),
    }  # fmt: skip


def _asked(config: FormConfig, typed: Typed | None) -> Typed:
    types = config.request_types
    saved: Typed = {
        "ask_name": config.ask_name, "ask_phone": config.ask_phone, "subject": config.subject, "files": config.files, "types": types or [], "fields": config.fields,
        "choice": "none" if types is None else "some" if types else "all",
    }  # fmt: skip
    return kept(typed, "ask", saved, {"files"})


def _types(inbox: Inbox, lang: str) -> list[tuple[str, str]]:
    return [(kind.public_id, translated(kind.name, lang, inbox.brand.locale)) for kind in RequestType.objects.filter(brand=inbox.brand).order_by("pk")]


def _fields(inbox: Inbox, lang: str) -> list[dict[str, str]]:
    """The custom fields that this form can ask, each with the request type that it belongs to."""
    found = FieldDefinition.objects.filter(Q(brand__isnull=True) | Q(brand=inbox.brand), on="conversation", active=True).select_related("request_type")
    shop = inbox.brand.locale
    return [
        {"key": each.key, "label": translated(each.label, lang, shop), "type": translated(each.request_type.name, lang, shop) if each.request_type else ""}
        for each in found.order_by("position", "pk")
        if each.request_type is None or each.request_type.brand_id == inbox.brand_id
    ]


forms = settings_page("forms", FORMS, _facts)
