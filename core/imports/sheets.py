"""The other sheets of a workbook: further rows (addresses, contact persons) that name their record by its number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.imports.models import ImportRun
from core.imports.targets import header_names, words_in_all
from core.resources.declare import Child, Resource
from core.resources.export_sheets import MAIN, ROW_ID
from core.tabular import Table, TableError, XlsxFormat, fold, match_headers
from core.tabular.read_xlsx import XlsxTable

RECORD_ID = "id"
"""What a column of record numbers is mapped to: our own exports have one, by which a row finds its record again."""
RECORD_ID_NAMES = ("ID", "No.", "N.º", "N°")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Sheets:
    """What the other sheets hold, by child and record's number; `names` of the sheets that were read."""

    further: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = field(default_factory=dict)
    main: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By record's number what main rows say, under the names of the record's own fields."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Of each sheet that is read how many rows it has."""

    def __bool__(self) -> bool:
        return bool(self.names)

    def rows_of(self, number: Any) -> tuple[Mapping[str, Any], Rows]:
        """What a record of this number has there: values of its own fields, and further rows of its children."""
        key = _key(number)
        if not key or not self.names:
            return {}, {}
        rows = {child: by_record[key] for child, by_record in self.further.items() if key in by_record}
        return self.main.get(key, {}), rows


def sheets_of(path: Path, table: Table, resource: Resource, mapped: Collection[str]) -> Sheets:
    """Read the sheets beside the one that is open, as far as they are of this resource's children.

    `mapped` are the targets that the open sheet's columns have: without the record's number nothing leads to it, and
    the main rows are read only where the record's own fields do not say the same.
    """
    if not isinstance(table.format, XlsxFormat) or RECORD_ID not in mapped:
        return Sheets()
    wanted = {fold(word): child for child in resource.children for word in words_in_all(child.plural)}
    if _plain(table.format.sheet) in wanted:
        return Sheets()
    further: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    main: dict[str, dict[str, Any]] = defaultdict(dict)
    names: dict[str, int] = {}
    for name in table.format.sheets:
        child = wanted.get(_plain(name))
        if child is None or name == table.format.sheet:
            continue
        rows = _read(path, name, resource, child)
        if rows is None:
            continue
        names[name] = len(rows)
        says_main = not any(own in mapped for own in child.mirrors.values())
        for key, row in rows:
            if not row.get("is_main"):
                further[child.name][key].append(row)
            elif says_main:
                main[key].update(
                    {child.mirrors[each]: value for each, value in row.items() if each in child.mirrors}
                )
    return Sheets({name: dict(rows) for name, rows in further.items()}, dict(main), names)


def sheets_for(run: ImportRun, path: Path, table: Table, resource: Resource) -> Sheets:
    """Those of an import's own file."""
    return sheets_of(path, table, resource, set(run.mapping.values()))


def _read(path: Path, name: str, resource: Resource, child: Child) -> list[tuple[str, dict[str, Any]]] | None:
    """(record's number, row) of a sheet; None where it is none of ours."""
    try:
        table = XlsxTable(path, name)
    except TableError:
        return None
    fields = [
        (each.name, (*header_names(each), *_mirrored_names(resource, child, each.name)))
        for each in child.fields
    ]
    also = [("record", RECORD_ID_NAMES), ("id", (ROW_ID,)), ("is_main", tuple(words_in_all(MAIN)))]
    columns = match_headers(table.headers, [*also, *fields])
    if "record" not in columns.values():
        return None
    found = []
    for row in table.rows():
        raw: dict[str, Any] = {
            field: row.cells[column] for column, field in columns.items() if column < len(row.cells)
        }
        key = _key(raw.pop("record", ""))
        if key:
            raw["is_main"] = _is_yes(raw.get("is_main"))
            raw["id"] = int(number) if (number := _key(raw.get("id"))).isdecimal() else None
            found.append((key, raw))
    return found


def _mirrored_names(resource: Resource, child: Child, name: str) -> tuple[str, ...]:
    own = child.mirrors.get(name)
    return header_names(resource.field(own)) if own and resource.has_field(own) else ()


def _key(number: Any) -> str:
    text = str(number if number is not None else "").strip()
    return text.removesuffix(".0")


def _is_yes(cell: Any) -> bool:
    return cell is True or fold(str(cell)) in ("1", "true", "yes", "si", "oui", "x", "verdadero", "vrai")


def _plain(name: str) -> str:
    """A sheet's name without the number of those that go on where one was full."""
    return fold(_GOES_ON.sub("", name))


_GOES_ON = re.compile(r" \(\d+\)$")
