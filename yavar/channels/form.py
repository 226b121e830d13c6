"""The settings of a contact form, and what it asks for in a language."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.desk.locales import LOCALES
from yavar.desk.models import FieldDefinition, RequestType, translated

from .chat import Asked, typed_origin
from .contract import Channel
from .models import Receipt

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


def _checked(config: FormConfig) -> FormConfig:
    if not {*config.intro, *config.thanks} <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="intro")
    known = set(FieldDefinition.objects.filter(on="conversation", key__in=config.fields).values_list("key", flat=True))
    if not set(config.fields) <= known:
        raise Problem(422, "field.unknown", _("One of these fields is no longer here. Please reload the page."), field="fields")
    words = {name: {code: text.strip() for code, text in texts.items() if text.strip()} for name, texts in (("intro", config.intro), ("thanks", config.thanks))}
    origins = list(dict.fromkeys(typed_origin(each) for each in config.origins))
    return msgspec.structs.replace(config, origins=origins, fields=list(dict.fromkeys(config.fields)), **words)


def _words(receipt: Receipt) -> set[str]:
    from .submitting import words_of  # which knows this channel

    return words_of(receipt)


def changed(raw: Mapping[str, Any], **changes: Any) -> FormConfig:
    """A form's settings with some of them changed. Raises msgspec.ValidationError, Problem 422."""
    found: FormConfig = FORM.changed(raw, changes)  # type: ignore[assignment]
    return found


FORM = Channel(kind=KIND, icon="file", config=FormConfig, check=_checked, words=_words, way="email", by_mail=True)
