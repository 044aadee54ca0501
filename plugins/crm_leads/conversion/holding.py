"""What records hold, in the API's form: compared before and after a conversion, and when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.api import Resource, WriteContext, children_json, stored_of

VERSION = "~version"
"""Beside the fields: how often the record has changed."""

ALONE = "~alone"
"""What stands in fields of a main row where there is no such row (the usual country)."""


def what_they_hold(
    context: WriteContext, resource: Resource, records: Sequence[Any]
) -> dict[int, dict[str, Any]]:
    """{record's id: {field or child: value}}; fields that only say what a main row says are left to the rows."""
    mirrored = {own for child in resource.children for own in child.mirrors.values()}
    found: dict[int, dict[str, Any]] = {}
    for stored in stored_of(context.session, resource, records, children=True) if records else ():
        told: dict[str, Any] = {
            each.name: each.kind.json(stored.value(each), context.formats)
            for each in resource.fields
            if each.writable
        }
        rowless = {
            own
            for child in resource.children
            if not stored.children.get(child.name)
            for own in child.mirrors.values()
        }
        alone = {own: told[own] for own in rowless if told[own] is not None}
        told = {name: value for name, value in told.items() if name not in mirrored}
        told |= children_json(resource, stored.children, context.formats)
        found[stored.id] = {**told, VERSION: stored.record.version, ALONE: alone}
    return found
