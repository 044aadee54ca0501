"""Refusals in words: what a person may not do to one record, and what a draft must not do in their name."""

from __future__ import annotations

from typing import Any

from core.access.actor import MOVE, Actor, Scope
from core.access.reach import may, may_enter
from core.i18n import _
from core.resources.context import Draft, Refused, WriteContext
from core.resources.declare import Field, Resource

__all__ = ["check_scope", "may", "require_reach", "title_of"]


def require_reach(resource: Resource, record: Any, action: str, context: WriteContext) -> None:
    """Raises Refused unless the person may do `action` on this very record."""
    if not may(resource, record, action, context.actor, context.house):
        raise Refused(
            _("You may not do this to “%(record)s”.", record=title_of(resource, record)), "forbidden"
        )


def check_scope(draft: Draft, context: WriteContext) -> None:
    """Note as problems what the person may not do: create, change, give to somebody, bring into a status."""
    if context.actor is None:
        return
    if draft.is_new:
        _check_new(draft, context.actor)
    elif not may(draft.resource, draft.current, "edit", context.actor, context.house):
        draft.problem("", _("You may not change this record."), "forbidden")
        return
    else:
        _check_assignment(draft, context.actor)
    _check_move(draft, context)


def _check_new(draft: Draft, actor: Actor) -> None:
    resource, owner_field = draft.resource, draft.resource.owner_field
    scope = actor.scope(resource.name, "create")
    if scope is Scope.NONE:
        draft.problem(
            "", _("You may not create %(records)s.", records=str(resource.plural).lower()), "forbidden"
        )
    elif (
        owner_field
        and resource.is_scoped("create")
        and not actor.reaches(scope, draft.values.get(owner_field.name))
    ):
        draft.problem(owner_field.name, _("You may not give records to this person."), "forbidden")


def _check_assignment(draft: Draft, actor: Actor) -> None:
    resource, field = draft.resource, draft.resource.owner_field
    if field is None or field.name not in draft.values:
        return
    before, after = getattr(draft.current, field.attribute), draft.values[field.name]
    scope = actor.scope(resource.name, "assign")
    if resource.beside is not None:  # who may give it may give it to anybody
        within = actor.reaches(scope, before)
    else:
        within = scope is Scope.ALL or (after is not None and actor.reaches(scope, after))
    if before != after and not within:
        draft.problem(field.name, _("You may not give records to this person."), "forbidden")


def _check_move(draft: Draft, context: WriteContext) -> None:
    """A status may be closed to some people: by whatever door a record comes to it, and whether it is new or not."""
    resource, actor, field = draft.resource, context.actor, draft.resource.status_field
    if actor is None or field is None or not actor.exceptions(resource.name, MOVE):
        return
    after = draft.values.get(field.name)
    before = _beginning(draft, field, context) if draft.is_new else getattr(draft.current, field.attribute)
    if after is not None and after != before and not may_enter(actor, resource, _owner_to_be(draft), after):
        status = field.kind.text(after, context.formats)
        draft.problem(field.name, _("You may not bring records to “%(status)s”.", status=status), "forbidden")


def _beginning(draft: Draft, field: Field, context: WriteContext) -> Any:
    """The status a new record has when nobody chooses one; whoever may create may create it there."""
    path = draft.resource.path
    if path is not None and path.within:
        first = context.formats.references.default(path.list, draft.values.get(path.within))
        return first.id if first else None
    return field.default(context) if field.default is not None else None


def _owner_to_be(draft: Draft) -> int | None:
    """Whose the record is before this change; of a new one, whose it will be."""
    field = draft.resource.owner_field
    if field is None:
        return None
    owner: int | None = (
        draft.values.get(field.name) if draft.is_new else getattr(draft.current, field.attribute)
    )
    return owner


def title_of(resource: Resource, record: Any) -> str:
    """What a record is called."""
    return str(getattr(record, resource.field(resource.title).attribute) or f"{resource.label} {record.id}")
