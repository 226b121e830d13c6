"""What happens to the desk itself. Payloads name what was changed; the words stay in the rows."""

from typing import Any

import msgspec

from yavar.base.events import STAFF, fact


@fact("brand.added", audience=STAFF)
class BrandAdded(msgspec.Struct, frozen=True):
    """The desk serves another shop."""

    brand: int


@fact("brand.changed", audience=STAFF)
class BrandChanged(msgspec.Struct, frozen=True):
    """A shop was renamed, or looks different."""

    brand: int
    fields: list[str]


@fact("setting.changed", audience=STAFF)
class SettingChanged(msgspec.Struct, frozen=True):
    """Something was decided for the whole desk."""

    key: str
    before: Any
    after: Any


@fact("field.defined", audience=STAFF)
class FieldDefined(msgspec.Struct, frozen=True):
    """A custom field was defined."""

    field: int
    on: str
    key: str
    kind: str


@fact("field.changed", audience=STAFF)
class FieldChanged(msgspec.Struct, frozen=True):
    """A custom field's label, choices or use was changed."""

    field: int
    fields: list[str]


@fact("request_type.added", audience=STAFF)
class RequestTypeAdded(msgspec.Struct, frozen=True):
    """A shop got another request type."""

    request_type: int
    brand: int


@fact("request_type.changed", audience=STAFF)
class RequestTypeChanged(msgspec.Struct, frozen=True):
    """A request type was renamed."""

    request_type: int


@fact("request_type.removed", audience=STAFF)
class RequestTypeRemoved(msgspec.Struct, frozen=True):
    """A request type was removed."""

    request_type: int


@fact("desk.began_anew", audience=STAFF)
class BeganAnew(msgspec.Struct, frozen=True):
    """The desk was restored from a backup: a new life begins, with a new epoch."""

    backup_of: str
