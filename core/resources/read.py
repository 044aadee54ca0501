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
from core.resources.children import children_json, children_of
from core.resources.context import ChildRow
from core.resources.declare import Field, Resource


@dataclass(frozen=True)
class Stored:
    """A record as it is stored, its own columns and what lies beside them."""

    resource: Resource
    record: Any
    tags: tuple[str, ...] = ()
    sides: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    children: Mapping[str, Sequence[ChildRow]] = field(default_factory=dict)
    """The rows of its children, where they were asked for."""

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
        found: dict[str, Any] = {"id": self.id}
        found |= {each.name: each.kind.json(self.value(each), formats) for each in self.resource.fields}
        found |= children_json(self.resource, self.children, formats)
        return found | {
            "created_at": self.record.created_at.isoformat(),
            "updated_at": self.record.updated_at.isoformat(),
            "version": self.record.version,
        }


def find(session: Session, resource: Resource, id: int, *, children: bool = False) -> Stored | None:
    """The record of this id if the session's person may see it; another's is as absent as a missing one."""
    found = find_many(session, resource, [id], children=children)
    return found[0] if found else None


def find_many(
    session: Session, resource: Resource, ids: Sequence[int], *, children: bool = False
) -> list[Stored]:
    """Those of these records that the session's person may see, in order of id; three queries, however many.

    With `children` their rows too, by one more query for each child.
    """
    model = resource.model
    wanted = [id for id in ids if 0 < id < 2**63]
    if not wanted:
        return []
    records = session.scalars(sa.select(model).where(model.id.in_(wanted)).order_by(model.id)).all()
    return stored_of(session, resource, records, children=children)


def stored_of(
    session: Session, resource: Resource, records: Sequence[Any], *, children: bool = False
) -> list[Stored]:
    """Records that one has in hand, in order, with what lies beside them; as many queries as `find_many` less one."""
    seen = [record.id for record in records]
    tagged = any(isinstance(each.kind, Tags) for each in resource.fields)
    tags = tags_of(session, resource.name, seen) if tagged and seen else {}
    sides = side.load(session, resource, seen) if seen else {}
    rows = children_of(session, resource, seen) if children else {}
    for record in records:
        record._tags = tags.get(record.id, ())  # where the kind of field that tags are looks for them
    return [
        Stored(
            resource,
            record,
            tags.get(record.id, ()),
            sides,
            {name: by_record.get(record.id, ()) for name, by_record in rows.items()},
        )
        for record in records
    ]
