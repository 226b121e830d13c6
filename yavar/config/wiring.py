"""The one place that knows everybody: who listens to what, which doors are hot, what happens by the clock."""

import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from yavar.base import structs
from yavar.base.audit import seal
from yavar.base.db import checkpoint
from yavar.base.db.upkeep import keep_statistics
from yavar.base.edge import Door, Edge
from yavar.base.events import follow, listen
from yavar.base.files import sweep
from yavar.base.instance import fence
from yavar.base.once import forget_old
from yavar.channels import chat, claims, contract, delivery, form_offer, ledger, onward, outgoing, submitting
from yavar.conversations import jobs as conversation_jobs
from yavar.conversations.canned.actions import forget_removed
from yavar.conversations.notes import jobs as note_jobs
from yavar.flow.sla import course as promises
from yavar.flow.sla import firing, reached, saying
from yavar.flow.sla import jobs as sla_jobs
from yavar.integrations.channels.email import reading as email_reading
from yavar.integrations.channels.email.doors.keeper import Keeper
from yavar.integrations.channels.email.doors.smtp import keep as keep_mail_doors
from yavar.integrations.channels.email.offer import EMAIL
from yavar.integrations.channels.email.sending import asking as email_asking
from yavar.integrations.channels.email.sending import jobs as email_sending
from yavar.integrations.channels.email.sending import telling as email_telling
from yavar.integrations.channels.email.sending import transcribing as email_transcribing
from yavar.notifications import actions as notifications
from yavar.notifications import concerned, devices, digest, pushing, telling
from yavar.people import jobs as people_jobs
from yavar.realtime import public, staff
from yavar.realtime.hub import hub
from yavar.realtime.signals import presence
from yavar.web.api.streams import DOORS as API_DOORS
from yavar.web.demo import postbox
from yavar.web.ui.assets import assets
from yavar.web.widget.doors import DOORS as CHAT_DOORS
from yavar.webhooks import jobs as webhook_jobs
from yavar.webhooks import wanted

from .health import DOOR as HEALTH

ROOMS_WITH_JOBS = (
    conversation_jobs,
    note_jobs,
    people_jobs,
    webhook_jobs,
    telling,
    pushing,
    onward,
    submitting,
    sla_jobs,
    saying,
    email_reading,
    email_sending,
    email_asking,
    email_telling,
    email_transcribing,
)  # importing them registers who does what

# each entry: how often, and what is done; every one of them may run twice
TIMETABLE: list[tuple[timedelta, Callable[[], object]]] = [
    (timedelta(seconds=1), conversation_jobs.wake_snoozed),
    (timedelta(seconds=1), outgoing.release_due),
    (timedelta(seconds=1), delivery.wake_due),
    (timedelta(seconds=1), checkpoint),
    (timedelta(seconds=1), wanted.refresh),
    (timedelta(seconds=1), webhook_jobs.wake_due),
    (timedelta(seconds=10), webhook_jobs.sweep),
    (timedelta(seconds=10), ledger.nudge),
    (timedelta(seconds=30), digest.gather),
    (timedelta(minutes=1), notifications.sweep),
    (timedelta(minutes=10), reached.measure),
    (timedelta(seconds=5), seal),
    (timedelta(seconds=5), fence),
    (timedelta(minutes=10), forget_old),
    (timedelta(hours=1), sweep),
    (timedelta(days=1), claims.forget_old),
    (timedelta(days=1), forget_removed),
    (timedelta(days=1), devices.sweep),
    (timedelta(days=1), keep_statistics),
    (timedelta(days=1), SessionStore.clear_expired),
]

# each runs on a thread of the worker until its event is set
KEEPERS: list[Callable[[threading.Event], None]] = [firing.keep, Keeper().run, keep_mail_doors, postbox.keep]

_wired = False


def wire() -> None:
    """Introduce everybody. Twice is the same as once."""
    global _wired
    if _wired:
        return
    _wired = True
    contract.offer(chat.CHAT)
    contract.offer(form_offer.FORM)
    contract.offer(EMAIL)
    listen("message.received", "conversations.index_message", ordered=False)
    listen("message.sent", "conversations.index_message", ordered=False)
    listen("note.written", "notes.index", ordered=False)
    for name in ("added", "named", "changed"):
        listen(f"customer.{name}", "people.index_customer", ordered=False)
    for name in ("named", "changed", "recognised", "merged", "unmerged"):
        listen(f"customer.{name}", "conversations.index_person", ordered=False)
    for name in promises.HEARD:
        listen(name, sla_jobs.FOLLOW, ordered=False)
    listen("customer.tagged", sla_jobs.PERSON, ordered=False)
    for name in sla_jobs.CHANGES:
        listen(name, "sla.changed", ordered=False)
    for name in concerned.NEWS:
        listen(name, telling.TELL, ordered=name not in concerned.FLOODS)
    follow(webhook_jobs.FAN_OUT, wanted.wants)
    structs.complete()


def edge() -> Edge:
    """The ASGI application of this process, with its hub."""
    from django.core.wsgi import get_wsgi_application

    wire()
    hub().voices[:] = [public.voice, staff.voice]
    hub().ticks[:] = [presence.forget_stale, wanted.refresh, fence]
    doors: list[Door] = [HEALTH, *CHAT_DOORS, *API_DOORS]
    django = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # now, and not by the first requests
    structs.complete()
    return Edge(django, doors, assets(), settings.ENV.threads)
