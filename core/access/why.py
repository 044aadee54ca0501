"""Why somebody can, or cannot, do something with a record: what decided it, in sentences.

Nothing is decided here. The same functions are asked that pages, queries and writes ask, and what they answered is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from core.access.actor import Actor, Scope
from core.access.granted import Granted, granted_to, shared_to
from core.access.models import Role, Share, Team, TeamMember, User
from core.access.reach import Verdict, judge, status_of
from core.access.roles import ACTIONS, label_of
from core.access.scope.criteria import narrowed_by_plugins
from core.access.scope.policy import policy_for
from core.access.service import actor_for
from core.host.words import language
from core.house import House
from core.i18n import Text, _, _l
from core.references import references_of
from core.resources.declare import Resource

MOST = 500
NEEDS_NO_RECORD = frozenset({"create", "import"})
UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whether a criterion holds of a record that the asker sees."""

SCOPE_WORDS = {
    Scope.NONE: _l("no records"),
    Scope.OWN: _l("own records"),
    Scope.TEAM: _l("the team’s records"),
    Scope.ALL: _l("all records"),
}


@dataclass(frozen=True)
class Answer:
    """Whether the person may do one thing with the record, and why."""

    action: str
    label: Text
    allowed: bool
    reasons: Sequence[str]

    def json(self) -> dict[str, Any]:
        return {"action": self.action, "allowed": self.allowed, "reasons": list(self.reasons)}


def people_to_ask_about(session: Session, actor: Actor) -> list[User]:
    """Whose access this person may ask about, themself first: people of teams they lead; administrators everybody."""
    wanted = sa.select(User).order_by(User.id != actor.user_id, User.name, User.id).limit(MOST)
    if not actor.is_admin:
        wanted = wanted.where(sa.or_(User.id == actor.user_id, User.id.in_(_led_by(actor))))
    return list(session.scalars(wanted))


def may_ask(session: Session, actor: Actor, user_id: int) -> bool:
    """Whose access this person may ask about: their own, of people in teams they lead; administrators of everybody."""
    if actor.is_admin or actor.user_id == user_id:
        return True
    return session.scalar(_led_by(actor).where(TeamMember.user_id == user_id)) is not None


def why(session: Session, house: House, resource: Resource, record: Any, user_id: int) -> list[Answer]:
    """For each thing that can be done with this record whether the person may, and why.

    Who may no longer sign in may nothing.
    """
    actions = [each for each in (*ACTIONS, *resource.permissions) if each[0] not in NEEDS_NO_RECORD]
    try:
        actor = actor_for(session, user_id)
    except LookupError:
        return [Answer(name, label, False, [_("They may not sign in any more.")]) for name, label in actions]
    asked = _Asked(session, house, resource, record, actor)
    sees = asked.answer(*actions[0])
    return [sees, *(asked.answer(name, label, sees=sees.allowed) for name, label in actions[1:])]


def _led_by(actor: Actor) -> sa.Select[Any]:
    """`SELECT user_id` of the people in teams this person leads."""
    led = sa.select(TeamMember.user_id).join(Team, Team.id == TeamMember.team_id)
    return led.where(Team.manager_id == actor.user_id)


