"""E-mail: which address leads to which inbox, and which mailboxes are asked; each with a test that says what is wrong."""

import time
from typing import Any

import msgspec
from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import crypto
from yavar.base.problem import Problem
from yavar.channels import ledger
from yavar.channels.contract import channel
from yavar.conversations.models import Inbox
from yavar.conversations.setup import add_inbox, configure_inbox
from yavar.desk.locales import digits
from yavar.desk.models import Brand
from yavar.integrations.channels.email import actions
from yavar.integrations.channels.email.channel import KIND, EmailConfig, own_addresses
from yavar.integrations.channels.email.doors.check import check
from yavar.integrations.channels.email.doors.oauth import ENDPOINTS, Grant
from yavar.integrations.channels.email.doors.verdict import WORDS
from yavar.integrations.channels.email.models import Account, Mailbox, Outlet
from yavar.people.models import Agent

from .frame import Form, Said, Typed, kept, settings_page, without_right
from .managed import managed
from .words import big

CHOICES = {
    "protocol": [("imap", gettext_lazy("IMAP (new mail comes at once)")), ("pop3", gettext_lazy("POP3 (asked every 30 seconds)"))],
    "security": [("tls", gettext_lazy("TLS")), ("starttls", gettext_lazy("STARTTLS")), ("none", gettext_lazy("None, a server on this machine"))],
    "auth": [("password", gettext_lazy("A password")), ("google", gettext_lazy("A token of Google")), ("microsoft", gettext_lazy("A token of Microsoft"))],
    "after": [("leave", gettext_lazy("Leave it there, unread as it was")), ("move", gettext_lazy("Move it to a folder")), ("delete", gettext_lazy("Delete it there"))],
    "start": [("new", gettext_lazy("Only mail that comes from now on")), ("all", gettext_lazy("Everything that lies there, too"))],
}  # fmt: skip
PLAIN = {"protocol", "host", "port", "security", "user", "folders", "after", "move_to"}
TYPED = PLAIN | {"auth", "secret", "client_id", "client_secret"}
NEW = {
    "protocol": "imap", "host": "", "port": "993", "security": "tls", "user": "", "auth": "password", "client_id": "", "folders": "INBOX", "after": "leave", "move_to": "", "start": "new",
}  # fmt: skip


def _inboxes(agent: Agent) -> list[Inbox]:
    return [inbox for inbox in managed(agent) if inbox.kind == KIND]


def _inbox(agent: Agent, query: Typed) -> Inbox:
    found = next((inbox for inbox in _inboxes(agent) if inbox.public_id == query.get("inbox")), None)
    if found is None:
        raise Http404
    return found


def _mailbox(agent: Agent, query: Typed) -> Mailbox:
    found = Mailbox.objects.select_related("inbox").filter(public_id=query.get("mailbox", ""), inbox__in=_inboxes(agent)).first()
    if found is None:
        raise Http404
    return found


def _offered() -> Any:
    offered = channel(KIND)
    if offered is None:
        raise Http404
    return offered


def _add(agent: Agent, typed: Typed) -> Said:
    brand = Brand.objects.filter(public_id=typed["shop"]).first()
    if brand is None:
        raise Problem(422, "brand.unknown", _("What you chose is no longer here. Please reload the page."), field="shop")
    if not agent.powers.at("inbox.manage", "brand", brand.pk):
        raise without_right()
    config = _offered().changed({}, {"address": typed["address"]})
    _must_be_free(config)
    inbox = add_inbox(brand, KIND, typed["name"] or config.address, config, by=agent.actor)
    return Said("mailboxes", _("The inbox is here. Now say where its mail lies."), to=f"/settings/mail?inbox={inbox.public_id}")


def _must_be_free(config: EmailConfig, besides: Inbox | None = None) -> None:
    """Raises Problem 409 for an address that leads to another inbox."""
    taken = {address for address, inbox in own_addresses().items() if inbox != besides}
    for field, addresses in (("address", [config.address]), ("aliases", config.aliases)):
        if taken.intersection(addresses):
            raise Problem(409, "address.taken", _("This address leads to an inbox already."), field=field)


