"""The empty file to fill in: a column for each field, sheets for further rows, the words that the lists know, and notes."""

from __future__ import annotations

from io import BytesIO
from itertools import zip_longest
from typing import Literal

from core.fields import Choice, Formats, Many, Reference, UserRef
from core.i18n import _, use_language
from core.imports.sheets import RECORD_ID_NAMES
from core.imports.targets import writable_fields
from core.imports.template_notes import example, holds
from core.resources.declare import Field, Resource
from core.resources.export import column_type
from core.resources.export_sheets import MAIN
from core.tabular import CsvSink, Sink, SinkColumn, XlsxSink

WORDS = 200


def write_template(
    resource: Resource, formats: Formats, format: Literal["xlsx", "csv"], language: str
) -> bytes:
    """The template's bytes, its headers and notes in this language."""
    target = BytesIO()
    with use_language(language):
        fields = writable_fields(resource)
        sink: Sink = XlsxSink(target) if format == "xlsx" else CsvSink(target)
        with sink:
            columns = [_column(each) for each in fields]
            if isinstance(sink, XlsxSink):
                number = SinkColumn(RECORD_ID_NAMES[0], "integer")
                sink.begin(str(resource.plural), [number, *columns] if resource.children else columns)
                _write_further(sink, resource, number)
                _write_words(sink, fields, formats)
                _write_notes(sink, resource, fields, formats)
            else:
                sink.begin(str(resource.plural), columns)
    return target.getvalue()


def _column(field: Field) -> SinkColumn:
    return SinkColumn(str(field.label), column_type(field.kind))


def _write_further(sink: Sink, resource: Resource, number: SinkColumn) -> None:
    """A sheet for the rows of each child, which name their record by the number it has in the first sheet."""
    for child in resource.children:
        main = SinkColumn(str(MAIN), "boolean")
        sink.begin(str(child.plural), [number, main, *(_column(each) for each in child.fields)])


def _write_words(sink: Sink, fields: list[Field], formats: Formats) -> None:
    words = {str(each.label): found for each in fields if (found := _words_of(each, formats))}
    sink.begin(_("Known values"), [SinkColumn(label) for label in words])
    for row in zip_longest(*words.values()):
        sink.row(row)


def _write_notes(sink: Sink, resource: Resource, fields: list[Field], formats: Formats) -> None:
    """What each column holds; the last lines say how sheets hang together."""
    sink.begin(
        _("Notes"),
        [
            SinkColumn(_("Column"), width=28),
            SinkColumn(_("What it holds"), width=60),
            SinkColumn(_("Needed"), "boolean"),
            SinkColumn(_("Example"), width=28),
        ],
    )
    for each in fields:
        shown = example(each, _words_of(each, formats), formats)
        sink.row([str(each.label), holds(each), True if each.required else None, shown or None])
    for child in resource.children:
        words = _(
            "Further rows: one line each, with the number that their record has under “%(column)s” in the first sheet.",
            column=RECORD_ID_NAMES[0],
        )
        sink.row([str(child.plural), words, None, None])


def _words_of(declared: Field, formats: Formats) -> list[str]:
    kind = declared.kind.one if isinstance(declared.kind, Many) else declared.kind
    if isinstance(kind, UserRef):
        return [
            item.keys[0] if item.keys else item.name
            for item in formats.references.items(kind.list)
            if item.active
        ][:WORDS]
    if isinstance(kind, Reference):
        return [item.name for item in formats.references.items(kind.list) if item.active][:WORDS]
    if isinstance(kind, Choice):
        return [str(label) for _key, label in kind.choices]
    return []
