"""When people last did something about a record, and when first: kept on it by what lies beside it, however that changes.

A resource declares the attributes (`Touched`), another whose records lie beside it the moment (`Beside.at`). Who writes
such records calls `keep`; deleting, taking back, merging and handing over do so here in the host.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from core.access.places import Place, place_of
from core.db import utcnow
from core.fields import DateTime
from core.i18n import _l, ngettext
from core.resources.declare import Field, Filter, Resource

if TYPE_CHECKING:
    from core.house import House

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""When somebody dealt with a record is so whoever did it; the record is the writer's to see."""
BATCH = 500
DAYS = (3, 7, 14, 30, 60, 90)
"""Offered as “no interaction for so many days”; an address may name any number."""
NEVER = "never"
LAST_TOUCH, FIRST_TOUCH = "last_touch", "first_touch"

Moments = Mapping[int, datetime]


def keep(session: Session, house: House, places: Iterable[Place], *, first_stays: bool = False) -> None:
    """Make these records say when they were last and first dealt with; the caller commits, and has flushed.

    With `first_stays` an earlier first moment is left: that of a lead whose interactions went on with its client.
    """
    by_resource: dict[str, set[int]] = defaultdict(set)
    for name, id in places:
        if name is not None and id is not None:
            by_resource[name].add(id)
    for name in sorted(by_resource):
        resource = house.resources.get(name)
        if resource is None or resource.touched is None or not _touching(house):
            continue
        ids = sorted(by_resource[name])
        for start in range(0, len(ids), BATCH):
            _keep(session, house, resource, ids[start : start + BATCH], first_stays)


def places_touched(resource: Resource, records: Sequence[Any]) -> list[Place]:
    """The records that these touch, to be kept right when they go or come back."""
    if resource.beside is None or not resource.beside.at:
        return []
    return [place_of(record) for record in records]


def rebuild(session: Session, house: House, names: Iterable[str]) -> None:
    """Make every record say it anew, when one of these plugins is switched on: meanwhile things may have moved."""
    if not any(each.plugin in names for each in _touching(house)):
        return
    touching = _touching(house)
    nothing = not any(session.scalar(sa.select(each.model.id).limit(1), **UNSCOPED) for each in touching)
    for resource in house.resources.values():
        if resource.touched is None:
            continue
        if nothing:  # what stood there was of tables that are gone
            names_kept = [each for each in (resource.touched.last, resource.touched.first) if each]
            own = resource.model.__table__
            some = sa.or_(*(own.c[name].isnot(None) for name in names_kept))
            session.execute(sa.update(own).where(some).values(dict.fromkeys(names_kept)), **UNSCOPED)
            continue
        for toucher in touching:
            found = (
                sa.select(toucher.model.record_id).where(toucher.model.resource == resource.name).distinct()
            )
            places = [(resource.name, id) for id in session.scalars(found, **UNSCOPED)]
            keep(session, house, places, first_stays=True)


def touched_fields(house: House, resource: Resource) -> tuple[Field, ...]:
    """What a record tells of it, while something is on that touches it."""
    if resource.touched is None or not _touching(house):
        return ()
    last = Field(
        LAST_TOUCH,
        _l("Last interaction"),
        DateTime(),
        attribute=resource.touched.last,
        writable=False,
    )
    first = Field(
        FIRST_TOUCH, _l("First answer"), DateTime(), attribute=resource.touched.first, writable=False
    )
    return (last, first) if resource.touched.first else (last,)


def untouched_filters(house: House, resource: Resource) -> tuple[Filter, ...]:
    """The filter by which lists find what nobody has dealt with for some days: `untouched=7`, `untouched=never`."""
    if resource.touched is None or not _touching(house):
        return ()
    model, attribute = resource.model, resource.touched.last

    def choices() -> Sequence[tuple[str, Any]]:
        days = [(str(each), ngettext("%(num)d day", "%(num)d days", each)) for each in DAYS]
        return [*days, (NEVER, _l("Ever"))]

    def criterion(value: str) -> Any:
        last = getattr(model, attribute)
        if value == NEVER:
            return last.is_(None)
        if not value.isdecimal() or len(value) > 5:
            return sa.false()
        moment = utcnow() - timedelta(days=int(value))
        return sa.or_(last < moment, sa.and_(last.is_(None), model.created_at < moment))

    return (Filter("untouched", _l("No interaction for"), choices, criterion),)


def _touching(house: House) -> list[Resource]:
    return [each for each in house.resources.values() if each.beside is not None and each.beside.at]


def _keep(session: Session, house: House, resource: Resource, ids: Sequence[int], first_stays: bool) -> None:
    touched = resource.touched
    assert touched is not None
    table = resource.model.__table__
    names = [each for each in (touched.last, touched.first) if each]
    own = sa.select(table.c.id, *(table.c[name] for name in names)).where(table.c.id.in_(ids))
    # who writes down another thing beside the same record waits here, and then counts this one too
    stored = session.execute(own.order_by(table.c.id).with_for_update(key_share=True), **UNSCOPED).all()
    last = _latest(session, house, resource, ids)
    first = _earliest(session, house, resource, ids) if touched.first else {}
    changed = []
    for row in stored:
        values = {touched.last: last.get(row.id)}
        if touched.first:
            known = row._mapping[touched.first] if first_stays else None
            values[touched.first] = min(filter(None, (known, first.get(row.id))), default=None)
        if any(row._mapping[name] != value for name, value in values.items()):
            changed.append((row.id, values))
    if not changed:
        return
    update = sa.update(table).where(table.c.id == sa.bindparam("row"))
    update = update.values({name: sa.bindparam(f"new_{name}") for name in names})
    told = [{"row": id, **{f"new_{name}": value for name, value in each.items()}} for id, each in changed]
    session.execute(update, told, **UNSCOPED)
    for id, values in changed:
        record = session.identity_map.get(identity_key(resource.model, id))
        for name, value in values.items() if record is not None else ():
            set_committed_value(record, name, value)


def _latest(session: Session, house: House, resource: Resource, ids: Sequence[int]) -> Moments:
    found: dict[int, datetime] = {}
    for toucher in _touching(house):
        for id, moment in _moments(session, toucher, resource, ids, sa.func.max):
            found[id] = max(found.get(id, moment), moment)
    return found


def _earliest(session: Session, house: House, resource: Resource, ids: Sequence[int]) -> Moments:
    found: dict[int, datetime] = {}
    for toucher in _touching(house):
        beside = toucher.beside
        answers = [beside.answers()] if beside is not None and beside.answers is not None else []
        for id, moment in _moments(session, toucher, resource, ids, sa.func.min, *answers):
            found[id] = min(found.get(id, moment), moment)
    return found


def _moments(
    session: Session, toucher: Resource, resource: Resource, ids: Sequence[int], which: Any, *criteria: Any
) -> Iterator[tuple[int, datetime]]:
    model, beside = toucher.model, toucher.beside
    assert beside is not None
    wanted = sa.select(
        model.record_id, which(getattr(model, beside.at), type_=getattr(model, beside.at).type)
    )
    wanted = wanted.where(model.resource == resource.name, model.record_id.in_(ids), *criteria)
    for row in session.execute(wanted.group_by(model.record_id), **UNSCOPED):
        yield row[0], row[1]
