"""What is said of a notification, in the language that is active. Names stand isolated: they may run the other way."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.events import Actor
from yavar.base.numbers import digits

from .models import Notification

PLACES = {
    "assigned": "mine",
    "mentioned": "mentions",
    "message": "mine",
    "new": "unassigned",
    "followed": "following",
    "snoozed": "mine",
    "failed": "all",
    "due": "all",
    "late": "all",
}


def title(found: Notification, who: str, customer: str) -> str:
    """One sentence; `who` did it, if that was somebody of the team."""
    names = {"who": isolated(who), "customer": isolated(customer or _("Customer"))}
    by_customer = Actor.parse(found.actor).kind == "customer"
    if found.kind == "assigned":
        return (_("{who} gave you a conversation with {customer}") if who else _("You’ve been given a conversation with {customer}")).format(**names)
    if found.kind == "mentioned":
        return _("{who} mentions you in a note").format(**names)
    if found.kind == "message" and (by_customer or not who):
        return ngettext("{customer} wrote", "{customer} wrote {n} messages", found.count).format(**names, n=digits(found.count))
    if found.kind == "message":
        return _("{who} answered {customer}").format(**names)
    if found.kind == "new":
        return _("New conversation: {customer}").format(**names)
    if found.kind == "followed":
        return _("News in a conversation you follow: {customer}").format(**names)
    if found.kind == "snoozed":
        return _("Back from snooze: {customer}").format(**names)
    if found.kind == "due":
        return _("Your answer to {customer} is due soon").format(**names)
    if found.kind == "late":
        return _("A promise to {customer} was missed").format(**names)
    return _("Your answer to {customer} needs a look").format(**names)


def path(found: Notification, conversation: str) -> str:
    """Where the inbox shows it; `conversation` is a public id."""
    return f"/inbox/{PLACES[found.kind]}/{conversation}"


def isolated(name: str) -> str:
    """A name inside a sentence of any direction."""
    return f"\u2068{name}\u2069"
