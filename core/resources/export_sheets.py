"""The further sheets of a workbook of records: each record's addresses, contact persons and attributes, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.fields import Formats, Kind, Many, RecordRef, Tags
from core.formats import reading_for
from core.i18n import _, _l
from core.resources.children.rows import in_order
from core.resources.declare import Child, Field, Resource
from core.resources.query import ListQuery, Page, fetch_page
from core.tabular import Sink, SinkColumn

BATCH = 1000
RECORD_ID = "ID"
"""Header of the records' numbers, by which a row that comes back in finds its record."""
ROW_ID = "Row ID"
"""Header of the rows' own numbers, by which a row that comes back in finds itself."""
MAIN = _l("Main")
ATTRIBUTES = "attributes"

ReaderOf = Callable[[Field, Page, Formats], Callable[[Any], Any]]
TypeOf = Callable[[Kind], Any]


def write_sheets(
    sink: Sink,
    session: Session,
    resource: Resource,
    query: ListQuery,
    formats: Formats,
    *,
    reader_of: ReaderOf,
    type_of: TypeOf,
    step: Callable[[], None],
) -> None:
    """A sheet for each child and one for the attributes, of the records that the query means, page by page.

    `step` is called between two statements.
    """
    title = resource.field(resource.title)
    record = [SinkColumn(RECORD_ID, "integer"), SinkColumn(str(title.label))]
    for child in resource.children:
        fields = [SinkColumn(str(each.label), type_of(each.kind)) for each in child.fields]
        main = [SinkColumn(str(MAIN), "boolean")] if child.has_main else []
        sink.begin(
            str(child.plural),
            [*record, SinkColumn(ROW_ID, "integer"), *main, *fields],
        )
        readers = [reader_of(each, Page((), 1, None, None), formats) for each in child.fields]
        for page in _pages(session, resource, query, [title], formats):
            names = {row.id: title.kind.sink(title.kind.load(row, title), formats) for row in page.rows}
            places = {id: place for place, id in enumerate(names)}
            rows = _rows(session, child, list(names))
            for each in child.fields:
                if isinstance(each.kind, RecordRef):
                    ids = [each.kind.load(row, each) for row in rows]
                    formats.references.know_records(each.kind.resource, ids)
            for row in sorted(rows, key=lambda row: places[row.record_id]):
                sink.row(
                    [
                        row.record_id,
                        names[row.record_id],
                        row.id,
                        *([row.is_main] if child.has_main else []),
                        *(read(row) for read in readers),
                    ]
                )
            step()
    attributes = [each for each in resource.fields if each.group == ATTRIBUTES and each.exported]
    if attributes:
        sink.begin(str(_("Attributes")), [*record, SinkColumn(_("Attribute")), SinkColumn(_("Value"))])
        for page in _pages(session, resource, query, [title, *attributes], formats):
            for row in page.rows:
                name = title.kind.sink(title.kind.load(row, title), formats)
                for field in attributes:
                    for text in _texts(field, page.value(row, field), formats):
                        sink.row([row.id, name, str(field.label), text])
            step()


def _pages(
    session: Session, resource: Resource, query: ListQuery, fields: Sequence[Field], formats: Formats
) -> Iterator[Page]:
    actor = actor_of(session)
    reading = reading_for(session, actor, formats=formats)
    cursor: str | None = ""
    while cursor is not None:
        wanted = replace(query, limit=BATCH, cursor=cursor)
        page = fetch_page(session, resource, wanted, fields, reading, actor, right="export")
        yield page
        cursor = page.next


def _rows(session: Session, child: Child, ids: Sequence[int]) -> Sequence[Any]:
    """The rows of these records, the main one first."""
    model = child.model
    names = dict.fromkeys(name for each in child.fields for name in each.kind.attributes(each))
    parent = getattr(model, child.parent)
    if child.has_main:
        names["is_main"] = None
    wanted = sa.select(model.id, parent.label("record_id"), *(getattr(model, name) for name in names))
    return session.execute(wanted.where(parent.in_(ids)).order_by(parent, *in_order(child))).all()


def _texts(field: Field, value: Any, formats: Formats) -> list[str]:
    """A line for each value of a field."""
    if value is None or isinstance(field.kind, Tags):
        return []
    if isinstance(field.kind, Many):
        return [text for each in value if (text := field.kind.one.text(each, formats))]
    text = field.kind.text(value, formats)
    return [text] if text else []
