"""What a person is shown of a file before it is brought in: first values, and which words the reference lists know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.fields import Formats, Reference
from core.fields.basic import clean_text
from core.resources.declare import Resource
from core.tabular import Cell, Table

WITHIN = 1000
"""So many rows are looked through."""
SAMPLES = 3
WORDS = 500


@dataclass
class Words:
    """The different words in a column that points to a reference list."""

    list: str
    known: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    samples: Sequence[Sequence[str]]
    """The first cells of each column that hold anything."""
    words: Mapping[int, Words]


def survey(table: Table, resource: Resource, mapping: Mapping[int, str], formats: Formats) -> Survey:
    """Look through the beginning of a file once."""
    samples: list[list[str]] = [[] for _header in table.headers]
    words = {
        column: Words(kind.list)
        for column, name in mapping.items()
        if resource.has_field(name) and isinstance(kind := resource.field(name).kind, Reference)
    }
    for row in table.rows():
        if row.number > WITHIN:
            break
        for column, cell in enumerate(row.cells):
            if cell == "" or (isinstance(cell, str) and cell.isspace()):
                continue
            if len(samples[column]) < SAMPLES and (text := shown(cell)) not in samples[column]:
                samples[column].append(text)
            if column in words:
                _note(words[column], clean_text(cell), formats)
    return Survey(samples, words)


def shown(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _note(words: Words, text: str, formats: Formats) -> None:
    if text in words.known or text in words.unknown or len(words.known) + len(words.unknown) >= WORDS:
        return
    references = formats.references
    if references.named(words.list, text) or (
        text.isdecimal() and len(text) < 19 and references.get(words.list, int(text))
    ):
        words.known.add(text)
    else:
        words.unknown[text] = None
