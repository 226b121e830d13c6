"""What came in: every item with its state and the reason, its raw source, and the buttons for what is held back."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from yavar.base.files import path_of
from yavar.base.hosts import shown
from yavar.base.problem import Problem
from yavar.channels import ledger, senders
from yavar.channels.contract import channel
from yavar.channels.models import Arrival, Receipt, SenderRule
from yavar.conversations.policies import inboxes_of
from yavar.people.models import Agent

from ..access import needs
from .frame import Form, Said, Typed, isolated, settings_page

RIGHT = "receipt.decide"
PAGE = 50
STATES = {
    "quarantined": gettext_lazy("Held back"), "routed": gettext_lazy("Stored"), "refused": gettext_lazy("Refused"), "received": gettext_lazy("Being read"), "all": gettext_lazy("All"),
}  # fmt: skip
OUTCOMES = {
    "message": gettext_lazy("A message"), "auto_reply": gettext_lazy("An automatic answer"), "bounce": gettext_lazy("Mail that came back"), "complaint": gettext_lazy("A complaint about mail"),
}  # fmt: skip
REASONS = {
    "spam": gettext_lazy("It looks like spam that you showed the desk."),
    "trap": gettext_lazy("A field that no person sees was filled in."),
    "fast": gettext_lazy("It was filled in faster than a person types."),
    "stale": gettext_lazy("Its page had stood open for more than a day."),
    "forged": gettext_lazy("It didn’t come from a page of the form."),
    "links": gettext_lazy("It has many links, or one in the name or subject."),
    "file.unknown": gettext_lazy("One of its files is missing."),
    "blocked": gettext_lazy("Its sender is blocked."),
    "no_sender": gettext_lazy("It names no sender, so nobody could be answered."),
    "own_address": gettext_lazy("It says it comes from one of the desk’s own addresses."),
    "auto_reply": gettext_lazy("A machine wrote it, and it answers nothing of yours."),
    "too_large": gettext_lazy("It’s too large to be taken. It stays at the mail server."),
    "timeout": gettext_lazy("It couldn’t be read in time; it may be made to harm."),
    **dict.fromkeys(("crash", "error", "size", "headers", "parts", "depth"), gettext_lazy("It couldn’t be read; it may be made to harm.")),
    "memory": gettext_lazy("It would need too much memory to be read; it may be made to harm."),
    "failed": gettext_lazy("The desk failed at it. Read it again after an update; the details help to find out why."),
    "file_missing": gettext_lazy("Its source is missing in the data folder."),
    "identity.invalid": gettext_lazy("Its sender’s address is none."),
    "released": gettext_lazy("Somebody released it; it’s being read."),
}  # fmt: skip

NOBODY = {"no_sender", "identity.invalid"}  # a conversation is with somebody, so that no decision makes one of these


def _receipt(agent: Agent, key: str) -> Receipt:
    found = Receipt.objects.select_related("file", "inbox", "conversation").filter(public_id=key, inbox__in=inboxes_of(agent, RIGHT)).first()
    if found is None:
        raise Http404
    return found


def _release(agent: Agent, typed: Typed) -> Said:
    ledger.release(_receipt(agent, typed["receipt"]).pk, by=agent.actor)
    return Said("list", _("It’s released and becomes a conversation in a moment."))


def _retry(agent: Agent, typed: Typed) -> Said:
    ledger.retry(_receipt(agent, typed["receipt"]).pk, by=agent.actor)
    return Said("list", _("It’s being read again."))


def _block(agent: Agent, typed: Typed) -> Said:
    return _rule(agent, _receipt(agent, typed["receipt"]).sender, allow=False)


def _allow(agent: Agent, typed: Typed) -> Said:
    receipt = _receipt(agent, typed["receipt"])
    said = _rule(agent, receipt.sender, allow=True)
    ledger.release(receipt.pk, by=agent.actor)
    return said


def _rule(agent: Agent, pattern: str, *, allow: bool) -> Said:
    found = senders.rule(pattern, allow=allow, by=agent.actor)
    words = _("Mail from {sender} is always taken from now on.") if allow else _("Mail from {sender} is held back from now on.")
    return Said("senders", words.format(sender=isolated(shown(found.pattern))))


def _teach(agent: Agent, typed: Typed) -> Said:
    receipt, spam = _receipt(agent, typed["receipt"]), typed["spam"] == "yes"
    offered = channel(receipt.inbox.kind)
    senders.teach(receipt, offered.words(receipt) if offered else set(), spam=spam, by=agent.actor)
    if not spam:
        ledger.release(receipt.pk, by=agent.actor)
    return Said("list", _("Learned: mail like this is spam.") if spam else _("Learned: mail like this is welcome. It becomes a conversation in a moment."))


def _name(agent: Agent, typed: Typed) -> Said:
    return _rule(agent, typed["pattern"], allow=typed["verdict"] == "allow")


def _forget(agent: Agent, typed: Typed) -> Said:
    found = SenderRule.objects.filter(pattern=typed["pattern"], inbox_key=0).first()
    if found is not None:
        senders.remove_rule(found, by=agent.actor)
    return Said("senders", _("{sender} is off the list.").format(sender=isolated(shown(typed["pattern"]))))


FORMS = {
    "release": Form("list", _release, {"receipt"}),
    "retry": Form("list", _retry, {"receipt"}),
    "block": Form("list", _block, {"receipt"}),
    "allow": Form("list", _allow, {"receipt"}),
    "teach": Form("list", _teach, {"receipt", "spam"}),
    "rule": Form("senders", _name, {"pattern", "verdict"}),
    "forget": Form("senders", _forget, {"pattern"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    query, allowed = request.GET.dict(), inboxes_of(agent, RIGHT)
    state = query.get("state", "quarantined" if not {"inbox", "mailbox"} & query.keys() else "all")
    if state not in STATES:
        raise Http404
    inboxes = list(allowed.exclude(kind="chat").order_by("pk"))
    chosen = next((each for each in inboxes if each.public_id == query.get("inbox")), None)
    found = Receipt.objects.filter(inbox__in=[chosen] if chosen else inboxes).select_related("inbox", "file", "conversation").order_by("-pk")
    if "mailbox" in query:
        found = found.filter(pk__in=Arrival.objects.filter(source__startswith=_source(query["mailbox"])).values("receipt"))
    if state != "all":
        found = found.filter(state=state)
    before = query.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    same = {name: query[name] for name in ("inbox", "mailbox") if name in query}
    more = urlencode({"state": state, **same, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else ""
    return {
        "rows": [_row(each) for each in rows[:PAGE]], "next": more, "state": state, "states": STATES, "inboxes": inboxes, "chosen": chosen.public_id if chosen else "", "mailbox": query.get("mailbox", ""),
        "in_letters": shown, "rules": list(SenderRule.objects.filter(inbox_key=0).order_by("pattern")[:500]), "typed": (typed or {}).get("pattern", ""), "verdict": (typed or {}).get("verdict", "block"),
    }  # fmt: skip


def _source(mailbox: str) -> str:
    """How the ledger calls what came from a mailbox; `:` keeps the names of two apart."""
    return f"{mailbox}:" if mailbox else "no such source"


def _row(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.public_id, "sender": shown(receipt.sender), "subject": receipt.subject, "state": receipt.state, "label": STATES[receipt.state], "inbox": receipt.inbox.name,
        "what": OUTCOMES.get(receipt.outcome, ""), "why": REASONS.get(receipt.reason, receipt.reason), "at": receipt.received_at, "raw": receipt.file_id is not None,
        "talk": receipt.conversation.public_id if receipt.conversation else "", "reference": receipt.conversation.reference if receipt.conversation else "", "error": receipt.error,
        "nobody": receipt.reason in NOBODY,
    }  # fmt: skip


received = settings_page("received", FORMS, _facts)


@needs(RIGHT)
@require_safe
def raw(request: HttpRequest) -> HttpResponse:
    """The source of one item as it came, to save. Never shown as a page."""
    receipt = _receipt(request.user, request.GET.get("receipt", ""))
    if receipt.file is None or not path_of(receipt.file.key).exists():
        raise Http404
    return FileResponse(path_of(receipt.file.key).open("rb"), as_attachment=True, filename=receipt.file.name, content_type="application/octet-stream")
