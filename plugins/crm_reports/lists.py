"""The values of a list as a report names them: of a list with groups those of the one group it is about."""

from __future__ import annotations

from core.api import ReferenceItem
from plugins.crm_reports.ask import Ask, Reader


def items_within(reader: Reader, ask: Ask, list_name: str) -> list[ReferenceItem]:
    """The values a report is about: all, or those of the pipeline that it is narrowed to."""
    groups = {int(value) for value in ask.filters.get(ask.report.one_of, ()) if value.isdecimal()}
    items = reader.formats.references.items(list_name)
    return [item for item in items if not groups or item.group is None or item.group in groups]


def item_title(reader: Reader, ask: Ask, list_name: str, item: ReferenceItem) -> str:
    """Its name; with its group before it where the report is about several that have values of this name."""
    return item.name if ask.report.one_of else reader.formats.references.title(list_name, item)
