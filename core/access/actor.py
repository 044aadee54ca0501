"""The person in whose name something is done, with everything that decides what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session


class Scope(IntEnum):
    """Whose records a right reaches; of several roles the widest wins."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or `ANONYMOUS`. The system itself (worker, command) has no actor: None.

    `team_ids` are the ids of the users whose records scope `team` reaches, the person included.
    """

    user_id: int | None
    name: str = ""
    email: str = ""
    language: str = "en"
    zone: ZoneInfo = ZoneInfo("UTC")
    roles: tuple[str, ...] = ()
    grants: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    team_ids: frozenset[int] = frozenset()
    is_admin: bool = False
    theme: str = "auto"
    hue: str = "slate"
    read_only: bool = False
    """Came in with a token that may only read."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What is worked out from the grants once and used at every query (see `core.access.scope`)."""

    def scope(self, resource: str, action: str) -> Scope:
        """How far this person's right to `action` on `resource` reaches. Administrators reach all."""
        if self.read_only and action not in ("view", "export"):
            return Scope.NONE
        if self.is_admin:
            return Scope.ALL
        return self.grants.get((resource, action), Scope.NONE)

    def may(self, resource: str, action: str) -> bool:
        """Whether there is any record this person may do `action` on."""
        return self.scope(resource, action) > Scope.NONE

    def reaches(self, scope: Scope, owner_id: int | None) -> bool:
        """Whether a record of this owner is within a scope of this person. Nobody's records need `ALL`."""
        if scope is Scope.ALL:
            return True
        if owner_id is None or scope is Scope.NONE:
            return False
        return owner_id == self.user_id if scope is Scope.OWN else owner_id in self.team_ids


ANONYMOUS = Actor(user_id=None)


def actor_of(session: Session) -> Actor | None:
    """Who this session works for; None is the system."""
    return session.info.get("actor")


def work_for(session: Session, actor: Actor | None) -> None:
    """From now on this session reads and writes in this person's name (None: the system's, without scopes)."""
    session.info["actor"] = actor
