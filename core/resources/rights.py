"""Whether a person may do something to one record: the grant, its scope, and what plugins have against it."""

from __future__ import annotations

from typing import Any

from core.access.actor import Scope
from core.host.dispatch import PluginError
from core.i18n import _
from core.resources.context import Draft, Refused, WriteContext
from core.resources.declare import Resource


def may(resource: Resource, record: Any, action: str, actor: Any, house: Any) -> bool:
    """Whether this person may do `action` on this record: grant, scope, and no plugin's `check_access` against it."""
    if actor is None:
        return True
    owner = getattr(record, resource.owner) if resource.owner else actor.user_id
    if not actor.reaches(actor.scope(resource.name, action), owner):
        return False
    if house.hooks.has("check_access"):
        answers = house.hooks.strict(
            "check_access", resource=resource, action=action, record=record, actor=actor
        )
        try:
            return all(answer is not False for _plugin, answer in answers)
        except PluginError as error:  # who cannot answer forbids
            house.hooks.failed(error.plugin, error.at, error.original)
            return False
    return True


def require_reach(resource: Resource, record: Any, action: str, context: WriteContext) -> None:
    """Raises Refused unless the person may do `action` on this very record."""
    if not may(resource, record, action, context.actor, context.house):
        raise Refused(
            _("You may not do this to “%(record)s”.", record=title_of(resource, record)), "forbidden"
        )


def check_scope(draft: Draft, context: WriteContext) -> None:
    """Note as problems what the person may not do: create, change, or give to somebody."""
    actor, resource = context.actor, draft.resource
    if actor is None:
        return
    owner_field = next((each for each in resource.fields if each.attribute == resource.owner), None)
    if draft.is_new:
        owner = draft.values.get(owner_field.name) if owner_field else actor.user_id
        scope = actor.scope(resource.name, "create")
        if scope is Scope.NONE:
            draft.problem(
                "", _("You may not create %(records)s.", records=str(resource.plural).lower()), "forbidden"
            )
        elif owner_field and not actor.reaches(scope, owner):
            draft.problem(owner_field.name, _("You may not give records to this person."), "forbidden")
        return
    if not may(resource, draft.current, "edit", actor, context.house):
        draft.problem("", _("You may not change this record."), "forbidden")
    elif owner_field and owner_field.name in draft.values:
        before, after = getattr(draft.current, owner_field.attribute), draft.values[owner_field.name]
        if before != after and not (
            (after is not None and actor.reaches(actor.scope(resource.name, "assign"), after))
            or actor.scope(resource.name, "assign") is Scope.ALL
        ):
            draft.problem(owner_field.name, _("You may not give records to this person."), "forbidden")


def title_of(resource: Resource, record: Any) -> str:
    """What a record is called."""
    return str(getattr(record, resource.field(resource.title).attribute) or f"{resource.label} {record.id}")
