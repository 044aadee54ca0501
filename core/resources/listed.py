"""A list as a plugin's own picture of it reads it: what the filters mean, and the addresses of parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields import Formats, Reading, Reference, ReferenceItem
from core.resources.criteria import Condition, means
from core.resources.declare import Resource
from core.resources.query import ListQuery, filtered


@dataclass(frozen=True)
class Listed:
    """What a list means to whoever looks at it. `narrowed` and its kin answer a smaller list; nothing is read yet."""

    session: Session
    resource: Resource
    query: ListQuery
    reading: Reading
    actor: Actor
    address: str
    """Of the list of rows."""

    @property
    def formats(self) -> Formats:
        return self.reading.formats

    @property
    def ids(self) -> sa.Select[Any]:
        """`SELECT id` of the records, of those the reader may see."""
        model = self.resource.model
        return filtered(self.session, self.resource, self.query, self.reading, self.actor, model.id)

    @property
    def href(self) -> str:
        """Where exactly these records stand as rows."""
        pairs = self.query.arguments()
        return f"{self.address}?{urlencode(pairs)}" if pairs else self.address

    def meant(self, field: str) -> Sequence[ReferenceItem]:
        """The values of a field's list that its filters mean; all where there is no filter of it."""
        kind = self.resource.field(field).kind
        items = self.formats.references.items(kind.list if isinstance(kind, Reference) else "")
        asked = [each for each in self.query.conditions if each.field == field]
        return [item for item in items if all(means(item, each) for each in asked)]

    def of_meaning(self, field: str, meaning: str) -> Listed:
        """Those whose value of this field has a meaning, and is one that the filters mean."""
        if not any(each.field == field for each in self.query.conditions):
            return self.narrowed(Condition(field, "is", (f"~{meaning}",)))
        ids = [str(item.id) for item in self.meant(field) if item.meaning == meaning]
        return self.narrowed(Condition(field, "is", tuple(ids) or ("0",)), instead=True)

    def between(self, field: str, first: date | None, last: date | None) -> Listed:
        """Those with a day of this field from the first to the last, both included, within what its filters say."""
        given = {each.operator: each for each in self.query.conditions if each.field == field}
        firsts = [day for day in (first, self._day(given.get("from"))) if day is not None]
        lasts = [day for day in (last, self._day(given.get("to"))) if day is not None]
        kept = [each for operator, each in given.items() if operator not in ("from", "to")]
        ends = [Condition(field, "from", (max(firsts).isoformat(),))] if firsts else []
        ends += [Condition(field, "to", (min(lasts).isoformat(),))] if lasts else []
        rest = tuple(each for each in self.query.conditions if each.field != field)
        return replace(self, query=replace(self.query, conditions=(*rest, *kept, *ends), cursor=""))

    def narrowed(self, *also: Condition, instead: bool = False) -> Listed:
        """Those that also meet these conditions; `instead`: in place of the filters of the same fields."""
        named = {each.field for each in also} if instead else set()
        kept = tuple(each for each in self.query.conditions if each.field not in named)
        return replace(self, query=replace(self.query, conditions=(*kept, *also), cursor=""))

    @staticmethod
    def _day(condition: Condition | None) -> date | None:
        try:
            return date.fromisoformat(condition.values[0][:10]) if condition is not None else None
        except ValueError:
            return None
