"""What a desk needs before customers come, and the few things that hold for all of it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.channels.chat import config_of
from yavar.channels.delivery import able
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.models import Conversation, Inbox
from yavar.desk import settings as desk
from yavar.desk.locales import digits
from yavar.people.models import Agent, Calendar, Customer
from yavar.web.ui.address import TRY

from .frame import Form, Said, Typed, settings_page


def _time(agent: Agent, typed: Typed) -> Said:
    if not desk.is_time_zone(typed["time_zone"]):
        raise Problem(422, "time_zone.unknown", _("Please choose one of the list."), field="time_zone")
    desk.change(by=agent.actor, time_zone=typed["time_zone"])
    return Said("time", _("Saved."))


FORMS = {"time": Form("time", _time, {"time_zone"})}


def steps() -> list[dict[str, Any]]:
    """Each with what it is good for, where it is done, and whether it is."""
    inboxes = list(Inbox.objects.filter(active=True).order_by("pk"))
    chats, mails, forms = ([each for each in inboxes if each.kind == kind] for kind in ("chat", "email", "form"))
    allowed = any(config_of(each.config).origins for each in chats)
    answers = able(mails)
    main = Calendar.objects.filter(main=True).values_list("pk", flat=True).first()
    hours_said = Event.objects.filter(
        name="calendar.changed", subject_kind="calendar", subject_id=main, actor__startswith="agent:"
    ).exists()  # not by the first start alone
    found = [
        (_("Allow your shop’s page"), _("The chat appears only on pages you name."), "/settings/chat#pages", allowed),
        (
            _("Put the line on the page"),
            _("One line before the end of your page, the same on all of them."),
            "/settings/chat#line",
            allowed and Customer.objects.exclude(page="").exists(),
        ),
        (_("Send a test message"), _("Write as a customer would, and see it arrive in the inbox."), TRY, Conversation.objects.exists()),
        (_("Say when you are there"), _("Your hours, holidays and days off: promises are counted in them."), "/settings/hours", hours_said),
        (_("Let mail come in"), _("Name the address your customers write to."), "/settings/mail", bool(mails)),
        (
            _("Let mail go out"),
            _("Say by which server your answers leave; a test tells at once whether it works."),
            "/settings/mail#inboxes",
            any(each.pk in answers for each in mails),
        ),
        (_("Offer a form"), _("For those who neither chat nor mail."), "/settings/forms", bool(forms)),
        (
            _("Bring a colleague"),
            _("Two see more than one, and you can be away."),
            "/settings/people",
            Agent.objects.filter(kind="person", is_active=True).count() > 1,
        ),
        (
            _("Write three canned replies"),
            _("A greeting, the opening hours, how to send something back."),
            "/settings/replies",
            CannedReply.objects.filter(owner__isnull=True, removed_at__isnull=True).count() > 2,
        ),
    ]
    return [{"title": title, "text": text, "url": url, "done": done} for title, text, url, done in found]


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    return {
        "steps": steps(),
        "number": digits,
        "zones": [(zone, zone) for zone in desk.zones()],
        "zone": (typed or {}).get("time_zone") or desk.read().time_zone,
    }


start = settings_page("start", FORMS, _facts)
