"""People: who is in the team, what they may do and where, their password and their sessions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max, Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.people.models import Agent
from yavar.people.team import actions
from yavar.people.team.custom import permissions_of

from .chat import LANGUAGES
from .frame import Form, Said, Typed, isolated, kept, settings_page, unexpected
from .words import SEES, Places, new_password, over, place_of

OUTCOMES = {
    "ok": ("is-good", gettext_lazy("Signed in")),
    "wrong": ("is-warn", gettext_lazy("Wrong password")),
    "off": ("", gettext_lazy("Refused: switched off")),
}
LATEST = 20


def person_of(query: Typed) -> Agent:
    """The one that `?person=` names. Raises Http404."""
    found = Agent.objects.filter(public_id=query.get("person", "")).prefetch_related("grants").first()
    if found is None:
        raise Http404
    return found


def _theirs(agent: Agent, typed: Typed) -> Agent:
    """Whom the form changes. Raises Problem 403 for an owner, unless an owner does it, and for one who may more than `agent`."""
    found = person_of(typed["query"])
    if not over(agent, found):
        owner = found.title == "owner"
        raise Problem(
            403, "agent.above", _("Only an owner can do this to an owner.") if owner else _("Only somebody who has all the rights of this person can do this.")
        )
    return found


def _named(name: str) -> str:
    shown = " ".join(name.split())[:120]
    if not shown:
        raise Problem(422, "name.missing", _("Please give it a name."), field="name")
    return shown


def _address(email: str) -> str:
    try:
        if len(email.strip()) > 254:
            raise ValidationError("")
        validate_email(email.strip())
    except ValidationError:
        raise Problem(422, "email.invalid", _("This address looks incomplete."), field="email") from None
    return email.strip()


def _chosen(typed: Typed) -> tuple[str, str | None]:
    """The password to be, and itself again when it was generated and has to be shown."""
    if typed["first"] not in ("make", "type"):
        raise unexpected()
    made = new_password() if typed["first"] == "make" else None
    return made or typed["password"], made


def _add(agent: Agent, typed: Typed) -> Said:
    name, email, (password, made) = _named(typed["name"]), _address(typed["email"]), _chosen(typed)
    if typed["lang"] not in dict(LANGUAGES):
        raise unexpected()
    if not agent.powers.covers(permissions_of(typed["role"])) or (typed["role"] == "owner" and agent.title != "owner"):
        raise Problem(403, "grant.too_much", _("You can only give rights that you have on the whole desk yourself."), field="role")
    try:
        actions.add_agent(email=email, name=name, password=password, role=typed["role"], lang=typed["lang"], by=agent.actor)
    except ValidationError as error:
        raise Problem(422, "password.weak", " ".join(error.messages), field="password") from None
    return Said("people", _("{name} is in the team and can sign in as {email}.").format(name=isolated(name), email=isolated(email.lower())), secret=made)


def _rename(agent: Agent, typed: Typed) -> Said:
    person, name, email = person_of(typed["query"]), _named(typed["name"]), _address(typed["email"])
    if email.lower() != person.email:
        _theirs(agent, typed)
    elif person.title == "owner" and agent.title != "owner":
        raise Problem(403, "grant.owner", _("Only an owner can do this to an owner."))
    actions.change_agent(person, by=agent.actor, name=name, email=email)
    return Said("who", _("Saved."))


def _switch(agent: Agent, typed: Typed) -> Said:
    person, on = person_of(typed["query"]), typed["active"] == "on"
    if person == agent:
        raise Problem(409, "agent.self", _("You can’t switch yourself off. A colleague can."))
    actions.revise(person, by=agent, active=on)
    if on:
        return Said("state", _("{name} can sign in again.").format(name=isolated(person.name)))
    return Said("state", _("{name} is switched off.").format(name=isolated(person.name)), undo="on")


def _grant(agent: Agent, typed: Typed) -> Said:
    person, places = person_of(typed["query"]), Places()
    if not len(typed["role"]) == len(typed["place"]) == len(typed["sees"]) <= 50:
        raise unexpected()
    given = [places.given(*each) for each in zip(typed["role"], typed["place"], typed["sees"], strict=True) if each[0]]
    try:
        actions.revise(person, by=agent, grants=given)
    except Problem as problem:
        problem.field = "grants"
        raise
    return Said("roles", _("Saved. It holds from now on, in open windows within a minute."))


def _password(agent: Agent, typed: Typed) -> Said:
    person, (password, made) = _theirs(agent, typed), _chosen(typed)
    if person == agent or person.kind != Agent.Kind.PERSON:
        raise unexpected()
    actions.set_password(person, password, by=agent.actor)
    return Said("password", _("The new password holds; they were signed out everywhere."), secret=made)


def _end(agent: Agent, typed: Typed) -> Said:
    person = _theirs(agent, typed)
    actions.end_sessions(person, by=agent.actor, keep=typed["session"].session_key or "" if person == agent else "")
    return Said("sessions", _("They are signed out everywhere."))


FORMS = {
    "add": Form("add", _add, {"name", "email", "lang", "role", "first", "password"}),
    "rename": Form("who", _rename, {"name", "email"}),
    "switch": Form("state", _switch, {"active"}),
    "grant": Form("roles", _grant, lists={"role", "place", "sees"}),
    "password": Form("password", _password, {"first", "password"}),
    "end": Form("sessions", _end),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    places = Places()
    roles = [(key, name) for key, name in places.roles.items() if key != "owner" or agent.title == "owner"]
    if "person" not in request.GET:
        new = {"name": "", "email": "", "lang": agent.lang, "role": "agent", "first": "make", "password": ""}
        everybody = Agent.objects.prefetch_related("grants").annotate(last=Max("sign_ins__seen_at", filter=Q(sign_ins__outcome="ok"))).order_by("pk")
        found = sorted(by_name(everybody), key=lambda each: not each.is_active)
        rows = [_row(each, places, agent) for each in found]
        return {
            "here": None, "people": [each for each in rows if not each["program"]], "programs": [each for each in rows if each["program"]],
            "roles": roles, "languages": LANGUAGES, "shown": kept(typed, "add", new),
        }  # fmt: skip
    person = person_of(request.GET.dict())
    grants = sorted(person.grants.all(), key=lambda each: each.pk)
    given = [(each.role, places.value(each), each.sees) for each in grants]
    if typed and typed["do"] == "grant":
        given = [each for each in zip(typed["role"], typed["place"], typed["sees"], strict=False) if each[0]]
    return {
        "here": _row(person, places, agent), "roles": list(places.roles.items()), "places": places.groups(), "sees": list(SEES.items()), "given": [*given, ("", "desk", "all")],
        "shown": kept(typed, "rename", {"name": person.name, "email": person.email}), "shown_password": kept(typed, "password", {"first": "make", "password": ""}),
        "mine": over(agent, person), "tries": tries_of(person), "open": person.sign_ins.filter(outcome="ok", ended_at__isnull=True).count(),
    }  # fmt: skip


def _row(each: Agent, places: Places, viewer: Agent) -> dict[str, Any]:
    return {
        "id": each.public_id, "name": each.name, "initials": each.initials(), "hue": each.hue, "email": each.email, "active": each.is_active, "self": each == viewer,
        "program": each.kind == Agent.Kind.PROGRAM, "grants": places.words(each.grants.all()), "last": getattr(each, "last", None),
    }  # fmt: skip


def tries_of(person: Agent) -> list[dict[str, Any]]:
    """Their last tries to sign in."""
    found = person.sign_ins.order_by("-at", "-pk")[:LATEST]
    return [{"at": each.at, "place": place_of(each.ip, each.browser), "look": OUTCOMES[each.outcome][0], "label": OUTCOMES[each.outcome][1]} for each in found]


people = settings_page("people", FORMS, _facts)
