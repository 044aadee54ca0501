"""A role as programs read and write it: every right by name with its scope, those of single statuses too.

{"name": "salesperson", "label": "Salesperson", "administrator": false,
 "grants": {"leads": {"view": "own", …}}, "statuses": {"leads": {"view": {"3": "none"}}}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Scope
from core.access.models import Role
from core.access.roles import Right, grants_of, label_of, rights_in, set_grants
from core.access.stages import STAGE_ACTIONS, StageKey, set_stage_grants, stage_grants_of, stages_in
from core.house import House
from core.i18n import _
from core.resources.context import Refused

INHERIT = "inherit"
WORDS = {scope: scope.name.lower() for scope in Scope}
SCOPES = {word: scope for scope, word in WORDS.items()}


def role_named(session: Session, name: str) -> Role | None:
    """The role of this name; one that people made may be called by its label too."""
    found = session.scalar(sa.select(Role).where(Role.name == name))
    return found or session.scalar(sa.select(Role).where(Role.label == name, Role.label != ""))


def sheet_of(session: Session, house: House, role: Role) -> dict[str, Any]:
    """The role with every right there is, as `set_sheet` takes it."""
    stored = grants_of(session, role)
    grants: dict[str, dict[str, str]] = {}
    for right in _rights(house):
        scope = Scope.ALL if role.is_admin else stored.get((right.resource, right.action), Scope.NONE)
        grants.setdefault(right.resource, {})[right.action] = WORDS[scope]
    statuses: dict[str, dict[str, dict[str, str]]] = {}
    for (resource, action, value_id), scope in sorted(stage_grants_of(session, role).items()):
        statuses.setdefault(resource, {}).setdefault(action, {})[str(value_id)] = WORDS[scope]
    return {
        "name": role.name,
        "label": str(label_of(role)),
        "administrator": role.is_admin,
        "grants": grants,
        "statuses": statuses,
    }


def set_sheet(session: Session, house: House, role: Role, sheet: Mapping[str, Any]) -> None:
    """Set the rights that the sheet names; others stay. All or nothing.

    Raises:
        Refused: it names a right, a status or a scope that there is not, or the role is an administrator's.
    """
    known = {(right.resource, right.action): right for right in _rights(house)}
    grants = {
        (resource, action): _scope(known.get((resource, action)), f"{resource}.{action}", word)
        for resource, actions in _parts(sheet, "grants")
        for action, word in _entries(actions, resource)
    }
    wanted: dict[StageKey, Scope | None] = {}
    stages = stages_in(session, house)
    for resource, actions in _parts(sheet, "statuses"):
        ids = {str(item.id): item.id for group in stages.get(resource, ()) for item in group.items}
        for action, values in _entries(actions, resource):
            for value, word in _entries(values, f"{resource}.{action}"):
                place = f"{resource}.{action}@{value}"
                if action not in dict(STAGE_ACTIONS) or value not in ids:
                    raise _unknown(place)
                wanted[resource, action, ids[value]] = _stage_scope(known[resource, "edit"], place, word)
    set_grants(session, role, grants)
    set_stage_grants(session, role, wanted)


def _rights(house: House) -> Iterator[Right]:
    return (right for group in rights_in(house) for right in group.rights)


def _parts(sheet: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    return _entries(sheet.get(name) or {}, name)


def _entries(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise Refused(_("“%(place)s” must be an object.", place=place), "shape")
    return iter((str(key), each) for key, each in value.items())


def _scope(right: Right | None, place: str, word: Any) -> Scope:
    if right is None:
        raise _unknown(place)
    scope = SCOPES.get(word) if isinstance(word, str) else None
    if scope is None or (not right.scoped and scope not in (Scope.NONE, Scope.ALL)):
        choices = ", ".join(WORDS.values() if right.scoped else (WORDS[Scope.NONE], WORDS[Scope.ALL]))
        raise Refused(_("“%(place)s” must be one of: %(choices)s.", place=place, choices=choices), "scope")
    return scope


def _stage_scope(right: Right, place: str, word: Any) -> Scope | None:
    return None if word in (None, INHERIT) else _scope(right, place, word)


def _unknown(place: str) -> Refused:
    return Refused(_("There is no right “%(place)s”.", place=place), "unknown_right")
