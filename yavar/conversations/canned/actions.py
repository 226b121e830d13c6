"""Verbs of canned replies: kept, taken away, brought back, used."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import record
from yavar.base.named import tidy, unique
from yavar.base.problem import Problem
from yavar.base.search import fold
from yavar.desk.locales import LOCALES
from yavar.people.models import Agent, Team

from ..actions import locked, tell
from ..append import MAX_TEXT
from ..models import Conversation
from ..policies import READ, may_see
from . import fields, macro, policies
from .events import CannedRemoved, CannedRestored, CannedSaved, CannedUsed
from .macro import NOTHING, Actions
from .models import CannedReply, CannedText

WRITTEN = ("name", "shortcut", "folded", "owner", "everyone", "actions", "changed_at")
KEEP = timedelta(days=30)  # how long what was taken away can be brought back
SHORTCUT = re.compile(r"[\w\u200c-]{1,40}\Z")  # letters of any script; the half-space is part of Persian words


def save(
    *, by: Agent, name: str, texts: Mapping[str, str], shortcut: str = "", actions: Actions = NOTHING, shared: bool = False, teams: Sequence[Team] | None = None,
    canned: CannedReply | None = None,
) -> CannedReply:  # fmt: skip
    """Keep words under a name, for oneself or (`shared`) for everyone or certain `teams`; with `canned` change that one, wholly.

    Raises Problem 403 without the right to share, or to do what it does; 422 with `field` for what is wrong with it; 409 for a shortcut that is taken.
    """
    with transaction():
        saved = CannedReply(created_at=clock.now()) if canned is None else _standing(canned)
        if (shared and not by.may(policies.SHARE)) or not (canned is None or policies.may_change(by, saved)):
            raise policies.denied(policies.SHARE)
        saved.name, saved.shortcut = tidy(name, 80), _shortcut(shortcut)
        saved.folded = fold(saved.shortcut)[:40]
        said = _texts(texts)
        if not said and actions == NOTHING:
            raise Problem(422, "canned.empty", _("Write what it says, in one language at least, or choose what it does."), field="texts")
        if teams is not None and not teams and shared:
            raise Problem(422, "teams.missing", _("Choose at least one team."), field="teams")
        kept = msgspec.to_builtins(actions)
        if kept != saved.actions:
            _check(actions, by)
        saved.actions, saved.owner, saved.everyone, saved.changed_at = kept, None if shared else by, teams is None or not shared, clock.now()
        with unique(_taken()):
            saved.save(update_fields=None if canned is None else WRITTEN)  # never the uses, which others count meanwhile
        saved.teams.set(() if saved.everyone else teams or ())
        CannedText.objects.filter(canned=saved).delete()
        CannedText.objects.bulk_create([CannedText(canned=saved, locale=locale, text=text) for locale, text in said.items()])
        record(CannedSaved(saved.pk, shared), subject=("canned", saved.pk), by=by.actor)
    return saved


def _standing(canned: CannedReply) -> CannedReply:
    """As it is now. Raises Problem 404 when somebody has taken it away meanwhile."""
    found = CannedReply.objects.filter(pk=canned.pk, removed_at__isnull=True).first()
    if found is None:
        raise Problem(404, "not_found", _("There is nothing here, or it is not yours to see."))
    return found


def _taken() -> Problem:
    return Problem(409, "shortcut.taken", _("There is a canned reply with this shortcut already."), field="shortcut")


def _shortcut(typed: str) -> str:
    shown = typed.strip().removeprefix("/")
    if shown and not (SHORTCUT.match(shown) and fold(shown)):
        raise Problem(422, "shortcut.invalid", _("A shortcut is one word of letters, digits, - and _."), field="shortcut")
    return shown


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    known, said = fields.known_names(), {}
    for locale, text in texts.items():
        where, shown = f"texts.{locale}", text.replace("\r\n", "\n").strip()
        if locale not in LOCALES:
            raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="texts")
        if len(shown) > MAX_TEXT:
            raise Problem(422, "text.too_long", _("The text is longer than 10,000 characters."), field=where)
        if "\0" in shown:
            raise Problem(422, "text.invalid", _("The message contains characters that can’t be stored."), field=where)
        if shown:
            said[locale] = fields.checked(shown, known, field=where)
    return said


def _check(actions: Actions, by: Agent) -> None:
    """Nobody writes down for others what they may not do themselves."""
    for right in actions.rights():
        if not by.may(right):
            raise policies.denied(right)
    if set(actions.add_tags) & set(actions.remove_tags):
        raise Problem(422, "tags.both", _("A tag is either put on or taken off."), field="remove_tags")
    try:
        macro.steps(actions, by=by)
    except macro.Gone as gone:
        raise Problem(422, f"{gone.part}.unknown", _("What you chose is no longer here. Please reload the page."), field=gone.part) from None


def remove(canned: CannedReply, *, by: Agent) -> None:
    """Take it away; it can be brought back for 30 days. Twice is the same as once. Raises Problem 403."""
    with transaction():
        if not policies.may_change(by, canned):
            raise policies.denied(policies.SHARE)
        if CannedReply.objects.filter(pk=canned.pk, removed_at__isnull=True).update(removed_at=clock.now()):
            record(CannedRemoved(canned.pk, canned.owner_id is None), subject=("canned", canned.pk), by=by.actor)


def restore(canned: CannedReply, *, by: Agent) -> None:
    """Bring back what was taken away. Raises Problem 403, or 409 when its shortcut belongs to another one by now."""
    with transaction():
        if not policies.may_change(by, canned):
            raise policies.denied(policies.SHARE)
        with unique(_taken()):
            back = CannedReply.objects.filter(pk=canned.pk, removed_at__isnull=False).update(removed_at=None)
        if back:
            record(CannedRestored(canned.pk, canned.owner_id is None), subject=("canned", canned.pk), by=by.actor)


def forget_removed(limit: int = 50) -> int:
    """Sweep what was taken away longer than 30 days ago."""
    old = list(CannedReply.objects.filter(removed_at__lt=clock.now() - KEEP).order_by("pk").values_list("pk", flat=True)[:limit])
    if old:
        with transaction():
            CannedReply.objects.filter(pk__in=old).delete()
    return len(old)


def use(conversation_id: int, canned: CannedReply, *, by: Agent) -> Conversation:
    """Count one use of it, and do what it does, by the verbs that agents have for that: all of it or nothing. Answers the conversation after it.

    Raises Problem 404 for a conversation or canned reply that is not theirs to see, 403 when a right for one of its actions is missing, 409 when it names
    what is no longer here.
    """
    with transaction():
        conversation = locked(conversation_id)
        found = policies.visible_to(by).filter(pk=canned.pk).first()
        if found is None or not may_see(by, conversation_id, READ):
            raise Problem(404, "not_found", _("There is nothing here, or it is not yours to see."))
        actions = macro.read(found.actions)
        for right in ("conversation.reply", *actions.rights()):
            if not may_see(by, conversation_id, right):
                raise policies.denied(right)
        try:
            todo = macro.steps(actions, by=by)
        except macro.Gone:
            raise Problem(
                409, "canned.stale", _("It names somebody or something that is no longer here. Put that right under Settings, Canned replies.")
            ) from None
        tell(conversation, CannedUsed(found.pk), by.actor)
        for step in todo:
            step(conversation_id)
        # last, so that others who use it wait for nothing but the commit
        CannedReply.objects.filter(pk=found.pk).update(uses=F("uses") + 1, used_at=clock.now())
        return locked(conversation_id)
