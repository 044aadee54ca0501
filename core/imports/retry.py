"""Bad rows mended in the page and brought in once more, apart from the rest of their import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.house import House
from core.imports.before import keep_changes
from core.imports.importer import Importer
from core.imports.models import ERROR, FINISHED, ImportRow, ImportRun
from core.imports.outcome import Outcome
from core.imports.plan import open_run
from core.imports.run import Counts, Notes, records_so_far, row_values
from core.imports.sheets import Sheets, sheets_for
from core.imports.survey import shown
from core.imports.uploads import folder_of
from core.tabular import Row, TableError


def retry_rows(
    session: Session,
    house: House,
    actor: Actor | None,
    run: ImportRun,
    typed: Mapping[int, Mapping[int, str]],
) -> tuple[int, int]:
    """Bring bad rows in with the cells that were typed, {row: {column: text}}; only rows in which something changed.

    Answers how many came in and how many are still wrong. The caller commits.
    """
    session.refresh(run, with_for_update=True)
    if run.state != FINISHED:  # taken back meanwhile
        return 0, 0
    rows = session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.import_id == run.id, ImportRow.outcome == ERROR, ImportRow.row.in_(list(typed)))
        .order_by(ImportRow.row)
    ).all()
    changed = [
        Row(row.row, cells) for row in rows if (cells := _mended(run, row.cells or (), typed[row.row]))
    ]
    if not changed:
        return 0, 0
    importer = Importer(session, house, actor, run, sheets=_sheets(house, run))
    importer.take_up(records_so_far(session, run.id))
    outcomes = importer.bring_in(changed)
    _keep(session, run, importer, outcomes)
    wrong = sum(each.outcome == ERROR for each in outcomes)
    return len(outcomes) - wrong, wrong


def _sheets(house: House, run: ImportRun) -> Sheets:
    """The other sheets of the file, as long as it is kept."""
    folder = folder_of(house.config)
    try:
        return sheets_for(run, folder / run.stored, open_run(run, folder), house.resources[run.resource])
    except TableError:
        return Sheets()


def _mended(run: ImportRun, cells: Sequence[Any], typed: Mapping[int, str]) -> tuple[Any, ...] | None:
    """The row's cells with what was typed, None where nothing is new. Untouched cells keep their type."""
    width = len(run.headers)
    mended = (list(cells) + [""] * width)[:width]
    new = {
        column: text
        for column, text in typed.items()
        if 0 <= column < width and text != shown(mended[column])
    }
    for column, text in new.items():
        mended[column] = text
    return tuple(mended) if new else None


def _keep(session: Session, run: ImportRun, importer: Importer, outcomes: Sequence[Outcome]) -> None:
    counts, notes = Counts.of(run.counts), Notes.of(run.notes)
    counts.add([Outcome(each.row, ERROR) for each in outcomes], -1)
    counts.add(outcomes)
    notes.add(outcomes)
    for each in outcomes:
        values = row_values(run.id, each)
        session.execute(
            sa.update(ImportRow)
            .where(ImportRow.import_id == values.pop("import_id"), ImportRow.row == values.pop("row"))
            .values(values),
            execution_options={"synchronize_session": False},
        )
    keep_changes(session, run.id, outcomes)
    run.counts, run.notes = counts.as_json(), notes.as_json()
    run.made = run.made | {name: [*run.made.get(name, ()), *values] for name, values in importer.made.items()}
