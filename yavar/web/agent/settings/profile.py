"""You: your name and languages, what you want to hear and how, when it is quiet, the devices that get pushes, the app."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from yavar.base.named import tidy
from yavar.base.numbers import CHOICES as DIGITS
from yavar.base.numbers import digits, latin
from yavar.base.problem import Problem
from yavar.desk import settings as desk
from yavar.desk.locales import LOCALES
from yavar.notifications import choices, devices, pushing, vapid
from yavar.people.models import Agent
from yavar.people.team.actions import change_agent, prefer

from .frame import Form, Said, Typed, kept, settings_page, unexpected
from .words import browser_of

CALENDARS = ("", "jalali", "gregorian")
THEMES = ("system", "light", "dark")
MINUTES = (5, 15, 30, 60, 120, 240)
WAYS = {
    "app": gettext_lazy("In the app"), "mail": gettext_lazy("By e-mail"), "push": gettext_lazy("On your devices"), "sound": gettext_lazy("With a sound"),
}  # fmt: skip


def _change(agent: Agent, typed: Typed) -> Said:
    wanted = {"lang": LOCALES, "calendar": CALENDARS, "digits": DIGITS, "theme": THEMES}
    if any(typed[name] not in allowed for name, allowed in wanted.items()):
        raise unexpected()
    zone = typed["time_zone"].strip()
    if zone and not desk.is_time_zone(zone):
        raise Problem(422, "time_zone.unknown", _("There is no time zone of this name."), field="time_zone")
    change_agent(agent, by=agent.actor, name=tidy(typed["name"], 120))
    prefer(agent, **{name: typed[name] for name in wanted}, time_zone=zone, single_keys="single_keys" in typed)
    with override(agent.lang):  # the page that follows speaks it
        return Said("you", _("Saved."))


def _tell(agent: Agent, typed: Typed) -> Said:
    if typed["minutes"] not in map(str, MINUTES):
        raise unexpected()
    ways: dict[str, list[str]] = {kind: [] for kind in choices.KINDS}
    for each in typed["ways"]:
        kind, _dot, way = each.partition(".")
        if kind not in ways or way not in WAYS or (way == "sound" and kind not in choices.SOUNDING):
            raise unexpected()
        ways[kind].append(way)
    choices.choose(agent, ways=ways, minutes=int(typed["minutes"]), preview="preview" in typed)
    return Said("notify", _("Saved."))


def _quiet(agent: Agent, typed: Typed) -> Said:
    hours = {name: _plain(typed[name]) for name in ("begin", "end")}
    if not all(_is_time(each) for each in hours.values()):
        raise Problem(422, "quiet.time", _("Type a time such as 22:00."), field="begin" if not _is_time(hours["begin"]) else "end")
    choices.choose(agent, quiet=hours if "on" in typed else None)
    return Said("quiet", _("Saved."))


def _plain(text: str) -> str:
    """A time as typed, in Latin digits and with both of the hour's."""
    plain = latin(text.strip())
    return plain.zfill(5) if plain[1:2] == ":" else plain


def _is_time(text: str) -> bool:
    hour, colon, minute = text.partition(":")
    return colon == ":" and len(text) == 5 and hour.isdecimal() and minute.isdecimal() and text.isascii() and int(hour) < 24 and int(minute) < 60


def _test(agent: Agent, _typed: Typed) -> Said:
    number = pushing.test(agent)
    if not number:
        raise Problem(422, "devices.none", _("None of your devices gets pushes yet. Switch them on first."))
    return Said(
        "devices", ngettext("Sent to {n} device. It comes within seconds.", "Sent to {n} devices. It comes within seconds.", number).format(n=digits(number))
    )


def _remove(agent: Agent, typed: Typed) -> Said:
    found = agent.devices.filter(public_id=typed["device"]).first()
    if found is None:
        raise unexpected()
    devices.remove(found, by=agent.actor)
    return Said("devices", _("This device gets no more pushes."))


FORMS = {
    "you": Form("you", _change, {"name", "lang", "calendar", "digits", "time_zone", "theme"}, {"single_keys"}),
    "notify": Form("notify", _tell, {"minutes"}, {"preview"}, {"ways"}),
    "quiet": Form("quiet", _quiet, {"begin", "end"}, {"on"}),
    "test": Form("devices", _test),
    "remove": Form("devices", _remove, {"device"}),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    own = choices.read(agent)
    saved = {name: getattr(agent, name) for name in ("name", "lang", "calendar", "digits", "time_zone", "theme", "single_keys")}
    hours = {"begin": own.quiet.begin if own.quiet else "22:00", "end": own.quiet.end if own.quiet else "07:00", "on": own.quiet is not None}
    found = devices.of(agent)
    awake = {each.pk for each in devices.awake(found)}
    return {
        "you": kept(typed, "you", saved, ["single_keys"]), "quiet": kept(typed, "quiet", hours, ["on"]), "own": own, "kinds": list(choices.KINDS.items()),
        "sounding": choices.SOUNDING, "ways": list(WAYS.items()), "minutes": [(n, ngettext("{n} minute", "{n} minutes", n).format(n=digits(n))) for n in MINUTES],
        "zones": desk.zones(), "zone": choices.zone_of(agent), "push_key": vapid.key().public, "me": agent.public_id,
        "devices": [{"id": each.public_id, "label": browser_of(each.label) or each.label, "at": each.created_at, "last": each.last_ok, "awake": each.pk in awake} for each in found],
    }  # fmt: skip


profile = settings_page("profile", FORMS, _facts)
