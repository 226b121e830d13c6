"""Whether the chat's line stands on a shop's page and can work there: the page is fetched as a visitor's browser would, and read."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import hosts, http

from .chat import origin

SCRIPT = re.compile(rb"<script\b[^>]{0,2000}?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)
LARGEST = 2 * 1024 * 1024
UNREACHED: dict[str, "str | Promise"] = {
    "address": gettext_lazy("The desk can’t open this page itself, since it lies in a private network. Open it in your browser: when the chat loads there, it shows here."),
    "name": gettext_lazy("No site has this name. Please check the address."),
    "tls": gettext_lazy("The page has no valid certificate, so browsers warn before it."),
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What was found. `code`: ok, unreachable, status, missing, other, origin, policy; `text` is a sentence that says what now."""

    code: str
    text: str

    @property
    def good(self) -> bool:
        """Whether the chat works there."""
        return self.code == "ok"


def look(url: str, *, desk: str, key: str, origins: list[str]) -> Verdict:
    """Fetch the page and say whether the chat `key` of this desk (its URL) will appear on it. Never inside a transaction."""
    try:
        answer = http.send(
            "GET",
            url,
            headers={"Accept": "text/html", "User-Agent": "Yavar (looks whether its chat stands on the page)"},
            redirects=5,
            limit=LARGEST,
            whole=False,
        )
    except http.HttpError as error:
        reason = getattr(error, "reason", "")
        return Verdict("unreachable", str(UNREACHED.get(reason, _("The page didn’t open. Please check the address, then try again."))))
    if answer.status >= 400:
        return Verdict("status", _("The page answers with an error ({status}).").format(status=answer.status))
    loader = f"/chat/{key}/loader.js"
    sources = [found.decode("utf-8", "replace") for found in SCRIPT.findall(answer.body)]
    if not any(loader in source for source in sources):
        if any("/chat/" in source and source.endswith("/loader.js") for source in sources):
            return Verdict("other", _("There is a line of another chat on the page. Replace it with the one above."))
        return Verdict("missing", _("The page opens, but the line isn’t on it. It may also be that the shop still shows an older copy of the page."))
    if origin(answer.url) not in origins:
        return Verdict(
            "origin",
            _("The line is there, but {address} isn’t on the list of pages that may show the chat.").format(
                address=hosts.shown(origin(answer.url) or answer.url)
            ),
        )
    if refused := _forbidden(answer.headers.get("content-security-policy", ""), desk):
        return Verdict(
            "policy",
            _("The line is there, but the page’s Content-Security-Policy forbids it. Add {desk} to {directives}.").format(
                desk=desk, directives=", ".join(refused)
            ),
        )
    return Verdict("ok", _("The line is on the page, and nothing stands in its way."))


def _forbidden(policy: str, desk: str) -> list[str]:
    """Which directives of a Content-Security-Policy (W3C CSP3) keep the desk out. Without one that applies, everything is allowed."""
    rules = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    found = []
    for directive, fallbacks in (("script-src", ("script-src-elem", "script-src", "default-src")), ("frame-src", ("frame-src", "child-src", "default-src"))):
        applied = next((rules[name] for name in fallbacks if name in rules), None)
        if applied is not None and not any(
            source in ("*", desk, f"{desk.split(':')[0]}:") or source.rstrip("/") == desk.split("://")[-1] for source in applied
        ):
            found.append(directive)
    return found
