"""The values of a list as a report names them: of a list with groups those of the one group it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.api import Actor, Field, ReferenceItem, Scope, UserRef, Words, _
from plugins.crm_reports.ask import Ask, Reader

USERS_OFFERED = 200


def items_within(reader: Reader, ask: Ask, list_name: str) -> list[ReferenceItem]:
    """The values a report is about: all, or those of the pipeline that it is narrowed to."""
    groups = {int(value) for value in ask.filters.get(ask.report.one_of, ()) if value.isdecimal()}
    items = reader.formats.references.items(list_name)
    return [item for item in items if not groups or item.group is None or item.group in groups]


def item_title(reader: Reader, ask: Ask, list_name: str, item: ReferenceItem) -> str:
    """Its name; with its group before it where the report is about several that have values of this name."""
    return item.name if ask.report.one_of else reader.formats.references.title(list_name, item)


def values_of(reader: Reader, ask: Ask, field: Field) -> Sequence[tuple[str, Words, str]]:
    """Value, word and hue of everything the filter can be."""
    kind: Any = field.kind
    items = [item for item in items_within(reader, ask, kind.list) if item.active]
    if isinstance(kind, UserRef):
        scope = reader.actor.scope(ask.resource.name, "view") if reader.actor is not None else Scope.ALL
        reached = [item for item in items if _reaches(reader.actor, scope, item.id)][:USERS_OFFERED]
        special = [("~me", _("Me"), ""), ("~team", _("My team"), "")] if reader.actor is not None else []
        return [*special, *((str(item.id), item.name, "") for item in reached), ("~empty", _("Nobody"), "")]
    declared = reader.house.lists.get(kind.list)
    used = {item.meaning for item in items}
    meanings = [
        (f"~{key}", label, "") for key, label in (declared.meanings if declared else ()) if key in used
    ]
    coloured = declared is not None and declared.coloured
    return [
        *meanings,
        *(
            (str(item.id), item_title(reader, ask, kind.list, item), item.hue if coloured else "")
            for item in items
        ),
        ("~empty", _("Not filled in"), ""),
    ]


def _reaches(actor: Actor | None, scope: Scope, user_id: int) -> bool:
    return actor is None or actor.reaches(scope, user_id)


def value_words(reader: Reader, ask: Ask, field: Field, value: str) -> str:
    """What one value of a filter is called."""
    known = next((str(label) for each, label, _hue in values_of(reader, ask, field) if each == value), "")
    if known or not value.isdecimal():
        return known or value
    kind: Any = field.kind
    item = reader.formats.references.get(kind.list, int(value))
    return item.name if item else value
