"""The strings of a browser client in one language, out of the one catalogue."""

import gettext
import json
from functools import cache
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"


@cache
def client_strings(client: str, lang: str) -> dict[str, Any]:
    """`{"strings": {msgid: text}, "plurals": {msgid: [forms]}}` of the client's own msgids. English needs none: it is the msgid."""
    wanted = json.loads((LOCALE / "clients.json").read_text())[client]
    if lang == "en":
        return {"strings": {}, "plurals": {}}
    catalogue = gettext.translation("django", LOCALE, [lang])._catalog  # type: ignore[attr-defined]
    strings = {msgid: catalogue[msgid] for msgid in wanted if msgid in catalogue}
    plurals: dict[str, list[str]] = {}
    for msgid in wanted:
        forms = [catalogue[msgid, index] for index in range(4) if (msgid, index) in catalogue]
        if forms:
            plurals[msgid] = forms
    return {"strings": strings, "plurals": plurals}