def _addresses(agent: Agent, typed: Typed) -> Said:
    inbox = _inbox(agent, typed["query"])
    config = _offered().changed(inbox.config, {"address": typed["address"], "aliases": typed["aliases"].split()})
    _must_be_free(config, inbox)
    configure_inbox(inbox, config, name=typed["name"], by=agent.actor)
    return Said("addresses", _("Saved."))


def _settings(typed: Typed, **more: Any) -> dict[str, Any]:
    if not typed["port"].strip().isdecimal():
        raise Problem(422, "port.invalid", _("A port is a number from 1 to 65535."), field="port")
    folders = [each.strip() for each in typed["folders"].split(",")]
    return {**{name: typed[name] for name in PLAIN}, "port": int(typed["port"]), "folders": folders, **account_key(typed), **more}


def granted_now(session: Any, provider: str = "") -> str:
    """The grant that somebody has just given in this session ('' for none): of a provider, or of whichever. It is kept sealed."""
    kept = session.get("mail_grant")
    if not kept or kept["until"] < time.time() or provider not in ("", kept["provider"]):
        return ""
    return crypto.unseal(kept["grant"])


def account_key(typed: Typed) -> dict[str, str]:
    """How one signs in, and with what: a password, or the refresh token that a provider's consent gave to the owner's own application there."""
    if typed["auth"] not in ENDPOINTS:
        return {"auth": "password", "secret": typed["secret"]}
    if not typed["secret"] and (granted := granted_now(typed["session"], typed["auth"])):
        return {"auth": "xoauth2", "secret": granted}
    if typed["secret"] and not (typed["client_id"] and typed["client_secret"]):
        raise Problem(422, "client.missing", _("A token works only together with the application it was given to."), field="client_id")
    grant = Grant(typed["client_id"], typed["client_secret"], typed["secret"], ENDPOINTS[typed["auth"]])
    return {"auth": "xoauth2", "secret": msgspec.json.encode(grant).decode() if typed["secret"] else ""}


def _connect(agent: Agent, typed: Typed) -> Said:
    inbox = _inbox(agent, typed["query"])
    given = actions.Settings(**_settings(typed, start=typed["start"]))
    if not given.secret:
        raise Problem(422, "secret.missing", _("Type the password."), field="secret")
    verdict = check(actions.unsaved(inbox, given))
    if verdict.code != "ok":
        raise Problem(422, f"mailbox.{verdict.code}", verdict.text, field=FIELDS.get(verdict.code, "host"))
    actions.add_mailbox(inbox, given, by=agent.actor)
    return Said("mailboxes", verdict.text)


FIELDS = {"login": "secret", "grant": "secret", "refused": "port", "certificate": "security", "tls": "security", "plain": "security", "folder": "folders"}


def _change(agent: Agent, typed: Typed) -> Said:
    mailbox = _mailbox(agent, typed["query"])
    actions.change_mailbox(mailbox, _settings(typed), by=agent.actor)
    return Said("settings", _("Saved. The desk connects anew."))


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    actions.change_mailbox(_mailbox(agent, typed["query"]), {"active": on}, by=agent.actor)
    return Said("state", _("The mailbox is asked for mail.") if on else _("The mailbox is not asked any more. Its mail stays there."), undo="" if on else "on")


def _test(agent: Agent, typed: Typed) -> Said:
    verdict = check(_mailbox(agent, typed["query"]))
    if verdict.code != "ok":
        raise Problem(422, f"mailbox.{verdict.code}", verdict.text)
    return Said("state", verdict.text)


def _remove(agent: Agent, typed: Typed) -> Said:
    mailbox = _mailbox(agent, typed["query"])
    actions.remove_mailbox(mailbox, by=agent.actor)
    return Said("mailboxes", _("The mailbox is removed. What came from it stays."), to=f"/settings/mail?inbox={mailbox.inbox.public_id}")


