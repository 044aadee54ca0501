"""How long records stay in each step of their path: a row for every stretch of time, written whatever the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import utcnow
from core.resources.context import Draft, WriteContext

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whoever was allowed to write a record was allowed its passages, also where that gave it to somebody else."""

MOVED = "moved"
"""Option of a draft whose record gets another step."""


@dataclass(frozen=True)
class Passages:
    """The table of the stretches that records of one resource spent in its steps.

    Args:
        model: has `since` and `until` (None: while it is there), `parent` (the record's id) and `step` (the status's).
        parent, step: names of those two attributes; a record has the latter too, and since when as `since`.
        values: the model of the list of steps.
        since: the record's attribute.
    """

    model: type[Any]
    parent: str
    step: str
    values: type[Any]
    since: str

    def keep(self, written: Sequence[tuple[Any, Draft]], context: WriteContext) -> None:
        """Open a stretch for each new record, and the next one for each that got another step (`after_all`)."""
        self._begin(context.session, [record for record, draft in written if draft.is_new])
        moved = [record for record, draft in written if not draft.is_new and draft.options.get(MOVED)]
        if moved:
            self.move(context.session, moved)

    def start_clock(self, record: Any, draft: Draft, context: WriteContext) -> None:
        """A new step starts its own clock (`before_write`)."""
        if not draft.is_new and sa.inspect(record).attrs[self.step].history.has_changes():
            setattr(record, self.since, utcnow())
            draft.options[MOVED] = True

    def move(self, session: Session, records: Sequence[Any]) -> None:
        """End the open stretches of records whose step is another now, and begin the next; three statements for all."""
        model, parent, step = self.model, self._parent, self._step
        found = session.execute(
            sa.select(parent, step).where(
                parent.in_([record.id for record in records]), model.until.is_(None)
            ),
            **UNSCOPED,
        )
        standing = {(id, step_id) for id, step_id in found}
        moved = [record for record in records if (record.id, getattr(record, self.step)) not in standing]
        if not moved:
            return
        session.execute(
            sa.update(model)
            .where(parent.in_([record.id for record in moved]), model.until.is_(None))
            .values(until=utcnow())
            .execution_options(synchronize_session=False),
            **UNSCOPED,
        )
        self._begin(session, moved)

    def spent(self, session: Session, record: Any) -> Mapping[int, timedelta]:
        """{step's id: how long the record has been in it}, all its stays together."""
        now = utcnow()
        model = self.model
        found = session.execute(
            sa.select(self._step, model.since, model.until).where(self._parent == record.id)
        )
        spent: dict[int, timedelta] = {}
        for step_id, since, until in found:
            if step_id is not None:
                spent[step_id] = spent.get(step_id, timedelta()) + _length(since, until or now)
        return spent

    def last(self, session: Session, id: int, meaning: str) -> int | None:
        """The last step of this meaning that a record had."""
        model, values = self.model, self.values
        found: int | None = session.scalar(
            sa.select(self._step)
            .join(values, values.id == self._step)
            .where(self._parent == id, values.meaning == meaning)
            .order_by(model.since.desc(), model.id.desc())
            .limit(1)
        )
        return found

    @property
    def _parent(self) -> Any:
        return getattr(self.model, self.parent)

    @property
    def _step(self) -> Any:
        return getattr(self.model, self.step)

    def _begin(self, session: Session, records: Sequence[Any]) -> None:
        rows: list[dict[str, Any]] = [
            {
                self.parent: record.id,
                self.step: getattr(record, self.step),
                "since": getattr(record, self.since),
            }
            for record in records
        ]
        if rows:
            session.execute(sa.insert(self.model), rows, **UNSCOPED)


def _length(since: datetime, until: datetime) -> timedelta:
    return max(until - since, timedelta())
