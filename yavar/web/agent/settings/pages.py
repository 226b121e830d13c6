"""Every page of the settings that has an address of its own name."""

from django.urls import path

from .audit import audit
from .audit_export import export
from .consent import consent, granted
from .fields import fields
from .forms import forms
from .hours import hours_page
from .hours_days import hours_days
from .inboxes import inboxes
from .mail import mail
from .outgoing import outgoing
from .people import people
from .profile import profile
from .promises import promises
from .received import raw, received
from .replies import replies
from .roles import roles
from .security import security
from .shops import shops
from .start import start
from .tags import tags
from .teams import teams
from .tokens import tokens
from .views import views

addresses = [
    path("settings/start", start),
    path("settings/profile", profile),
    path("settings/shops", shops),
    path("settings/inboxes", inboxes),
    path("settings/mail", mail),
    path("settings/forms", forms),
    path("settings/outgoing", outgoing),
    path("settings/consent", consent),
    path("settings/consent/granted", granted),
    path("settings/received", received),
    path("settings/received/raw", raw),
    path("settings/people", people),
    path("settings/teams", teams),
    path("settings/roles", roles),
    path("settings/tags", tags),
    path("settings/views", views),
    path("settings/hours", hours_page),
    path("settings/hours/days", hours_days),
    path("settings/promises", promises),
    path("settings/replies", replies),
    path("settings/fields", fields),
    path("settings/tokens", tokens),
    path("settings/audit", audit),
    path("settings/audit/export", export),
    path("settings/security", security),
]