FORMS = {
    "add": Form("add", _add, {"shop", "name", "address"}),
    "addresses": Form("addresses", _addresses, {"name", "address", "aliases"}),
    "connect": Form("connect", _connect, TYPED | {"start"}),
    "change": Form("settings", _change, TYPED),
    "switch": Form("state", _switch, {"active"}),
    "test": Form("state", _test),
    "remove": Form("remove", _remove),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    query, common = request.GET.dict(), {"inbox": None, "mailbox": None, "choices": CHOICES}
    if "mailbox" in query:
        found = _mailbox(agent, query)
        shown = {name: getattr(found, name) for name in PLAIN} | {
            "folders": ", ".join(found.folders),
            "port": str(found.port),
            "auth": auth_of(found),
            "client_id": "",
        }
        return {
            **common,
            "mailbox": _row(found),
            "inbox": _inbox_row(found.inbox),
            "shown": kept(typed, "change", shown),
            "account": _account(ledger.account(source=found.source)),
        }
    if "inbox" in query:
        here = _inbox(agent, query)
        shown = {"name": here.name, "address": here.config.get("address", ""), "aliases": " ".join(here.config.get("aliases", []))}
        return {
            **common, "inbox": _inbox_row(here), "mailboxes": [_row(each) for each in here.mailboxes.order_by("pk")], "shown": kept(typed, "addresses", shown),
            "new": kept(typed, "connect", NEW | {"user": here.config.get("address", ""), **granted_shown(request.session)}), "granted": granted_now(request.session) != "", "account": _account(ledger.account(inbox=here)),
        }  # fmt: skip
    lang = translation.get_language() or "en"
    shops = [(each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk") if agent.powers.at("inbox.manage", "brand", each.pk)]
    return {
        **common,
        "inboxes": [_inbox_row(each) for each in _inboxes(agent)],
        "shops": shops,
        "shown": kept(typed, "add", {"shop": "", "name": "", "address": ""}),
    }


def granted_shown(session: Any) -> Typed:
    """What the form shows when somebody has just signed in with a provider."""
    if not granted_now(session):
        return {}
    provider = session["mail_grant"]["provider"]
    return {"auth": provider, "host": HOSTS[provider]}


HOSTS = {"google": "imap.gmail.com", "microsoft": "outlook.office365.com"}


def _inbox_row(inbox: Inbox) -> dict[str, Any]:
    mailboxes = list(inbox.mailboxes.order_by("pk"))
    return {
        "id": inbox.public_id,
        "name": inbox.name,
        "address": inbox.config.get("address", ""),
        "active": inbox.active,
        "sends": Outlet.objects.filter(inbox=inbox).values_list("failure", flat=True).first(),
        "failing": any(each.failure for each in mailboxes),
        "number": digits(len(mailboxes)),
    }


def _row(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "id": mailbox.public_id, "source": mailbox.source, "user": mailbox.user, "host": mailbox.host, "protocol": mailbox.protocol.upper(), "active": mailbox.active, "polled_at": mailbox.polled_at,
        "failing": bool(mailbox.failure), "failing_since": mailbox.failing_since, "trouble": WORDS.get(mailbox.failure, ""), "detail": mailbox.failure_detail,
    }  # fmt: skip


def auth_of(account: Account) -> str:
    """The choice this account was set up with."""
    if account.auth == Account.Auth.PASSWORD:
        return "password"
    try:
        endpoint = msgspec.json.decode(account.unsealed_secret(), type=Grant).endpoint
    except ValueError:  # another desk key: the page says so as the mailbox's trouble
        return "google"
    return next((name for name, address in ENDPOINTS.items() if address == endpoint), "google")


def _account(found: ledger.Account) -> dict[str, Any]:
    return {name: big(getattr(found, name)) for name in ("fetched", "repeats", "waiting", "routed", "quarantined", "refused")} | {
        "balanced": found.balanced,
        "any": found.fetched,
    }


mail = settings_page("mail", FORMS, _facts)
