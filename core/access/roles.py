"""The grant matrix: which rights there are, what the four shipped roles get of them, and how an administrator sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Scope
from core.access.models import Grant, Role, user_roles
from core.access.stages import set_stage_grants, stage_grants_of
from core.i18n import Text, _l
from core.resources.context import Refused
from core.state import forget

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource

ADMINISTRATOR, MANAGER, SALESPERSON, AUDITOR = "administrator", "manager", "salesperson", "auditor"

SHIPPED: Mapping[str, Text] = {
    ADMINISTRATOR: _l("Administrator"),
    MANAGER: _l("Manager"),
    SALESPERSON: _l("Salesperson"),
    AUDITOR: _l("Auditor"),
}

ACTIONS: tuple[tuple[str, Text], ...] = (
    ("view", _l("View")),
    ("create", _l("Create")),
    ("edit", _l("Edit")),
    ("delete", _l("Delete")),
    ("assign", _l("Assign")),
    ("import", _l("Import")),
    ("export", _l("Export")),
)
"""What every resource knows; its declaration may add more."""

SETTINGS_RIGHT = ("settings", "edit")

SCOPES: tuple[tuple[Scope, Text], ...] = (
    (Scope.NONE, _l("None")),
    (Scope.OWN, _l("Own")),
    (Scope.TEAM, _l("Team")),
    (Scope.ALL, _l("All")),
)


@dataclass(frozen=True)
class Right:
    """One line of the matrix. `scoped` False: it is there or not, without an own or team in between.

    `beside`: it is about what lies beside other records, which whoever works with those writes, changes and deletes.
    """

    resource: str
    action: str
    label: Text
    scoped: bool
    beside: bool = False
    reserved: bool = False


@dataclass(frozen=True)
class RightsOf:
    """The rights on one kind of thing."""

    name: str
    label: Text
    rights: tuple[Right, ...]


def rights_in(house: House) -> list[RightsOf]:
    """Every right the enabled plugins and the host know, in the order of the page."""
    groups = [
        RightsOf(resource.name, resource.plural, tuple(_rights_on(resource)))
        for resource in house.resources.values()
    ]
    others: dict[str, list[Right]] = {}
    for each in house.permissions:
        others.setdefault(each.resource, []).append(
            Right(each.resource, each.action, each.label, scoped=False, reserved=each.reserved)
        )
    others.setdefault("settings", []).append(
        Right(*SETTINGS_RIGHT, _l("Change settings and lists"), scoped=False)
    )
    known = {group.name: group for group in groups}
    for name, rights in others.items():
        if name in known:
            groups[groups.index(known[name])] = RightsOf(
                name, known[name].label, known[name].rights + tuple(rights)
            )
    general = tuple(right for name, rights in others.items() if name not in known for right in rights)
    return [*groups, RightsOf("", _l("General"), general)]


def seed_roles(session: Session, house: House) -> None:
    """Make the shipped roles and give them the usual grants for whatever has none yet; the caller commits.

    Run at first start and whenever a plugin is switched on: what an administrator has set stays.
    """
    roles = {role.name: role for role in session.scalars(sa.select(Role).where(Role.name.in_(SHIPPED)))}
    for position, name in enumerate(SHIPPED, start=1):
        if name not in roles:
            roles[name] = Role(name=name, is_admin=name == ADMINISTRATOR, position=position)
            session.add(roles[name])
    session.flush()
    ids = {role.id: name for name, role in roles.items() if name != ADMINISTRATOR}
    stored = set(
        session.execute(
            sa.select(Grant.role_id, Grant.resource, Grant.action).where(Grant.role_id.in_(ids))
        ).tuples()
    )
    fresh = [
        {
            "role_id": role_id,
            "resource": right.resource,
            "action": right.action,
            "scope": int(usual_scope(name, right)),
        }
        for group in rights_in(house)
        for right in group.rights
        for role_id, name in ids.items()
        if (role_id, right.resource, right.action) not in stored
    ]
    if fresh:
        session.execute(sa.insert(Grant), fresh)
    forget(session)


def usual_scope(role: str, right: Right) -> Scope:
    """What a shipped role gets when nobody has decided otherwise."""
    if role == ADMINISTRATOR:
        return Scope.ALL
    if right.reserved or (right.resource, right.action) == SETTINGS_RIGHT:
        return Scope.NONE
    reads = right.action in ("view", "export")
    if role == AUDITOR:
        return Scope.ALL if reads else Scope.NONE
    if role == MANAGER:
        return Scope.TEAM if right.scoped else Scope.ALL
    if right.action in ("delete", "assign") and not right.beside:
        return Scope.NONE
    if right.scoped:
        return Scope.OWN
    if right.beside and right.action in dict(ACTIONS):
        return Scope.ALL
    return Scope.ALL if reads else Scope.NONE


def grants_of(session: Session, role: Role) -> dict[tuple[str, str], Scope]:
    rows = session.execute(
        sa.select(Grant.resource, Grant.action, Grant.scope).where(Grant.role_id == role.id)
    )
    return {(resource, action): Scope(scope) for resource, action, scope in rows}


def set_grants(session: Session, role: Role, grants: Mapping[tuple[str, str], Scope]) -> None:
    """Store these grants of a role; others stay. An administrator's are not kept: they have all.

    Raises:
        Refused: the role is an administrator's.
    """
    if role.is_admin:
        raise Refused(_l("Administrators may do everything; that cannot be narrowed."), "administrator")
    for (resource, action), scope in grants.items():
        session.merge(Grant(role_id=role.id, resource=resource, action=action, scope=int(scope)))
    session.flush()
    forget(session)


def create_role(session: Session, label: str, *, like: Role | None = None) -> Role:
    """A new role, with the grants of another one to begin with.

    Raises:
        Refused: it has no name or another's.
    """
    label = " ".join(label.split())[:80]
    taken = {str(known).casefold() for known in SHIPPED.values()} | set(SHIPPED)
    if (
        not label
        or label.casefold() in taken
        or session.scalar(sa.select(Role.id).where(Role.label == label)) is not None
    ):
        raise Refused(_l("A role needs a name that no other role has."), "name")
    position = session.scalar(sa.select(sa.func.max(Role.position))) or 0
    role = Role(name=f"role-{position + 1}-{label.casefold()[:40]}", label=label, position=position + 1)
    session.add(role)
    session.flush()
    if like is not None and not like.is_admin:
        set_grants(session, role, grants_of(session, like))
        set_stage_grants(session, role, stage_grants_of(session, like))
    forget(session)
    return role


def delete_role(session: Session, role: Role) -> None:
    """Remove a role that is not shipped and that nobody has.

    Raises:
        Refused: it is one of those.
    """
    if role.name in SHIPPED:
        raise Refused(_l("This role is part of the product; nobody needs to have it."), "shipped")
    if session.scalar(
        sa.select(sa.func.count()).select_from(user_roles).where(user_roles.c.role_id == role.id)
    ):
        raise Refused(_l("Somebody has this role: give them another first."), "in_use")
    session.delete(role)
    session.flush()
    forget(session)


def label_of(role: Role) -> Text:
    return role.label or SHIPPED.get(role.name, role.name)


def _rights_on(resource: Resource) -> list[Right]:
    beside = resource.beside is not None
    return [
        Right(resource.name, action, label, resource.is_scoped(action), beside)
        for action, label in (*ACTIONS, *resource.permissions)
    ]
