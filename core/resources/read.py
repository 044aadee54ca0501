"""One record with everything that is kept beside it: tags, fields of other plugins; and how the API tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.fields import Formats, Tags
from core.records.tags import tags_of
from core.resources import side
from core.resources.declare import Field, Resource


@dataclass(frozen=True)
class Stored:
    """A record as it is stored, its own columns and what lies beside them."""

    resource: Resource
    record: Any
    tags: tuple[str, ...] = ()
    sides: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.record.id)

    def value(self, declared: Field) -> Any:
        """The value of a field, wherever it is kept."""
        if isinstance(declared.kind, Tags):
            return self.tags
        if declared.side is not None:
            return self.sides.get(declared.name, {}).get(self.id)
        return declared.kind.load(self.record, declared)

    def json(self, formats: Formats) -> dict[str, Any]:
        """The record as the API gives it."""
        found = {"id": self.id}
        found |= {each.name: each.kind.json(self.value(each), formats) for each in self.resource.fields}
        return found | {
            "created_at": self.record.created_at.isoformat(),
            "updated_at": self.record.updated_at.isoformat(),
            "version": self.record.version,
        }


def find(session: Session, resource: Resource, id: int) -> Stored | None:
    """The record of this id if the session's person may see it; another's is as absent as a missing one."""
    found = find_many(session, resource, [id])
    return found[0] if found else None


def find_many(session: Session, resource: Resource, ids: Sequence[int]) -> list[Stored]:
    """Those of these records that the session's person may see, in order of id; three queries, however many."""
    model = resource.model
    wanted = [id for id in ids if 0 < id < 2**63]
    if not wanted:
        return []
    records = session.scalars(sa.select(model).where(model.id.in_(wanted)).order_by(model.id)).all()
    seen = [record.id for record in records]
    tagged = any(isinstance(each.kind, Tags) for each in resource.fields)
    tags = tags_of(session, resource.name, seen) if tagged and seen else {}
    sides = side.load(session, resource, seen) if seen else {}
    for record in records:
        record._tags = tags.get(record.id, ())  # where the kind of field that tags are looks for them
    return [Stored(resource, record, tags.get(record.id, ()), sides) for record in records]
