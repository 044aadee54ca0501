"""Records that a history tells of (what a lead became): named and linked for readers who may see them, else left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.fields import Formats


def know_pointed(entries: Iterable[Mapping[str, Any]], formats: Formats) -> None:
    """Read the names of all records that these changes point to, in one query per kind."""
    wanted: dict[str, set[int]] = {}
    for changes in entries:
        for pair in changes.values():
            for value in pair if isinstance(pair, list) else ():
                if is_pointer(value):
                    wanted.setdefault(value["resource"], set()).add(value["id"])
    for resource, ids in wanted.items():
        formats.references.know_records(resource, ids)


def is_pointer(value: Any) -> bool:
    """Whether a value of a history names a record: `{"resource": "clients", "id": 12, "name": …}`."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("resource"), str)
        and isinstance(value.get("id"), int)
    )


def pointed_text(value: Mapping[str, Any], formats: Formats) -> tuple[str, str]:
    """(what the record is called now, its place `clients/12`); nothing of one that is gone, or not the reader's to see."""
    name = formats.references.record_name(value["resource"], value["id"])
    return (name, f"{value['resource']}/{value['id']}") if name else ("", "")
