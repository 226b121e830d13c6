"""The contact form as a channel: its answers leave by the mail of the same shop."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.desk.locales import LOCALES
from yavar.desk.models import FieldDefinition

from .chat import typed_origin
from .contract import Channel
from .form import KIND, FormConfig
from .submitting import words_of


def _checked(config: FormConfig) -> FormConfig:
    if not {*config.intro, *config.thanks} <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="intro")
    known = set(FieldDefinition.objects.filter(on="conversation", key__in=config.fields).values_list("key", flat=True))
    if not set(config.fields) <= known:
        raise Problem(422, "field.unknown", _("One of these fields is no longer here. Please reload the page."), field="fields")
    words = {name: {code: text.strip() for code, text in texts.items() if text.strip()} for name, texts in (("intro", config.intro), ("thanks", config.thanks))}
    origins = list(dict.fromkeys(typed_origin(each) for each in config.origins))
    return msgspec.structs.replace(config, origins=origins, fields=list(dict.fromkeys(config.fields)), **words)


FORM = Channel(kind=KIND, family="form", icon="file", config=FormConfig, check=_checked, words=words_of, way="email", by_mail=True)


def changed(raw: Mapping[str, Any], **changes: Any) -> FormConfig:
    """A form's settings with some of them changed. Raises msgspec.ValidationError, Problem 422."""
    found: FormConfig = FORM.changed(raw, changes)  # type: ignore[assignment]
    return found
