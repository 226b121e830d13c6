"""The one shape of an error: `{"problem": {"code", "title", "field"}}`, the title in the reader's language."""

from typing import Any

import msgspec
from django.utils.functional import Promise


class Problem(Exception):
    """Something the asker must hear. `title` may be lazy text; it is put into the reader's language when it is written out."""

    def __init__(
        self, status: int, code: str, title: "str | Promise", *, field: str | None = None, retry_after: int | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.field, self.retry_after = status, code, title, field, retry_after
        self.extra = extra or {}

    def body(self) -> bytes:
        """The JSON body. Call it inside `translation.override(reader's language)`."""
        facts = {"code": self.code, "title": str(self.title)}
        if self.field:
            facts["field"] = self.field
        return msgspec.json.encode({"problem": facts, **self.extra})

    def headers(self) -> dict[str, str]:
        """Headers that go with it."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}
