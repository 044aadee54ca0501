"""How a file is understood before anything of it is brought in: which column is which field, and how values are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import utcnow
from core.fields import Choice
from core.house import House
from core.i18n import _
from core.imports.models import ImportMapping, ImportRun
from core.imports.sheets import RECORD_ID, RECORD_ID_NAMES
from core.imports.targets import header_names, match_further, targets_of, words_in_all, writable_fields
from core.resources.declare import Resource
from core.tabular import CsvFormat, Table, ValueFormat, fold, match_headers, open_table, sniff_values


@dataclass(frozen=True)
class Plan:
    """A file and what is to be made of it."""

    mapping: Mapping[int, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: ValueFormat = field(default_factory=lambda: ValueFormat("dmy", ","))


def guess_plan(resource: Resource, table: Table, default: ValueFormat) -> Plan:
    """Match the headers to fields and tell from samples how numbers and dates are written."""
    mapping: dict[int, str] = {}
    constants: dict[str, Any] = {}
    if resource.infer_import is not None:
        for column, (name, also) in resource.infer_import(table.headers).items():
            if name not in mapping.values():
                mapping[column] = name
                constants.update(also)
    for column, name in match_further(table.headers, resource).items():
        if column not in mapping and name not in mapping.values():
            mapping[column] = name
    left = {index: header for index, header in enumerate(table.headers) if index not in mapping}
    names = [
        (each.name, header_names(each))
        for each in writable_fields(resource)
        if each.name not in mapping.values()
    ]
    matched = match_headers(list(left.values()), [*names, (RECORD_ID, RECORD_ID_NAMES)])
    positions = list(left)
    mapping.update({positions[index]: name for index, name in matched.items()})
    _leave_foreign_numbers(table, mapping)
    _leave_foreign_words(table, resource, mapping)
    constants = {name: value for name, value in constants.items() if name not in mapping.values()}
    return Plan(mapping, constants, sniff_values(table.samples(20), default))


def plan_for(session: Session, resource: Resource, table: Table, default: ValueFormat) -> Plan:
    """What was made of a file with these headers last time, else a guess.

    What was made of it among other records (clients instead of leads) counts where the field is there too.
    """
    guessed = guess_plan(resource, table, default)
    names = targets_of(resource).keys() | {RECORD_ID}
    known = _remembered(session, resource, table.headers)
    mapping: dict[int, str] = {}
    if known is None:
        known = _remembered_elsewhere(session, resource, table.headers)
        if known is None:
            return guessed
        mapping = {
            index: name for index, name in guessed.mapping.items() if _is_open(known, table, index, names)
        }
    for index, header in enumerate(table.headers):
        name = known.mapping.get(header)
        if name in names and name not in mapping.values():
            mapping[index] = str(name)
    constants = {name: value for name, value in guessed.constants.items() if name not in mapping.values()}
    return Plan(mapping, constants, guessed.values)


def remember(
    session: Session, resource: Resource, headers: Sequence[str], mapping: Mapping[int, str]
) -> None:
    """Keep for the next file with these headers which column is which field; the caller commits."""
    known = _remembered(session, resource, headers)
    if known is None:
        known = ImportMapping(resource=resource.name, headers=_headers_key(headers))
        session.add(known)
    known.mapping = {header: mapping.get(index, "") for index, header in enumerate(headers)}
    known.used_at = utcnow()


def named_mapping(resource: Resource, headers: Sequence[str], wanted: Mapping[str, str]) -> dict[int, str]:
    """A mapping given by names, header → field ('' for none), as column numbers.

    Raises:
        LookupError: a header is not in the file, or a field is none of the resource's.
    """
    places = {fold(header): index for index, header in enumerate(headers)}
    names = targets_of(resource).keys() | {RECORD_ID}
    mapping: dict[int, str] = {}
    for header, name in wanted.items():
        if fold(header) not in places:
            raise LookupError(_("The file has no column “%(name)s”.", name=header))
        if name and name not in names:
            raise LookupError(_("There is no field “%(name)s”.", name=name))
        mapping[places[fold(header)]] = name
    return {index: name for index, name in mapping.items() if name}


def set_choices(
    run: ImportRun, resource: Resource, keys: Sequence[str] | None, constants: Mapping[str, str] | None
) -> None:
    """Note what records are recognised by, and what rows get that say nothing themselves.

    Raises:
        LookupError: there is no such key or field.
    """
    known = [RECORD_ID, *(key.name for key in resource.identity)]
    for key in keys or ():
        if key not in known:
            raise LookupError(_("Records can be recognised by: %(known)s.", known=", ".join(known)))
    fields = {each.name for each in writable_fields(resource)}
    for name in constants or ():
        if name not in fields:
            raise LookupError(_("There is no field “%(name)s”.", name=name))
    if keys is not None:
        run.keys = list(keys)
    if constants:
        run.constants = {**run.constants, **constants}


def open_run(run: ImportRun, folder: Path) -> Table:
    """The file of an import, read as the import says. Raises TableError."""
    return open_table(
        folder / run.stored,
        filename=run.filename,
        encoding=run.format.get("encoding"),
        separator=run.format.get("separator"),
        sheet=run.format.get("sheet"),
    )


def format_of(table: Table, values: ValueFormat) -> dict[str, Any]:
    """What was found out about a file, as an import keeps it."""
    known: dict[str, Any] = {"decimal": values.decimal, "date_order": values.date_order}
    if isinstance(table.format, CsvFormat):
        return known | {"encoding": table.format.encoding, "separator": table.format.separator}
    return known | {"sheet": table.format.sheet}


def _leave_foreign_numbers(table: Table, mapping: dict[int, str]) -> None:
    """A column of numbers that are not ours (of another program, with letters) names no record here."""
    column = next((column for column, name in mapping.items() if name == RECORD_ID), None)
    if column is not None and not all(str(cell).strip().isdecimal() for cell in table.samples(5)[column]):
        del mapping[column]


def _leave_foreign_words(table: Table, resource: Resource, mapping: dict[int, str]) -> None:
    """A column of fixed choices of which the file says none is another one of the same name."""
    samples: list[list[Any]] | None = None
    for column, name in list(mapping.items()):
        kind = resource.field(name).kind if resource.has_field(name) else None
        if not isinstance(kind, Choice):
            continue
        samples = samples or table.samples(20)
        known = {fold(word) for key, label in kind.choices for word in (key, *words_in_all(label))}
        known |= {fold(word) for word, _key in kind.words}
        if samples[column] and not any(fold(str(cell)) in known for cell in samples[column]):
            del mapping[column]


def _remembered(session: Session, resource: Resource, headers: Sequence[str]) -> ImportMapping | None:
    return session.scalars(
        sa.select(ImportMapping).where(
            ImportMapping.resource == resource.name, ImportMapping.headers == _headers_key(headers)
        )
    ).first()


def _remembered_elsewhere(
    session: Session, resource: Resource, headers: Sequence[str]
) -> ImportMapping | None:
    return session.scalars(
        sa.select(ImportMapping)
        .where(ImportMapping.resource != resource.name, ImportMapping.headers == _headers_key(headers))
        .order_by(ImportMapping.used_at.desc())
    ).first()


def _is_open(known: ImportMapping, table: Table, index: int, names: Collection[str]) -> bool:
    """Whether nobody has said anything of a column that could hold here."""
    said = known.mapping.get(table.headers[index], "")
    return said != "" and said not in names


def _headers_key(headers: Sequence[str]) -> str:
    """Files with the same columns, in whatever order, are the same sort of file."""
    return sha256("\n".join(sorted(headers)).encode()).hexdigest()


def creatable_lists(house: House, resource: Resource) -> list[str]:
    """The reference lists of this resource's fields in which an import may make new values."""
    fields = [*resource.fields, *(each for child in resource.children for each in child.fields)]
    wanted = {getattr(each.kind, "list", None) for each in fields}
    return [name for name, declared in house.lists.items() if name in wanted and declared.creatable_on_import]
