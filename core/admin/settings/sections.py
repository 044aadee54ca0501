"""Saving a section of settings: what differs is kept and noted, what is emptied goes back to its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.admin.settings.inputs import is_secret
from core.declare import SettingsSection
from core.records.models import History
from core.settings import StoredSetting, encoded, save_setting, settings_of
from core.state import forget

HISTORY_RESOURCE = "settings"
HIDDEN = "•••"


def save_section(
    session: Session, section: SettingsSection, values: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """Keep the given values of a section; answers what changed, by key, as [old, new]. The caller commits."""
    settings = settings_of(session)
    changes: dict[str, list[Any]] = {}
    for each in section.settings:
        if each.name not in values:
            continue
        key, new = f"{section.name}.{each.name}", values[each.name]
        secret = is_secret(each.kind)
        if new is None and secret:
            continue  # an empty password input says "as before"
        old = settings.get(key)
        if new is None:
            new = each.default
            session.execute(sa.delete(StoredSetting).where(StoredSetting.key == key))
        elif new != old:
            save_setting(session, key, new)
        if new != old:
            changes[key] = [HIDDEN, HIDDEN] if secret else [encoded(old), encoded(new)]
    if changes:
        forget(session)
        _note(session, changes)
    return changes


def note_setting(session: Session, key: str, old: Any, new: Any) -> None:
    """Write into the history of the settings that an app has changed one with `save_setting`."""
    _note(session, {key: [encoded(old), encoded(new)]})


def _note(session: Session, changes: Mapping[str, Any]) -> None:
    actor = actor_of(session)
    session.add(
        History(
            resource=HISTORY_RESOURCE,
            record_id=0,
            actor_id=actor.user_id if actor else None,
            action="edit",
            source="page",
            changes=dict(changes),
        )
    )
    session.flush()
