"""Verbs about calendars. A change is a new version; whoever reckoned by an older one listens for it."""

import msgspec
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import tidy, unique
from yavar.base.problem import Problem
from yavar.desk import settings as desk_settings

from ..events import CalendarChanged, CalendarMade, CalendarRemoved
from .checking import checked
from .models import Calendar, CalendarVersion
from .queries import rules_of
from .rules import ALWAYS, Rules


def main_calendar() -> Calendar:
    """The desk's own calendar. A new desk's is open around the clock, in the desk's time zone."""
    with transaction():
        found, made = Calendar.objects.get_or_create(main=True, defaults={"name": _("Working hours")})
        if made:
            _keep(found, msgspec.structs.replace(ALWAYS, zone=desk_settings.read().time_zone))
    return found


def add_calendar(name: str, rules: Rules, *, by: Actor) -> Calendar:
    """Another calendar. Raises Problem 409 for a name that is taken, 422 for what is wrong in it."""
    with transaction():
        calendar = Calendar(name=tidy(name, 60))
        rules = checked(rules)
        with unique():
            calendar.save()
        _keep(calendar, rules)
        record(CalendarMade(calendar.pk), subject=("calendar", calendar.pk), by=by)
    return calendar


def change_calendar(calendar: Calendar, *, by: Actor, name: str | None = None, rules: Rules | None = None, version: int | None = None) -> Calendar:
    """Rename it, or let it say something else: then it gets a new version. Raises Problem 409 when it is not at `version` any more
    or the name is taken, 422 for what is wrong."""
    with transaction():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        if version is not None and version != calendar.version:
            raise Problem(409, "calendar.stale", _("Somebody changed this calendar meanwhile. Please reload the page."))
        before = (calendar.name, calendar.version)
        if name is not None:
            calendar.name = tidy(name, 60)
        if rules is not None and (rules := checked(rules)) != rules_of(calendar):
            calendar.version += 1
            _keep(calendar, rules)
        if (calendar.name, calendar.version) != before:
            with unique():
                calendar.save(update_fields=["name", "version"])
            record(CalendarChanged(calendar.pk, calendar.version), subject=("calendar", calendar.pk), by=by)
    return calendar


def remove_calendar(calendar: Calendar, *, by: Actor) -> None:
    """Take it away. Raises Problem 409 for the desk's own."""
    if calendar.main:
        raise Problem(409, "calendar.main", _("This is the desk’s own calendar. It can be changed, but one has to be there."))
    with transaction():
        record(CalendarRemoved(calendar.pk), subject=("calendar", calendar.pk), by=by)
        calendar.delete()


def _keep(calendar: Calendar, rules: Rules) -> None:
    CalendarVersion.objects.create(calendar=calendar, number=calendar.version, rules=msgspec.to_builtins(rules), created_at=clock.now())
