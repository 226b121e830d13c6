"""Commands for operators: people, the chat's place, failed work."""

import getpass
import secrets
import sys
from argparse import Namespace

import msgspec
from django.core.exceptions import ValidationError

from yavar.base.audit import verify
from yavar.base.events import Actor
from yavar.base.jobs import retry
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.channels.chat import ChatConfig, changed, config_of, origin
from yavar.conversations.models import Inbox
from yavar.conversations.setup import configure_inbox
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_agent, change_agent, grant, set_password
from yavar.people.team.tokens import make_program, make_token
from yavar.web.api.audit import entries, events_of

from .first import furnish
from .place import address
from .run import migrate

CLI = Actor("system", via="cli")


def user(given: Namespace) -> int:
    """`yavar user …`"""
    migrate()
    if given.action == "list":
        for agent in Agent.objects.prefetch_related("grants").order_by("name"):
            print(f"{agent.email:<36} {agent.title:<11} {agent.lang}  {'' if agent.is_active else 'off  '}{agent.name}")
        return 0
    if not given.email:
        return _say("which e-mail address?" if given.action != "token" else "a token for whom? Give a name for a program, or a team member's e-mail address.")
    try:
        return token(given) if given.action == "token" else _change(given)
    except ValidationError as error:
        return _say(" ".join(error.messages))
    except Problem as problem:
        return _say(str(problem.title))


def _change(given: Namespace) -> int:
    if given.action == "add":
        name = given.name or given.email.partition("@")[0]
        add_agent(email=given.email, name=name, password=_password(given), role=given.role, lang=given.lang, by=CLI)
        print(f"{given.email} can sign in at {address()}/sign-in")
        return 0
    agent = Agent.objects.filter(email__iexact=given.email).first()
    if agent is None:
        return _say(f"nobody in the team has the address {given.email}.")
    if given.action == "password":
        set_password(agent, _password(given), by=CLI)
    elif given.action == "role":
        grant(agent, [Given(given.role)], by=CLI)
    else:
        change_agent(agent, active=given.action == "on", by=CLI)
    print(f"{agent.email}: done")
    return 0


def token(given: Namespace) -> int:
    """`yavar user token NAME --scope …`: NAME is a team member's address, or a program, which is made when it is new. Prints the token alone, for scripts."""
    scopes = [word for words in given.scope for word in words.split(",")] or ["*.read"]
    agent = Agent.objects.filter(email__iexact=given.email).first() or Agent.objects.filter(kind=Agent.Kind.PROGRAM, name=given.email).first()
    if agent is None:
        _row, secret = make_program(given.email, scopes, by=CLI)
    else:
        _row, secret = make_token(agent, given.name or given.email, scopes, by=CLI)
    print(secret)
    return 0


def _password(given: Namespace) -> str:
    if given.password_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password (10 characters or more): ")


def _say(text: str) -> int:
    print(f"yavar: {text}", file=sys.stderr)
    return 1


def chat(given: Namespace) -> int:
    """`yavar chat …`"""
    migrate()
    furnish()
    inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
    config = config_of(inbox.config)
    if given.action in ("allow", "disallow"):
        named = [origin(value) for value in given.value]
        if not named or None in named:
            return _say("give origins such as https://shop.example (scheme and host, no path, no wildcard).")
        kept = [o for o in config.origins if o not in named]
        config = configure(inbox, origins=[*kept, *named] if given.action == "allow" else kept)
    elif given.action == "form":
        fields = dict(value.partition("=")[::2] for value in given.value)
        try:
            config = configure(inbox, **{f"ask_{name}": choice for name, choice in fields.items()})
        except msgspec.ValidationError:
            return _say("give name=ask|require|off and email=ask|require|off.")
    elif given.action == "secret":
        configure_inbox(inbox, config, secret=secrets.token_urlsafe(32), by=CLI)
        print(f"Secret for signing your customers' ids (keep it on the shop's server): {inbox.unsealed_secret()}")
        return 0
    print("Allowed pages: " + (", ".join(config.origins) or "none yet; the chat is closed"))
    print(f"Asked before the first message: name {config.ask_name}, e-mail {config.ask_email}")
    print("Put this before </body> of each page:\n")
    print(f'  <script async src="{address()}/chat/{inbox.public_id}/loader.js"></script>')
    return 0


def configure(inbox: Inbox, **changes: object) -> ChatConfig:
    """Change some of the chat's settings. Raises msgspec.ValidationError."""
    config = changed(inbox.config, **changes)
    configure_inbox(inbox, config, by=CLI)
    return config


def jobs(given: Namespace) -> int:
    """`yavar jobs …`"""
    migrate()
    dead = Job.objects.filter(state="dead").order_by("pk")
    if given.action == "list":
        for job in dead:
            print(f"{job.pk:>8}  {job.name:<32} {job.attempts} tries  {job.error.strip().splitlines()[-1] if job.error else ''}")
        print(f"{len(dead)} dead, {Job.objects.filter(state='ready').count()} waiting")
        return 0
    keys = [given.id] if given.id else list(dead.values_list("pk", flat=True))
    print(f"{sum(retry(key) for key in keys)} of {len(keys)} started anew")
    return 0


def audit(given: Namespace) -> int:
    """`yavar audit …`"""
    migrate()
    if given.action == "export":
        last = 0
        while events := list(events_of(None, None, None, None).filter(pk__gt=last).order_by("pk")[:500]):
            sys.stdout.writelines(msgspec.json.encode(each).decode() + "\n" for each in entries(events))
            last = events[-1].pk
        return 0
    number = broken = 0
    for _seal, found in verify():
        number += 1
        if found:
            broken += 1
            print(f"events {found.first} to {found.last}: {'a seal is missing before them' if found.why == 'gap' else 'changed, removed or added to'}")
    print(f"{number} seals looked at, {broken} broken" + ("" if broken else ": nobody changed what they cover"))
    return 1 if broken else 0
