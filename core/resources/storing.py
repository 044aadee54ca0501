"""What writing does once a draft is in order: set its values, keep tags, history and search, tell who must hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.assignment.giving import give_out, log_by_hand, taken
from core.assignment.words import GIVEN
from core.db import is_sqlite, utcnow
from core.events import RecordChanged, RecordCreated
from core.fields.references import Tags
from core.i18n import _
from core.notifications.watch import tell_of_changes, tell_of_new
from core.outbox import announce
from core.records.history import actor_id_of, told_changes, write_history
from core.records.tags import set_tags, tags_of
from core.resources import search
from core.resources.context import Draft, WriteContext
from core.resources.declare import Field, Resource
from core.resources.written import Written

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whether a record is still there is so for everybody; that the writer may see it was asked before."""
DEED = "deed"
"""Option of a draft: (action, what to tell besides) under which history has the change, in place of “changed”."""


def new_record(draft: Draft, context: WriteContext) -> Any:
    """A record with the draft's values, not yet stored."""
    record = draft.resource.model()
    record.created_by_id = actor_id_of(context)
    for field in draft.resource.own_fields:
        value = draft.values.get(field.name)
        if value is not None:
            for attribute, kept in field.kind.store(value, field).items():
                setattr(record, attribute, kept)
    return record


def change_record(draft: Draft) -> dict[str, list[Any]]:
    """Set what differs on the stored record; answers {field: [old, new]}."""
    record = draft.current
    changes: dict[str, list[Any]] = {}
    for field in draft.resource.own_fields:
        if field.name not in draft.values or isinstance(field.kind, Tags):
            continue
        old, new = field.kind.load(record, field), draft.values[field.name]
        if old != new:
            changes[field.name] = [old, new]
            for attribute, value in field.kind.store(new, field).items():
                setattr(record, attribute, value)
    return changes


def take_steps_before(draft: Draft, record: Any, context: WriteContext) -> None:
    """What the resource and the plugins do with a record before it is flushed; a plugin that fails ends the write."""
    for step in draft.resource.before_write:
        step(record, draft, context)
    if context.house.hooks.has("before_save"):
        for _plugin, _value in context.house.hooks.strict(
            "before_save", resource=draft.resource, record=record, draft=draft, context=context
        ):
            pass


def hold_places(pairs: Sequence[tuple[Draft, Any]], context: WriteContext) -> None:
    """Keep the records beside which these come to lie from being deleted before that is committed.

    A draft whose record has been deleted since it was read has a problem then.
    """
    session, placed = context.session, [pair for pair in pairs if _is_placed(pair[0])]
    if not placed or is_sqlite(session):  # there one writes at a time
        return
    wanted: dict[str, set[int]] = {}
    for _draft, record in placed:
        if record.resource in context.house.resources and record.record_id is not None:
            wanted.setdefault(record.resource, set()).add(record.record_id)
    for name in sorted(wanted):
        own = context.house.resources[name].model.__table__
        rows = sa.select(own.c.id).where(own.c.id.in_(wanted[name])).order_by(own.c.id)
        held = set(session.scalars(rows.with_for_update(read=True, key_share=True), **UNSCOPED))
        for draft, record in placed:
            beside = draft.resource.beside_field
            if beside is not None and record.resource == name and record.record_id not in held:
                said = _("There is no “%(value)s”.", value=record.record_id)
                draft.problem(beside.name, said, "unknown_value")


def _is_placed(draft: Draft) -> bool:
    """Whether this write says beside which record something lies."""
    beside = draft.resource.beside_field
    return beside is not None and (draft.is_new or beside.name in draft.values)


def store_new(resource: Resource, fresh: Sequence[tuple[Draft, Any]], context: WriteContext) -> None:
    """Keep what stands beside new records, give them to whom the rules say, and tell of them."""
    if not fresh:
        return
    session, tag_field = context.session, resource.tag_field
    tags = {record.id: _tags(draft, tag_field) for draft, record in fresh}
    set_tags(session, resource.name, {id: words for id, words in tags.items() if words}, fresh=True)
    given = give_out(resource, fresh, context)
    search.index(
        session,
        resource,
        ((record, tags[record.id]) for _draft, record in fresh),
        children=any(draft.children for draft, _record in fresh),
    )
    entries = [(record, "created", dict(given.get(record.id, {}))) for _draft, record in fresh]
    write_history(session, context, resource, entries)
    tell_of_new(context, resource, [record for _draft, record in fresh], by_rule=taken(given))
    if context.house.hooks.has("after_commit"):
        for _draft, record in fresh:
            announce(
                session,
                RecordCreated(utcnow(), actor_id_of(context), resource.name, record.id, context.source),
            )


def store_changed(
    resource: Resource, changed: Sequence[tuple[Draft, dict[str, list[Any]]]], context: WriteContext
) -> list[Written]:
    """Keep what stands beside changed records and how they changed, and tell of it; answers what really changed."""
    session, tag_field = context.session, resource.tag_field
    if not changed:
        return []
    before = tags_of(session, resource.name, [draft.current.id for draft, _changes in changed])
    new_tags: dict[int, tuple[str, ...]] = {}
    entries: list[tuple[Any, str, dict[str, Any]]] = []
    given: list[tuple[Any, Mapping[str, Any], Mapping[str, Any]]] = []
    stories: list[tuple[Any, str, dict[str, Any]]] = []
    for draft, changes in changed:
        record = draft.current
        old_tags = before.get(record.id, ())
        if (
            tag_field
            and tag_field.name in draft.values
            and set(draft.values[tag_field.name]) != set(old_tags)
        ):
            new_tags[record.id] = draft.values[tag_field.name]
            changes[tag_field.name] = [old_tags, new_tags[record.id]]
        told = told_changes(resource, changes, context) | draft.options.get("side_changes", {})
        told |= draft.child_changes
        action, also = draft.options.get(DEED, ("changed", {}))
        if told or also:
            record.version += 1
            record.updated_at = utcnow()
            entries.append((record, action, told | also))
            reason = draft.options.get(GIVEN)
            given.append((record, told, reason or {}))
            stories.append((record, action, told | also | ({GIVEN: reason} if reason else {})))
    set_tags(session, resource.name, new_tags)
    session.flush()
    touched = [record for record, _action, _told_changes in entries]
    search.index(
        session,
        resource,
        ((record, new_tags.get(record.id, before.get(record.id, ()))) for record in touched),
        fresh=False,
    )
    write_history(session, context, resource, stories)
    log_by_hand(resource, given, context)
    tell_of_changes(context, resource, [(record, told) for record, _action, told in entries])
    for record, _action, told in entries:
        announce(
            session,
            RecordChanged(
                utcnow(),
                actor_id_of(context),
                resource.name,
                record.id,
                context.source,
                {name: (old, new) for name, (old, new) in told.items()},
            ),
        )
    return [Written(record, changes=told) for record, _action, told in entries]


def _tags(draft: Draft, tag_field: Field | None) -> tuple[str, ...]:
    return tuple(draft.values.get(tag_field.name) or ()) if tag_field else ()
