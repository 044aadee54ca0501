"""A copy of a plugin's tables as files anybody can open, written before they are removed."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.config import Config
from core.db import utcnow

BATCH = 5000


def export_tables(config: Config, connection: sa.Connection, plugin: str, tables: Iterable[str]) -> Path:
    """Write `exports/<plugin>-<moment>.zip` with one CSV per table; rows are streamed, whatever their number."""
    config.exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = config.exports / f"{plugin}-{utcnow():%Y%m%d-%H%M%S}.zip"
    draft = path.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(tables):
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                _write_table(connection, name, io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
    draft.chmod(0o600)
    return draft.rename(path)


def _write_table(connection: sa.Connection, name: str, file: io.TextIOWrapper) -> None:
    table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    columns: list[sa.ColumnClause[Any]] = [
        sa.literal_column(connection.dialect.identifier_preparer.quote(each.name)) for each in table.columns
    ]
    query = sa.select(*columns).select_from(table)  # the values as they are stored, whatever type reads them
    writer = csv.writer(file)
    writer.writerow([each.name for each in table.columns])
    result = connection.execute(query, execution_options={"stream_results": True, "yield_per": BATCH})
    for rows in result.partitions():
        writer.writerows([_plain(value) for value in row] for row in rows)
    file.flush()
    file.detach()


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else value
