"""How a database is led to the rows of a filtered list, so that any mixture of filters costs little among a million.

A list's wide index holds everything it is filtered by, in the order the list stands in: going along it answers any
mixture, and at worst the whole of it is read once. Where one of the filters has only few records, those are looked
at instead. PostgreSQL knows how often each value occurs and decides this by itself, but for what stands in rows beside
the record; SQLite does not, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor, Scope
from core.db import is_sqlite
from core.resources.criteria import NEGATIVE, Meaning
from core.resources.declare import Field, Resource

FEW = 10_000
"""So many records are sooner looked at one by one than a million entries of an index."""


def steered(
    session: Session, resource: Resource, meanings: Sequence[Meaning], sort: str, actor: Actor | None
) -> list[Any]:
    """The criteria of these filters for a list in the order of `sort`, cheap ones first."""
    ordered = sorted(_together(meanings), key=lambda each: bool(each.further))
    along = [each for each in ordered if each.is_range_of(sort)]
    others = [each for each in ordered if each not in along]
    knows = not is_sqlite(session)
    known = next((each for each in others if each.few), None)
    few = known or _fewest(session, resource, [each for each in others if each.further or not knows], actor)
    rest = [each for each in others if each is not few]
    return [
        *((_one_by_one(resource, few),) if few else ()),
        *(each.criterion for each in along),
        *(each.criterion if knows else _without_index(each) for each in rest),
    ]


def _together(meanings: Sequence[Meaning]) -> list[Meaning]:
    """A from and a to of one field are one stretch."""
    found: list[Meaning] = []
    for each in meanings:
        last = next((one for one in found if each.is_end_of(one)), None)
        if last is None:
            found.append(each)
        else:
            found[found.index(last)] = replace(last, own=sa.and_(last.own, each.own))
    return found


def has_index(resource: Resource, field: Field) -> bool:
    """Whether an index begins with this field's column."""
    wanted = {field.attribute, *(f"{field.attribute}_{tail}" for tail in ("folded", "e164"))}
    wanted |= {name for name in field.kind.attributes(field) if name.endswith("_compact")}
    return any(next(iter(index.columns)).name in wanted for index in resource.model.__table__.indexes)


def _fewest(
    session: Session, resource: Resource, meanings: Sequence[Meaning], actor: Actor | None
) -> Meaning | None:
    """The filter that the fewest records fit, if these are few; counted no further than that, by its own index.

    Who sees only their own has an index of all filters for just these, and needs none of this.
    """
    narrow = [each for each in meanings if _may_be_few(resource, each)]
    if not narrow or (actor is not None and actor.scope(resource.name, "view") is not Scope.ALL):
        return None
    asked = [
        sa.select(sa.func.count()).select_from(way.limit(FEW + 1).subquery()).scalar_subquery()
        for each in narrow
        for way in _ways(resource, each)
    ]
    counts = list(session.execute(sa.select(*asked)).one())
    found: list[tuple[int, Meaning]] = []
    for each in narrow:
        own = [counts.pop(0) for _way in _ways(resource, each)]
        found.append((sum(own), each))
    number, fewest = min(found, key=lambda each: each[0])
    return fewest if number <= FEW else None


def _may_be_few(resource: Resource, meaning: Meaning) -> bool:
    """Whether an index says which records a filter means; of one that leaves records out none does."""
    plain = meaning.field is not None and meaning.condition.operator not in NEGATIVE
    return plain and has_index(resource, meaning.field)  # type: ignore[arg-type]


def _ways(resource: Resource, meaning: Meaning) -> list[sa.Select[Any]]:
    """Ids of the records a filter means: by their own values, and by each kind of rows that hang on them."""
    return [sa.select(resource.model.id).where(meaning.own), *meaning.further]


def _one_by_one(resource: Resource, meaning: Meaning) -> Any:
    ways = _ways(resource, meaning)
    few = ways[0] if len(ways) == 1 else sa.union_all(*ways)
    return resource.model.id.in_(few.limit((FEW + 1) * len(ways)))


def _without_index(meaning: Meaning) -> Any:
    """The criterion in a form for which SQLite looks for no index."""
    return meaning.criterion.is_(sa.true())
