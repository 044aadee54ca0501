"""Rows of an import as a sheet: bad ones with their wrong cells, others with the records they became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.fields import Formats, MoneyAmount
from core.i18n import Text, _, ngettext
from core.imports.error_file import field_labels, reason
from core.imports.models import ImportRow
from core.imports.web.own import OwnImport, cell_text, sheet_columns


@dataclass(frozen=True)
class SheetCell:
    column: int
    text: str
    is_wrong: bool
    is_number: bool


@dataclass(frozen=True)
class SheetRow:
    number: int
    cells: Sequence[SheetCell]
    reason: str


@dataclass(frozen=True)
class Sheet:
    """Bad rows: the heads of the columns shown, and of each row these cells."""

    heads: Sequence[tuple[Text, bool]]
    rows: Sequence[SheetRow]


@dataclass(frozen=True)
class RecordRow:
    """What became of a row that is not wrong: the record's name and address, if the reader may see it."""

    number: int
    title: str
    address: str
    resource: Text
    reason: str


def draw_sheet(step: OwnImport, rows: Sequence[ImportRow]) -> Sheet:
    troubled = {problem[0] for row in rows for problem in row.problems or ()}
    shown = sheet_columns(step.run, step.here, troubled)
    resource = step.here.resource
    labels = field_labels(step.here.house, step.run)
    numbers = {
        name
        for _column, name in shown
        if resource.has_field(name) and isinstance(resource.field(name).kind, MoneyAmount)
    }
    drawn = []
    for row in rows:
        wrong = {problem[0] for problem in row.problems or ()}
        cells = [
            SheetCell(column, cell_text(row.cells, column), name in wrong, name in numbers)
            for column, name in shown
        ]
        drawn.append(SheetRow(row.row, cells, reason(row.problems or (), {} if len(wrong) == 1 else labels)))
    return Sheet([(labels.get(name, name), name in numbers) for _column, name in shown], drawn)


def draw_records(step: OwnImport, rows: Sequence[ImportRow]) -> list[RecordRow]:
    titles = _titles(step, rows)
    labels = field_labels(step.here.house, step.run)
    resources = step.here.house.resources
    drawn = []
    for row in rows:
        title = titles.get((row.resource or "", row.record_id or 0), "")
        address = f"/{row.resource}/{row.record_id}" if title else ""
        label = resources[row.resource].label if row.resource in resources else ""
        drawn.append(
            RecordRow(row.row, title, address, label, reason(row.problems or row.warnings or (), labels))
        )
    return drawn


def summary_of(step: OwnImport, most: int = 12) -> list[tuple[str, Text, str]]:
    """What else happened: (icon, sentence, detail) of new values and of warnings, the commonest first."""
    lists, labels = step.here.house.lists, field_labels(step.here.house, step.run)
    said: list[tuple[str, Text, str]] = []
    for name, words in step.run.made.items():
        if name in lists:
            said.append(
                (
                    "plus",
                    _(
                        "New in %(list)s: %(words)s",
                        list=str(lists[name].plural),
                        words=", ".join(words[:20]),
                    ),
                    "",
                )
            )
    for name, message, rows, first in sorted(step.run.notes, key=lambda note: -note[2])[:most]:
        where = _("row %(row)s", row=first) if rows == 1 else ngettext("%(num)s row", "%(num)s rows", rows)
        said.append(
            (
                "alert-triangle",
                _("%(name)s: %(text)s", name=labels[name], text=message) if name in labels else message,
                where,
            )
        )
    if len(step.run.notes) > most:
        said.append(
            (
                "dots",
                ngettext(
                    "%(num)s more warning of another kind",
                    "%(num)s more warnings of other kinds",
                    len(step.run.notes) - most,
                ),
                "",
            )
        )
    return said


def counted(step: OwnImport, created: Mapping[str, int], formats: Formats) -> str:
    """“208 leads and 19 clients”."""
    resources = step.here.house.resources
    parts = [
        f"{count} {str(resources[name].plural if count != 1 else resources[name].label).lower()}"
        for name, count in created.items()
        if count and name in resources
    ]
    return (
        _("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
        if len(parts) > 1
        else "".join(parts)
    )


def _titles(step: OwnImport, rows: Sequence[ImportRow]) -> dict[tuple[str, int], str]:
    """Names of the rows' records, as far as the reader may see them; one query a resource."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.resource in step.here.house.resources and row.record_id is not None:
            wanted.setdefault(row.resource, set()).add(row.record_id)
    found: dict[tuple[str, int], str] = {}
    for name, ids in wanted.items():
        resource = step.here.house.resources[name]
        if not step.here.actor.may(name, "view"):
            continue
        title: Any = getattr(resource.model, resource.field(resource.title).attribute)
        for id, text in step.here.session.execute(
            sa.select(resource.model.id, title).where(resource.model.id.in_(ids))
        ):
            found[name, id] = str(text)
    return found
