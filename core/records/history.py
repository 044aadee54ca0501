"""The history of records: who did what to one, when, through which door, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import utcnow
from core.records.models import History
from core.resources.context import WriteContext
from core.resources.declare import Resource

BECAUSE = "because"
"""Key of an entry's changes under which the rule that made it is named."""


def note(
    session: Session,
    context: WriteContext,
    resource: Resource,
    record: Any,
    action: str,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry of a business action (converted, reopened, …) into a record's history."""
    write_history(session, context, resource, [(record, action, dict(changes or {}))])


def write_history(
    session: Session,
    context: WriteContext,
    resource: Resource,
    entries: Iterable[tuple[Any, str, dict[str, Any]]],
) -> None:
    """One entry for each (record, action, changes), in one statement."""
    now, actor_id = utcnow(), actor_id_of(context)
    also = {BECAUSE: context.because} if context.because else {}
    rows = [
        {
            "resource": resource.name,
            "record_id": record.id,
            "at": now,
            "actor_id": actor_id,
            "action": action,
            "source": context.source,
            "changes": {**changes, **also},
        }
        for record, action, changes in entries
    ]
    if rows:
        session.execute(sa.insert(History), rows)


def told_changes(
    resource: Resource, changes: Mapping[str, list[Any]], context: WriteContext
) -> dict[str, Any]:
    """Changes in the API's form, as history and events carry them."""
    found = {}
    for name, (old, new) in changes.items():
        kind = resource.field(name).kind
        found[name] = [kind.json(old, context.formats), kind.json(new, context.formats)]
    return found


def actor_id_of(context: WriteContext) -> int | None:
    """Who is written down as having done it; None is the system."""
    return context.actor.user_id if context.actor else None
