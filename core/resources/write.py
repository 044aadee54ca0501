"""The one way records are written, whatever the door: read → check → scope → before_save → flush → history → events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from core.attributes.own_files import check_files
from core.db import is_sqlite, utcnow
from core.events import RecordDeleted
from core.fields.kind import UNCHANGED, Invalid
from core.i18n import _
from core.notifications.watch import tell_of_deletion
from core.outbox import announce
from core.records.belongings import drop_belongings
from core.records.history import actor_id_of, write_history
from core.records.touching import keep as keep_touched
from core.records.touching import places_touched
from core.resources import search, side
from core.resources.children import read_children, settle_children, store_children
from core.resources.closing import CLOSED, why_closed
from core.resources.context import Draft, WriteContext
from core.resources.declare import Resource
from core.resources.numbering import number_new
from core.resources.rights import check_scope, require_reach, title_of
from core.resources.steps import group_read, settle_step
from core.resources.storing import (
    change_record,
    hold_places,
    new_record,
    store_changed,
    store_new,
    take_steps_before,
)
from core.resources.written import Written, tell_written


class NotValid(Exception):
    """A draft has problems; nothing was written. The problems are on `draft`."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in draft.problems))
        self.draft = draft


def read_draft(
    resource: Resource,
    raw: Mapping[str, Any],
    context: WriteContext,
    *,
    current: Any = None,
    row: int | None = None,
) -> Draft:
    """A draft from raw input by field name; fields not named stay as they are, unknown names are left alone.

    Input that cannot be read becomes a problem of its field, so that all are told at once.
    """
    draft = Draft(resource, record_id=current.id if current is not None else None, current=current, row=row)
    reading = context.reading
    reading.warnings = draft.warnings
    for field in resource.fields:
        if field.writable and field.name in raw:
            reading.inside = group_read(draft, field.name, context)
            try:
                value = field.kind.parse(raw[field.name], field, reading)
                if value is not UNCHANGED:
                    draft.values[field.name] = value
            except Invalid as error:
                draft.problem(field.name, error.message, error.code)
    if resource.children:
        read_children(draft, raw, context)
    return draft


def check_draft(draft: Draft, context: WriteContext) -> None:
    """Fill defaults, then note every rule the draft breaks: required fields, the resource's checks, plugins' rules."""
    resource = draft.resource
    troubled = {problem.field for problem in draft.problems}
    settle_children(draft, context)
    settle_step(draft, context)
    if draft.is_new:
        if told := why_closed(context.session, resource):
            draft.problem("", told, CLOSED)
        for field in resource.defaulted_fields:
            if draft.values.get(field.name) is None and field.name not in troubled:
                draft.values[field.name] = field.default(context)  # type: ignore[misc]
                draft.defaulted.add(field.name)
    check_files(draft, context)
    for check in resource.checks:
        check(draft, context)
    for field in resource.required_fields:
        if field.name not in troubled and (draft.is_new or field.name in draft.values):
            if draft.values.get(field.name) in (None, "", ()):
                draft.problem(field.name, _("This is needed."), "required")
    if not draft.is_new:
        for field in resource.kept_fields:
            if field.name in draft.values and draft.values[field.name] is None:
                draft.problem(field.name, _("This is needed."), "required")
    if context.house.hooks.has("validate_record"):
        for _plugin, _value in context.house.hooks.strict(
            "validate_record", resource=resource, draft=draft, context=context
        ):
            pass
    check_scope(draft, context)


def write_drafts(drafts: Sequence[Draft], context: WriteContext) -> list[Any]:
    """Store drafts of one resource that were checked and are in order; answers their records, in order.

    The caller commits. New and changed records may be mixed.

    Raises:
        NotValid: a draft has problems.
        PluginError: a plugin's `before_save` failed; the message names the plugin.
    """
    for draft in drafts:
        if draft.problems:
            raise NotValid(draft)
    if not drafts:
        return []
    resource = drafts[0].resource
    fresh = [(draft, new_record(draft, context)) for draft in drafts if draft.is_new]
    changed = [(draft, change_record(draft)) for draft in drafts if not draft.is_new]
    written = {id(draft): record for draft, record in fresh} | {
        id(draft): draft.current for draft, _changes in changed
    }
    for draft in drafts:
        take_steps_before(draft, written[id(draft)], context)
    session = context.session
    number_new(session, resource, [record for _draft, record in fresh])
    for step_before_all in resource.before_all:
        step_before_all([(written[id(draft)], draft) for draft in drafts], context)
    with session.no_autoflush:
        hold_places([(draft, written[id(draft)]) for draft in drafts], context)
    for draft in drafts:
        if draft.problems:
            raise NotValid(draft)
    session.add_all([record for _draft, record in fresh])
    session.flush()
    side.store(session, [(draft, written[id(draft)]) for draft in drafts], context.formats)
    store_children(resource, fresh, changed, context)
    store_new(resource, fresh, context)
    told = store_changed(resource, changed, context)
    for draft in drafts:
        for step in resource.after_write:
            step(written[id(draft)], draft, context)
    for step_of_all in resource.after_all:
        step_of_all([(written[id(draft)], draft) for draft in drafts], context)
    tell_written(resource, [*(Written(record, is_new=True) for _draft, record in fresh), *told], context)
    return [written[id(draft)] for draft in drafts]


def save(draft: Draft, context: WriteContext) -> Any:
    """Check and store one draft; answers its record. The caller commits.

    Raises:
        NotValid: the draft has problems; nothing was written.
    """
    check_draft(draft, context)
    return write_drafts([draft], context)[0]


def create(resource: Resource, raw: Mapping[str, Any], context: WriteContext) -> Any:
    """Read, check and store a new record. Raises NotValid."""
    return save(read_draft(resource, raw, context), context)


def change(resource: Resource, record: Any, raw: Mapping[str, Any], context: WriteContext) -> Any:
    """Read, check and store changes of a record; only the fields named in `raw` change. Raises NotValid."""
    return save(read_draft(resource, raw, context, current=record), context)


def delete(
    resource: Resource, records: Sequence[Any], context: WriteContext, *, is_allowed: bool = False
) -> int:
    """Remove records with all that hangs on them; answers how many. The caller commits.

    `is_allowed` says that the caller knows a right to it (taking back what made them) and works as the system.

    Raises:
        Refused: the person may not, or a plugin keeps a record.
    """
    session = context.session
    for record in records:
        if not is_allowed:
            require_reach(resource, record, "delete", context)
        if context.house.hooks.has("before_delete"):
            for _plugin, _value in context.house.hooks.strict(
                "before_delete", resource=resource, record=record, session=session
            ):
                pass
    tell_of_deletion(context, resource, records)
    ids, touched = [record.id for record in records], places_touched(resource, records)
    if not is_sqlite(session):  # whoever deletes the same now waits, and then finds nothing to delete
        there = session.scalars(
            sa.select(resource.model.id).where(resource.model.id.in_(ids)).with_for_update()
        ).all()
        if len(there) < len(set(ids)):
            raise StaleDataError(f"{resource.name} {ids} have been deleted meanwhile")
    for record in records:
        session.delete(record)
    session.flush()
    drop_belongings(session, resource.name, ids)
    keep_touched(session, context.house, touched)
    search.unindex(session, resource, ids)
    write_history(
        session,
        context,
        resource,
        [(record, "deleted", {"title": [title_of(resource, record), None]}) for record in records],
    )
    for record in records:
        announce(
            session, RecordDeleted(utcnow(), actor_id_of(context), resource.name, record.id, context.source)
        )
    return len(ids)
