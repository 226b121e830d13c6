"""The settings of a contact form, and what it asks for in a language."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from django.db.models import Q

from yavar.conversations.models import Inbox
from yavar.desk.models import FieldDefinition, RequestType, translated

from .chat import Asked

KIND = "form"
Words = dict[str, Annotated[str, msgspec.Meta(max_length=2000)]]  # {locale: text}


class FormConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form asks. Its own page works in any case; other pages may show it only from `origins`.

    `request_types` are public ids of those a customer can choose from: none of them means all of the shop's, null means no choice. `fields` are keys of
    custom fields of conversations; one that belongs to a request type is asked with it. `intro` stands above the form, `thanks` when it is sent.
    """

    origins: list[str] = []
    ask_name: Asked = "ask"
    ask_phone: Asked = "off"
    subject: Literal["off", "ask"] = "ask"
    request_types: list[Annotated[str, msgspec.Meta(max_length=22)]] | None = []
    fields: list[Annotated[str, msgspec.Meta(max_length=40)]] = []
    files: bool = True
    intro: Words = {}
    thanks: Words = {}


def config_of(raw: object) -> FormConfig:
    """A row's config, typed."""
    return msgspec.convert(raw, FormConfig)


class Question(msgspec.Struct, frozen=True):
    """A custom field as a form asks it. `type`: the public id of the request type that it belongs to, '' for none."""

    definition: FieldDefinition
    label: str
    type: str

    @property
    def name(self) -> str:
        """Its name on the page."""
        return f"field_{self.definition.key}"


class Sheet(msgspec.Struct, frozen=True):
    """An empty form of an inbox in a language."""

    inbox: Inbox
    config: FormConfig
    lang: str
    types: list[tuple[RequestType, str]]
    questions: list[Question]

    def type_of(self, public_id: str) -> RequestType | None:
        """The request type that was chosen, if it is one of those to choose from."""
        return next((kind for kind, _label in self.types if kind.public_id == public_id), None)


def sheet(inbox: Inbox, lang: str) -> Sheet:
    """What this inbox's form asks, in the language. Types and fields that are gone are not asked."""
    config, shop = config_of(inbox.config), inbox.brand
    kinds = [] if config.request_types is None else list(RequestType.objects.filter(brand=shop).order_by("pk"))
    types = [(kind, translated(kind.name, lang, shop.locale)) for kind in kinds if not config.request_types or kind.public_id in config.request_types]
    here = {kind.pk: kind.public_id for kind, _label in types}
    found = FieldDefinition.objects.filter(Q(brand__isnull=True) | Q(brand=shop), on="conversation", active=True, key__in=config.fields)
    asked = [each for each in found.order_by("position", "pk") if each.request_type_id is None or each.request_type_id in here]
    questions = [Question(each, translated(each.label, lang, shop.locale), here.get(each.request_type_id or 0, "")) for each in asked]
    return Sheet(inbox, config, lang, types, questions)


def text_in(texts: Mapping[str, str], lang: str, shop_lang: str) -> str:
    """An owner's own words in a language, else in the shop's; '' for none."""
    return texts.get(lang) or texts.get(shop_lang) or ""
