"""By which filters of a list a report can be narrowed, and which of them somebody has set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.api import (
    AttributeValues,
    Boolean,
    Condition,
    House,
    Reference,
    Resource,
    Unreadable,
    criterion,
    filters_of,
    read_conditions,
    read_query,
)
from plugins.crm_reports.declare import Report
from plugins.crm_reports.narrowing import CHOSEN, SEARCHED, Narrowing, meant

if TYPE_CHECKING:
    from plugins.crm_reports.ask import Reader


def offered_filters(report: Report, house: House) -> list[str]:
    """The filters of the list by which a report can be narrowed, its own ones first; of several kinds of record those all have.

    The day it goes by is none of them: that is its period.
    """
    resource = house.resources[report.resource]
    others = [
        (each, house.resources[each.resource]) for each in report.beside if each.resource in house.resources
    ]
    names = dict.fromkeys((*report.filters, *filters_of(resource)))
    hidden = {report.day, report.toggle.field if report.toggle else ""}
    return [
        name
        for name in names
        if name not in hidden
        and all(
            name in report.filters or _is_alike(resource, name, other, own_name(each, name))
            for each, other in others
        )
    ]


def own_name(report: Report, name: str) -> str:
    """What a report beside another calls the other's field."""
    return dict(report.called).get(name, name)


def own_words(report: Report, narrowing: Narrowing) -> dict[str, tuple[str, ...]]:
    """A narrowing of a report in the words of one beside it."""
    found = {}
    for key, values in narrowing.items():
        name, dot, operator = key.partition(".")
        found[f"{own_name(report, name)}{dot}{operator}"] = values
    return found


def _is_alike(resource: Resource, name: str, other: Resource, own: str) -> bool:
    """Whether a field of one is the same as one of the other: the same list, the same sort of value."""
    if not resource.has_field(name) or own not in filters_of(other) or not other.has_field(own):
        return False
    one, two = resource.field(name), other.field(own)
    if isinstance(one.side, AttributeValues) or isinstance(two.side, AttributeValues):
        return False
    lists = [getattr(each.kind, "list", getattr(each.kind, "resource", "")) for each in (one, two)]
    return type(one.kind) is type(two.kind) and lists[0] == lists[1]


def read_filters(
    report: Report, reader: Reader, args: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The filters among the arguments of a list's address by which a report can be narrowed."""
    resource = reader.house.resources[report.resource]
    offered = {*offered_filters(report, reader.house), *report.narrowed_by}
    filters: dict[str, tuple[str, ...]] = {}
    for condition in read_conditions(resource, args):
        if condition.field not in offered:
            continue
        values = tuple(dict.fromkeys(condition.values))
        field = resource.field(condition.field) if resource.has_field(condition.field) else None
        if field is not None and condition.operator == "is" and isinstance(field.kind, (Reference, Boolean)):
            values = tuple(value for value in values if meant(reader, field, value) is not None)
        elif not _is_readable(reader, resource, Condition(condition.field, condition.operator, values)):
            values = ()
        if values:
            filters[condition.key] = values
    if not report.beside:
        filters |= _chosen(resource, args)
    return filters


def _chosen(resource: Resource, args: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What was typed into the search of the list, and the records chosen there one by one."""
    query = read_query(resource, {name: args[name] for name in (SEARCHED, CHOSEN) if name in args})
    found = {SEARCHED: (query.q,)} if query.q and resource.search else {}
    return found | ({CHOSEN: tuple(map(str, query.ids))} if query.ids else {})


def _is_readable(reader: Reader, resource: Resource, condition: Condition) -> bool:
    try:
        criterion(resource, condition, reader.reading, reader.actor)
    except Unreadable:
        return False
    return True
