"""Records as a table: every field as it is stored, page by page, so that no number of records fills the memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sqlalchemy.orm import Session

from core.access.actor import Actor, actor_of
from core.fields import Choice, Date, Email, Formats, Kind, Phone, Reference, Tags
from core.formats import formats_for, reading_for
from core.house import House
from core.i18n import _
from core.resources.declare import Field, Resource
from core.resources.export_sheets import RECORD_ID, write_sheets
from core.resources.query import ListQuery, Page, fetch_page
from core.tabular import ColumnType, CsvSink, Sink, SinkColumn, XlsxSink

BATCH = 1000
FileFormat = Literal["xlsx", "csv"]
Reader = Callable[[Any], Any]


def export_to(
    target: Path | BinaryIO,
    session: Session,
    house: House,
    resource: Resource,
    query: ListQuery,
    formats: Formats,
    *,
    format: FileFormat,
    fields: Sequence[Field] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the records that a query means, in its order; answers how many.

    A workbook of everything has a sheet each for their addresses, contact persons and attributes besides.

    Args:
        target: a path, or a binary stream that is left open.
        fields: the columns; without them all that are exported, with the record's number before and its creation after.
        progress: called with the number of rows written, between two statements.
    """
    chosen = exported_fields(resource) if fields is None else list(fields)
    sink: Sink = (XlsxSink if format == "xlsx" else CsvSink)(target, zone=formats.zone)
    with sink:
        columns = [SinkColumn(str(each.label), column_type(each.kind)) for each in chosen]
        before, after = [], []
        if fields is None:
            before = [SinkColumn(RECORD_ID, "integer")]
            after = [SinkColumn(_("Created at"), "datetime")]
        sink.begin(str(resource.plural), [*before, *columns, *after])
        made = _write_rows(sink, session, resource, query, chosen, formats, fields is None, progress)
        if fields is None and format == "xlsx":
            write_sheets(
                sink,
                session,
                resource,
                query,
                formats,
                reader_of=_reader,
                type_of=column_type,
                step=lambda: progress(made) if progress is not None else None,
            )
        return made


def export_file(
    session: Session, house: House, resource: Resource, path: Path, *, columns: Sequence[str] = ()
) -> int:
    """Write all records that the session's person may export to a file, by its ending XLSX or CSV; answers how many.

    Raises:
        LookupError: a column is no field of the resource.
    """
    unknown = [name for name in columns if not resource.has_field(name)]
    if unknown:
        raise LookupError(", ".join(unknown))
    format: FileFormat = "csv" if path.suffix.lower() == ".csv" else "xlsx"
    fields = [resource.field(name) for name in columns] or None
    formats = formats_for(session, actor_of(session))
    return export_to(path, session, house, resource, ListQuery(), formats, format=format, fields=fields)


def exported_fields(resource: Resource) -> list[Field]:
    """The fields that belong to an export of everything."""
    return [each for each in resource.fields if each.exported]


def column_type(kind: Kind) -> ColumnType:
    """The type of a table's column that holds values of this kind."""
    types: dict[str, ColumnType] = {
        "money": "decimal",
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "date": "date",
        "datetime": "datetime",
    }
    return types.get(kind.sink_type, "text")


def _write_rows(
    sink: Sink,
    session: Session,
    resource: Resource,
    query: ListQuery,
    fields: Sequence[Field],
    formats: Formats,
    is_whole: bool,
    progress: Callable[[int], None] | None,
) -> int:
    actor = actor_of(session)
    reading = reading_for(session, actor, formats=formats)
    extra = ("created_at",) if is_whole else ()
    cursor, count = "", 0
    while True:
        page = _page(
            session, resource, replace(query, limit=BATCH, cursor=cursor), fields, reading, actor, extra
        )
        readers = [_reader(each, page, formats) for each in fields]
        if is_whole:
            readers = [attrgetter("id"), *readers, attrgetter("created_at")]
        for row in page.rows:
            sink.row([read(row) for read in readers])
        count += len(page.rows)
        if progress is not None:
            progress(count)
        if page.next is None:
            return count
        cursor = page.next


def _page(
    session: Session,
    resource: Resource,
    query: ListQuery,
    fields: Sequence[Field],
    reading: Any,
    actor: Actor | None,
    extra: Sequence[str],
) -> Page:
    return fetch_page(session, resource, query, fields, reading, actor, extra=extra, right="export")


def _reader(field: Field, page: Page, formats: Formats) -> Reader:
    """What reads a field's value off a row; where the kind does nothing of its own, straight from its attribute."""
    kind = field.kind
    if isinstance(kind, Tags):
        words = {id: ", ".join(names) for id, names in page.tags.items()}
        return lambda row: words.get(row.id)
    if field.side is not None:
        values = page.sides.get(field.name, {})
        return lambda row: kind.sink(values.get(row.id), formats)
    own = attrgetter(field.attribute)
    if isinstance(kind, Reference):
        names = {item.id: _word(kind.list, item, formats) for item in formats.references.items(kind.list)}
        return lambda row: names.get(own(row))
    is_plain = type(kind).load is Kind.load
    if isinstance(kind, Choice) and is_plain and type(kind).sink is Choice.sink:
        labels = {key: str(label) for key, label in kind.choices}
        return lambda row: labels.get(value := own(row), value)
    if isinstance(kind, (Date, Email, Phone)) or (is_plain and type(kind).sink is Kind.sink):
        return own
    return lambda row: kind.sink(kind.load(row, field), formats)


def _word(list_name: str, item: Any, formats: Formats) -> str:
    """The name of a value; where two have the same name, what else leads back to this one."""
    if item in formats.references.named(list_name, item.name):
        return str(item.name)
    return next(
        (key for key in item.keys if (it := formats.references.find(list_name, key)) and it.id == item.id),
        str(item.name),
    )
