"""The empty file to fill in: a column for each field, and on a second sheet the words that the lists know."""

from __future__ import annotations

from io import BytesIO
from itertools import zip_longest
from typing import Literal

from core.fields import Choice, Formats, Reference, UserRef
from core.i18n import _
from core.imports.targets import writable_fields
from core.resources.declare import Field, Resource
from core.resources.export import column_type
from core.tabular import CsvSink, Sink, SinkColumn, XlsxSink

WORDS = 200


def write_template(resource: Resource, formats: Formats, format: Literal["xlsx", "csv"]) -> bytes:
    """The template's bytes, headers in the reader's language."""
    target = BytesIO()
    fields = writable_fields(resource)
    sink: Sink = XlsxSink(target) if format == "xlsx" else CsvSink(target)
    with sink:
        sink.begin(
            str(resource.plural), [SinkColumn(str(each.label), column_type(each.kind)) for each in fields]
        )
        if isinstance(sink, XlsxSink):
            _write_words(sink, fields, formats)
    return target.getvalue()


def _write_words(sink: Sink, fields: list[Field], formats: Formats) -> None:
    words = {str(each.label): found for each in fields if (found := _words_of(each, formats))}
    sink.begin(_("Known values"), [SinkColumn(label) for label in words])
    for row in zip_longest(*words.values()):
        sink.row(row)


def _words_of(declared: Field, formats: Formats) -> list[str]:
    kind = declared.kind
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
