"""What someone of the team may do, and where: their grants, cut down to the scopes of the token they came with."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """One grant: the permissions of a role, within a scope (`scope_id` is the key of a brand, inbox or team), over `own`, `team` or `all` conversations there."""

    role: str
    permissions: frozenset[str]
    scope: str
    scope_id: int
    sees: str


@dataclass(frozen=True)
class Powers:
    """All grants of one agent. Two agents of equal powers see the same."""

    held: tuple[Held, ...]
    teams: tuple[int, ...] = ()

    def may(self, permission: str) -> bool:
        """Whether they may do it somewhere."""
        return any(permission in each.permissions for each in self.held)

    def everywhere(self, permission: str) -> bool:
        """Whether they may do it on the whole desk."""
        return any(each.scope == "desk" and permission in each.permissions for each in self.held)

    def all_of(self, permission: str) -> bool:
        """Whether they have it for every conversation of the desk: then nobody need look whether one is among them."""
        return any(each.scope == "desk" and each.sees == "all" and permission in each.permissions for each in self.held)

    def within(self, permission: str) -> list[Held]:
        """The grants that allow it."""
        return [each for each in self.held if permission in each.permissions]

    def at(self, permission: str, scope: str, key: int) -> bool:
        """Whether they may do it to this brand, inbox or team itself."""
        return any(each.scope == "desk" or (each.scope, each.scope_id) == (scope, key) for each in self.within(permission))

    def covers(self, permissions: Iterable[str]) -> bool:
        """Whether they hold all of these on the whole desk: nobody gives away what they don't have."""
        return all(self.everywhere(each) for each in permissions)
