"""The rows that could not be taken, as a file like the one they came in, each with its number and its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.house import House
from core.i18n import _
from core.imports.models import ERROR, ImportRow, ImportRun
from core.imports.targets import labels_of
from core.imports.uploads import file_type, separator_of
from core.tabular import CsvSink, Sink, SinkColumn, XlsxSink

BATCH = 1000


def write_errors(
    session: Session, house: House, run: ImportRun, target: Path | BinaryIO, format: str = ""
) -> int:
    """Write the bad rows with the file's own columns; answers how many. `format` csv or xlsx, else as the file was."""
    kind = format or file_type(run)
    sink: Sink = XlsxSink(target) if kind == "xlsx" else CsvSink(target, separator=separator_of(run))
    names = field_labels(house, run)
    count = 0
    with sink:
        heads = [*run.headers, _("Row"), _("Reason")]
        sink.begin(_("Errors"), [SinkColumn(header) for header in heads])
        for row in bad_rows(session, run.id):
            cells = list(row.cells or ())[: len(run.headers)]
            cells += [""] * (len(run.headers) - len(cells))
            sink.row([*map(_text, cells), str(row.row), reason(row.problems or (), names)])
            count += 1
    return count


def bad_rows(session: Session, import_id: int) -> Iterator[ImportRow]:
    """All rows with errors, in order, a batch at a time."""
    last = 0
    while True:
        rows = session.scalars(
            sa.select(ImportRow)
            .where(ImportRow.import_id == import_id, ImportRow.outcome == ERROR, ImportRow.row > last)
            .order_by(ImportRow.row)
            .limit(BATCH)
        ).all()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].row


def reason(problems: Sequence[Sequence[Any]], names: dict[str, str]) -> str:
    """What is wrong with a row, as a sentence for each field."""
    return " ".join(
        _("%(name)s: %(text)s", name=names[name], text=message) if name in names else str(message)
        for name, message in problems
    )


def field_labels(house: House, run: ImportRun) -> dict[str, str]:
    """Labels of the resource's fields by name, in the reader's language."""
    resource = house.resources.get(run.resource)
    return labels_of(resource) if resource else {}


def _text(cell: Any) -> str | None:
    return None if cell in (None, "") else str(cell)
