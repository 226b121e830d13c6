"""What may be done on a desk, and the roles every desk has. An owner may add roles of her own (rows of `Role`)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERMISSIONS: dict[str, Promise] = {
    "conversation.read": _("Read conversations"),
    "conversation.reply": _("Answer customers"),
    "conversation.note": _("Write internal notes"),
    "conversation.assign": _("Give conversations to people and teams"),
    "conversation.edit": _("Tag, prioritise, snooze, resolve, fill in fields"),
    "conversation.merge": _("Merge, split and link conversations"),
    "conversation.import": _("Bring in what customers wrote elsewhere"),
    "customer.read": _("See customers"),
    "customer.edit": _("Change customers"),
    "customer.merge": _("Merge customers"),
    "tag.manage": _("Rename and delete tags"),
    "view.share": _("Share saved views with everyone"),
    "canned.share": _("Share canned replies with the team"),
    "desk.supervise": _("Look after the team’s work"),
    "agent.manage": _("Add people and change what they may do"),
    "role.manage": _("Make roles"),
    "team.manage": _("Make teams and choose who is in them"),
    "brand.manage": _("Change the shops"),
    "inbox.manage": _("Change inboxes and channels"),
    "receipt.decide": _("Decide about mail that is held back"),
    "field.manage": _("Define custom fields and request types"),
    "setting.manage": _("Change the desk’s settings"),
    "webhook.manage": _("Set up webhooks"),
    "token.manage": _("Make and revoke API tokens"),
    "audit.read": _("Read the audit log"),
}
# what concerns the desk as a whole: a role within a shop, inbox or team does not give it
DESK_WIDE = frozenset({
    "tag.manage", "view.share", "canned.share", "desk.supervise", "agent.manage", "role.manage", "field.manage", "setting.manage", "webhook.manage", "token.manage", "audit.read",
})  # fmt: skip
SCOPES = ("desk", "brand", "inbox", "team")
SEES = ("own", "team", "all")

_READ = {"conversation.read", "customer.read"}
_WORK = _READ | {"conversation.reply", "conversation.note", "conversation.assign", "conversation.edit", "conversation.merge", "customer.edit"}
_SUPERVISE = _WORK | {"customer.merge", "tag.manage", "view.share", "canned.share", "desk.supervise", "team.manage", "receipt.decide"}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A role of every desk. `rank` says whose word stands when someone has several."""

    key: str
    label: Promise
    permissions: frozenset[str]
    rank: int


BUILT_IN = {
    role.key: role
    for role in (
        BuiltIn("owner", _("Owner"), frozenset(PERMISSIONS), 5),
        BuiltIn("admin", _("Administrator"), frozenset(PERMISSIONS), 4),
        BuiltIn("supervisor", _("Supervisor"), frozenset(_SUPERVISE), 3),
        BuiltIn("agent", _("Agent"), frozenset(_WORK), 2),
        BuiltIn("viewer", _("Viewer"), frozenset(_READ), 1),
    )
}


def scopes_of(words: list[str]) -> frozenset[str]:
    """The permissions named by an API token's scopes: `conversation.read`, `conversation.*`, `*.read`, or `all`. Raises LookupError for a word that names none."""
    found: set[str] = set()
    for word in words:
        room, _dot, verb = word.partition(".")
        named = {name for name in PERMISSIONS if word == "all" or (room in ("*", name.split(".")[0]) and verb in ("*", name.split(".")[1]))}
        if not named:
            raise LookupError(word)
        found |= named
    return frozenset(found)
