"""The demonstration: each app's invented records, remembered so that exactly they can be taken away again."""

from __future__ import annotations

import importlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.house import House
from core.resources.context import write_context
from core.resources.declare import Resource
from core.settings import StoredSetting, save_setting, settings_of
from core.state import forget

RECORDS = "demo.records"
"""The setting that keeps, by resource, the first and last id of what the demonstration made."""

STEP = 500


def has_demo(session: Session) -> bool:
    return bool(settings_of(session).get(RECORDS))


def create_demo(session: Session, house: House, language: str) -> dict[str, int]:
    """Have each enabled plugin that has a demonstration load it; commits. Answers the number of records by resource."""
    before = {name: _last_id(session, resource) for name, resource in house.resources.items()}
    for manifest in house.manifests.values():
        if manifest.demo:
            module, _colon, function = manifest.demo.partition(":")
            getattr(importlib.import_module(module), function)(session, language)
            session.commit()
    made: dict[str, tuple[int, int]] = {}
    for name, resource in house.resources.items():
        last = _last_id(session, resource)
        if last > before[name]:
            made[name] = (before[name] + 1, last)
    save_setting(session, RECORDS, {name: list(ids) for name, ids in made.items()})
    session.commit()
    return {name: _count(session, house.resources[name], ids) for name, ids in made.items()}


def clear_demo(session: Session, house: House) -> dict[str, int]:
    """Delete what the demonstration made, last made first; commits. Records of apps that are off stay."""
    from core.resources.write import delete

    kept = settings_of(session).get(RECORDS) or {}
    context = write_context(session, house, actor_of(session), "command")
    gone: dict[str, int] = {}
    for name in reversed(list(house.resources)):
        if name not in kept:
            continue
        resource = house.resources[name]
        first, last = kept[name]
        wanted = sa.select(resource.model).where(resource.model.id.between(first, last)).limit(STEP)
        while records := session.scalars(wanted).all():
            gone[name] = gone.get(name, 0) + delete(resource, records, context)
            session.commit()
    session.execute(sa.delete(StoredSetting).where(StoredSetting.key == RECORDS))
    forget(session)
    session.commit()
    return gone


def _last_id(session: Session, resource: Resource) -> int:
    return session.scalar(sa.select(sa.func.max(resource.model.id))) or 0


def _count(session: Session, resource: Resource, ids: tuple[int, int]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(resource.model.id.between(*ids))) or 0
