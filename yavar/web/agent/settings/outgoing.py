"""How an inbox's mail leaves: by which server, with which signature beneath it, and how long it can be taken back."""

from typing import Any

import msgspec
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base.problem import Problem
from yavar.channels import delivery
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.desk.locales import LOCALES, digits
from yavar.integrations.channels.email.channel import KIND
from yavar.integrations.channels.email.doors.verdict import WORDS
from yavar.integrations.channels.email.models import Mailbox, Outlet
from yavar.integrations.channels.email.offer import EMAIL
from yavar.integrations.channels.email.sending import outlets
from yavar.people.models import Agent

from .frame import Form, Said, Typed, kept, labels_typed, settings_page, unexpected, without_right
from .mail import FIELDS, account_key, auth_of, granted_now
from .managed import managed
from .words import big

SECURITY = [
    ("starttls", gettext_lazy("STARTTLS (mostly port 587)")), ("tls", gettext_lazy("TLS (mostly port 465)")),
    ("none", gettext_lazy("None, a server on this machine")),
]  # fmt: skip
AUTH = [("password", gettext_lazy("A password")), ("google", gettext_lazy("A token of Google")), ("microsoft", gettext_lazy("A token of Microsoft"))]
TYPED = {"host", "port", "security", "user", "auth", "secret", "client_id", "client_secret"}
HOLDS = [("0", gettext_lazy("At once")), *((str(n), n) for n in (5, 10, 20, 30))]


def _inbox(agent: Agent, query: Typed) -> Inbox:
    found = next((inbox for inbox in managed(agent) if inbox.kind == KIND and inbox.public_id == query.get("inbox")), None)
    if found is None:
        raise Http404
    return found


def _outlet(agent: Agent, query: Typed) -> Outlet:
    found = Outlet.objects.filter(inbox=_inbox(agent, query)).first()
    if found is None:
        raise without_right()
    return found


def _set(agent: Agent, typed: Typed) -> Said:
    inbox = _inbox(agent, typed["query"])
    if not typed["port"].strip().isdecimal():
        raise Problem(422, "port.invalid", _("A port is a number from 1 to 65535."), field="port")
    key = account_key(typed) if typed["user"].strip() else {"auth": "password", "secret": ""}
    given = outlets.Settings(host=typed["host"], port=int(typed["port"]), security=typed["security"], user=typed["user"], **key)
    _must_answer(outlets.unsaved(inbox, given))
    outlets.set_outlet(inbox, given, by=agent.actor)
    return Said("server", _("The server takes mail from this desk. Answers leave by it from now on."))


def _must_answer(outlet: Outlet) -> str:
    verdict = outlets.check(outlet)
    if verdict.code != "ok":
        raise Problem(422, f"outlet.{verdict.code}", f"{verdict.text} {verdict.detail}".strip(), field=FIELDS.get(verdict.code, "host"))
    return verdict.text


def _test(agent: Agent, typed: Typed) -> Said:
    return Said("state", _must_answer(_outlet(agent, typed["query"])))


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    outlets.switch(_outlet(agent, typed["query"]), on, by=agent.actor)
    return Said("state", _("Mail leaves again.") if on else _("No mail leaves this inbox now. What waits goes on waiting."), undo="off" if on else "on")


def _sign(agent: Agent, typed: Typed) -> Said:
    on = typed["on"] == "on"
    outlets.sign_with(_outlet(agent, typed["query"]), on, by=agent.actor)
    return Said(
        "dkim", _("Put this record into your domain’s DNS, then mail is signed and believed.") if on else _("The desk signs no longer; your mail server may.")
    )


def _remove(agent: Agent, typed: Typed) -> Said:
    outlets.remove(_outlet(agent, typed["query"]), by=agent.actor)
    return Said("server", _("The server is removed. What waits to leave waits for another."))


def _answers(agent: Agent, typed: Typed) -> Said:
    inbox = _inbox(agent, typed["query"])
    hold = int(typed["hold"]) if typed["hold"].isdecimal() else 5
    signature = {code: text.replace("\r\n", "\n") for code, text in labels_typed(typed, "signature").items()}
    try:
        config = EMAIL.changed(inbox.config, {"hold": hold, "plus": "plus" in typed, "signature": signature})
    except msgspec.ValidationError:  # a time that is not offered, or more than the field takes
        raise unexpected() from None
    configure_inbox(inbox, config, by=agent.actor)
    return Said("answers", _("Saved."))


SIGNATURES = {f"signature_{code}" for code in LOCALES}
FORMS = {
    "set": Form("server", _set, TYPED),
    "test": Form("state", _test),
    "switch": Form("state", _switch, {"active"}),
    "sign": Form("dkim", _sign, {"on"}),
    "remove": Form("remove", _remove),
    "answers": Form("answers", _answers, {"hold"} | SIGNATURES, {"plus"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    inbox = _inbox(agent, request.GET.dict())
    outlet = Outlet.objects.filter(inbox=inbox).first()
    config = inbox.config
    answers = {"hold": str(config.get("hold", 5)), "plus": config.get("plus", False)} | {
        name: config.get("signature", {}).get(name[-2:], "") for name in SIGNATURES
    }
    waiting = delivery.waiting(inbox.pk)
    return {
        "inbox": {"id": inbox.public_id, "name": inbox.name, "address": config.get("address", "")}, "outlet": _row(outlet) if outlet else None, "waiting": big(waiting) if waiting else "",
        "shown": kept(typed, "set", _shown(inbox, outlet) | _granted(request.session)), "granted": granted_now(request.session) != "", "answers": kept(typed, "answers", answers, {"plus"}),
        "choices": {"security": SECURITY, "auth": AUTH, "hold": [(key, words if key == "0" else _("{n} seconds").format(n=digits(int(key)))) for key, words in HOLDS]},
    }  # fmt: skip


def _row(outlet: Outlet) -> dict[str, Any]:
    return {
        "host": outlet.host, "active": outlet.active, "failing_since": outlet.failing_since, "trouble": WORDS.get(outlet.failure, ""), "failing": bool(outlet.failure), "detail": outlet.failure_detail, "sent_at": outlet.sent_at,
        "dkim": outlets.record_of(outlet),
    }  # fmt: skip


def _granted(session: Any) -> Typed:
    """What the form shows when somebody has just signed in with a provider."""
    if not granted_now(session):
        return {}
    provider = session["mail_grant"]["provider"]
    return {"auth": provider, "host": HOSTS[provider], "port": "587", "security": "starttls"}


HOSTS = {"google": "smtp.gmail.com", "microsoft": "smtp.office365.com"}


def _shown(inbox: Inbox, outlet: Outlet | None) -> Typed:
    """What stands in the form: the server there is, else a guess from the mailbox that is asked."""
    if outlet is not None:
        return {"host": outlet.host, "port": str(outlet.port), "security": outlet.security, "user": outlet.user, "auth": auth_of(outlet), "client_id": ""}
    box = Mailbox.objects.filter(inbox=inbox).order_by("pk").first()
    name = box.host.partition(".") if box else ("", "", "")
    guess = f"smtp.{name[2]}" if name[0] in ("imap", "pop", "pop3", "mail") and "." in name[2] else box.host if box else ""
    return {
        "host": guess,
        "port": "587",
        "security": "starttls",
        "user": box.user if box else inbox.config.get("address", ""),
        "auth": auth_of(box) if box else "password",
        "client_id": "",
    }


outgoing = settings_page("outgoing", FORMS, _facts, within="mail")
