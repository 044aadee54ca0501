"""Tables of imports: the file and how it is understood, and what became of each of its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import OUTLIVES, Id, Json, Model, UtcDateTime, utcnow

CREATED, UPDATED, DUPLICATE, ERROR = "created", "updated", "duplicate", "error"
REMOVED, RESTORED, KEPT = "removed", "restored", "kept"
"""What became of a created or updated row's record when the import was taken back; `KEPT` for what somebody touched since."""

MAPPING, CHECKED, RUNNING, FINISHED = "mapping", "checked", "running", "done"
UNDOING, UNDONE = "undoing", "undone"
"""States of an import: being understood, tried out, under way, over; being taken back, taken back."""

SKIP, UPDATE, FILL, CREATE = "skip", "update", "fill", "create"
ON_DUPLICATE = (SKIP, FILL, UPDATE, CREATE)


JsonOrNull = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Of most rows there is nothing to say; an SQL NULL says so without being encoded."""


class ImportRun(Model):
    """One file brought in, from upload to result.

    `format` holds encoding, separator, sheet, decimal, date_order; `mapping` column number (as text) → field name;
    `constants` field name → raw value for rows that say nothing; `keys` what known records are recognised by (None: by
    all there are); `position` the last row that is done; `counts` as the command
    prints them, `checked` those of the dry run; `made` the new reference values by list; `notes` the warnings, as
    [field, message, rows, first row]. A row of the file is done in the same transaction that moves `position`.
    """

    __tablename__ = "core_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(255))
    stored: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    job_id: Mapped[int | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(20), default=MAPPING)
    format: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    mapping: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    constants: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    on_duplicate: Mapped[str] = mapped_column(String(10), default=SKIP)
    keys: Mapped[list[str] | None] = mapped_column(JsonOrNull)
    new_values: Mapped[list[str]] = mapped_column(Json, default=list)
    headers: Mapped[list[str]] = mapped_column(Json, default=list)
    rows_total: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    checked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    made: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class ImportRow(Model):
    """What became of one row; the key keeps any row from being brought in twice.

    `problems` and `warnings` are [field, message] pairs, `cells` the row as it stood in the file (bad rows only).
    """

    __tablename__ = "core_import_row"
    __table_args__ = (Index("ix_core_import_row_outcome", "import_id", "outcome", "row"), OUTLIVES)

    import_id: Mapped[int] = mapped_column(
        Id, ForeignKey("core_import.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(10))
    resource: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(Id)
    problems: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    warnings: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    cells: Mapped[list[Any] | None] = mapped_column(JsonOrNull)


class ImportChange(Model):
    """What a record was like before a row of an import changed it: {field: value as the API writes it}, to be put back."""

    __tablename__ = "core_import_change"
    __table_args__ = OUTLIVES

    import_id: Mapped[int] = mapped_column(
        Id, ForeignKey("core_import.id", ondelete="CASCADE"), primary_key=True
    )
    resource: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, primary_key=True)
    row: Mapped[int] = mapped_column()
    before: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    version: Mapped[int] = mapped_column()


class ImportMapping(Model):
    """How the columns of files with these headers were understood last time: header → field name, '' for none."""

    __tablename__ = "core_import_mapping"
    __table_args__ = (UniqueConstraint("resource", "headers"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    headers: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