class _Asked:
    """One record and one person."""

    def __init__(self, session: Session, house: House, resource: Resource, record: Any, actor: Actor) -> None:
        self.session, self.house, self.resource, self.record, self.actor = (
            session,
            house,
            resource,
            record,
            actor,
        )
        user = session.scalars(
            sa.select(User).where(User.id == actor.user_id).options(selectinload(User.roles))
        ).one()
        self.roles: Sequence[Role] = user.roles
        self.granted: dict[int, Granted] = {
            each.role_id: each for each in granted_to(session, [role.id for role in user.roles])
        }

    def answer(self, action: str, label: Text, *, sees: bool = True) -> Answer:
        verdict = judge(self.resource, self.record, action, self.actor, self.house)
        hiding = self._hiding() if verdict.allowed else []
        allowed = verdict.allowed and not hiding and self._is_found(action)
        reasons = [*self._reasons(action, verdict), *hiding]
        if not sees:
            reasons.append(_("They do not see the record."))
        return Answer(action, label, allowed and sees, reasons)

    def _is_found(self, action: str) -> bool:
        """Whether a query in this person's name finds the record."""
        policy = policy_for(self.actor, self.house, action if action == "export" else "view")
        table = self.resource.model.__table__
        return policy is None or table not in policy.criteria or self._holds(policy.criteria[table])

    def _holds(self, criterion: Any) -> bool:
        wanted = sa.select(self.resource.model.id).where(self.resource.model.id == self.record.id, criterion)
        return self.session.scalar(wanted, **UNSCOPED) is not None

    def _hiding(self) -> list[str]:
        return [
            _("The app “%(app)s” hides it from them.", app=self._title(plugin))
            for plugin, criterion in narrowed_by_plugins(self.actor, self.house, self.resource)
            if not self._holds(criterion)
        ]

    def _reasons(self, action: str, verdict: Verdict) -> Iterator[str]:
        if self.actor.is_admin:
            yield _("Administrators reach all records.")
        else:
            yield from self._roles(action, verdict)
        if self.resource.is_scoped(action) and verdict.scope in (Scope.OWN, Scope.TEAM):
            yield from self._relation()  # else it does not matter whose it is
        if verdict.beside is not None and not self.actor.is_admin:
            yield self._beside(verdict.beside)
        if self._is_made_by_them() and action == "view":
            yield _("They wrote it down themselves.")
        if verdict.shared:
            yield self._share()
        if verdict.lacks:
            yield _("It also needs the right “%(action)s”, see there.", action=self._label(verdict.lacks))
        if verdict.objector:
            yield _("The app “%(app)s” forbids it.", app=self._title(verdict.objector))

    def _roles(self, action: str, verdict: Verdict) -> Iterator[str]:
        """What each role reaches; the status is named where it decides."""
        status_id = status_of(self.resource, self.record)
        if not self.roles:
            yield _("They have no role.")
        for role in self.roles:
            granted = self.granted[role.id]
            scope = granted.scope(self.resource.name, action, status_id)
            words = {"role": str(label_of(role)), "scope": self._scope_words(scope, action)}
            if (status_id or 0) in granted.stages.get((self.resource.name, action), {}):
                yield _(
                    "In the status “%(status)s” the role “%(role)s” reaches %(scope)s.",
                    status=self._status(),
                    **words,
                )
            else:
                yield _("The role “%(role)s” reaches %(scope)s.", **words)

    def _is_made_by_them(self) -> bool:
        """Whether that decides: what may lie beside no record is seen by who made it."""
        optional = self.resource.beside is not None and self.resource.beside.optional
        return optional and not self.actor.is_admin and self.record.created_by_id == self.actor.user_id

    def _beside(self, sees: bool) -> str:
        other = self.house.resources.get(self.record.resource)
        kind = str(other.label) if other is not None else self.record.resource
        if sees:
            return _("They see the record beside which it lies (%(kind)s).", kind=kind)
        return _("They do not see the record beside which it lies (%(kind)s).", kind=kind)

    def _label(self, action: str) -> str:
        return str({**dict(ACTIONS), **dict(self.resource.permissions)}.get(action, action))

    def _scope_words(self, scope: Scope, action: str) -> str:
        if (
            self.resource.beside is not None
            and scope is not Scope.NONE
            and not self.resource.is_scoped(action)
        ):
            return _("what lies beside records they see")
        if self.resource.owner is None and scope is not Scope.NONE:
            scope = Scope.ALL
        return str(SCOPE_WORDS[scope])

    def _relation(self) -> Iterator[str]:
        if self.resource.owner is None:
            return
        owner_id = getattr(self.record, self.resource.owner)
        if owner_id is None:
            yield _("The record belongs to nobody; only “All” reaches such records.")
        elif owner_id == self.actor.user_id:
            yield _("The record is their own.")
        else:
            owner = self.session.get(User, owner_id)
            name = owner.name if owner is not None else ""
            if owner_id in self.actor.team_ids:
                yield _("The record belongs to %(name)s, who is in their team.", name=name)
            else:
                yield _("The record belongs to %(name)s, who is not in their team.", name=name)

    def _share(self) -> str:
        row = self.session.scalars(
            sa.select(Share)
            .where(
                Share.resource == self.resource.name,
                Share.record_id == self.record.id,
                shared_to(self.actor.user_id, self.actor.in_teams),
            )
            .order_by(Share.may_edit.desc(), Share.id)
        ).first()
        team = self.session.get(Team, row.team_id) if row is not None and row.team_id is not None else None
        if team is not None:
            return _("The record is shared with the team “%(team)s”.", team=team.name)
        return _("The record is shared with them.")

    def _status(self) -> str:
        path, status_id = self.resource.path, status_of(self.resource, self.record)
        item = references_of(self.session, self.house).get(path.list, status_id) if path is not None else None
        return item.name if item is not None else ""

    def _title(self, plugin: str) -> str:
        manifest = self.house.manifests.get(plugin)
        return manifest.title_in(language()) if manifest is not None else plugin
