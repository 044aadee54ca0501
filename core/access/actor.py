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


MOVE = "move"
"""The right to bring a record into a status; where nothing is set for a status it is the right to edit."""

READS = frozenset({"view", "export"})


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or `ANONYMOUS`. The system itself (worker, command) has no actor: None.

    `team_ids` are the ids of the users whose records scope `team` reaches, the person included; `in_teams` the ids of
    the teams they are in or lead. `stages` are the statuses in which a right reaches otherwise than `grants` say,
    {(resource, action): {status id: scope}}. `shares` names the resources of which records are shared to this person
    or a team of theirs, with whether any of them may be edited.
    """

    user_id: int | None
    name: str = ""
    email: str = ""
    language: str = "en"
    zone: ZoneInfo = ZoneInfo("UTC")
    roles: tuple[str, ...] = ()
    grants: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    stages: Mapping[tuple[str, str], Mapping[int, Scope]] = field(default_factory=dict)
    shares: Mapping[str, bool] = field(default_factory=dict)
    team_ids: frozenset[int] = frozenset()
    in_teams: frozenset[int] = frozenset()
    is_admin: bool = False
    theme: str = "auto"
    hue: str = "slate"
    read_only: bool = False
    """Came in with a token that may only read."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What is worked out from the grants once and used at every query (see `core.access.scope`)."""

    def scope(self, resource: str, action: str) -> Scope:
        """How far this person's right to `action` on `resource` reaches. Administrators reach all.

        A status may have a right of its own: `scope_in`.
        """
        if self.read_only and action not in READS:
            return Scope.NONE
        if self.is_admin:
            return Scope.ALL
        return self.grants.get((resource, "edit" if action == MOVE else action), Scope.NONE)

    def scope_in(self, resource: str, action: str, status_id: int | None) -> Scope:
        """How far the right reaches among the records in one status."""
        return self.exceptions(resource, action).get(status_id or 0, self.scope(resource, action))

    def exceptions(self, resource: str, action: str) -> Mapping[int, Scope]:
        """The statuses in which the right reaches otherwise than `scope` says."""
        if not self.stages or self.is_admin or (self.read_only and action not in READS):
            return {}
        return self.stages.get((resource, action), {})

    def reaches_all(self, resource: str, action: str) -> bool:
        """Whether the right reaches every record there is, in whatever status."""
        return self.scope(resource, action) is Scope.ALL and not self.exceptions(resource, action)

    def may(self, resource: str, action: str) -> bool:
        """Whether there is any record this person may do `action` on."""
        return (
            self.scope(resource, action) > Scope.NONE
            or any(self.exceptions(resource, action).values())
            or self.has_shares(resource, action)
        )

    def has_shares(self, resource: str, action: str) -> bool:
        """Whether any record of this resource is shared to this person for `action`; a share lets view, maybe edit."""
        if not self.shares or (self.read_only and action not in READS):
            return False
        return (action == "view" and resource in self.shares) or (
            action == "edit" and self.shares.get(resource, False)
        )

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
