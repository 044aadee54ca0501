"""Which known records a lead may go into: by what they have in common, of those the person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.api import Field, IdentityKey, Resource, Words, WriteContext, _, keys_of
from plugins.crm_leads.conversion.declare import Asking, Suggestion

MOST = 5
BATCH = 500


def suggest_by_identity(
    resource_name: str, fits: Callable[[Any], bool]
) -> Callable[[Sequence[Asking], WriteContext], Sequence[Sequence[Suggestion]]]:
    """Suggestions of records of a resource that share a document, an e-mail, a phone or a name with what is taken."""

    def suggest(askings: Sequence[Asking], context: WriteContext) -> Sequence[Sequence[Suggestion]]:
        resource = context.house.resources[resource_name]
        wanted = [keys_of(resource, each.taken.values, hints=True) for each in askings]
        linked = [each.source.lead.client_id for each in askings]
        holders = _holders(context, resource, wanted)
        ids = {id for found in holders.values() for id in found} | {id for id in linked if id is not None}
        records = _visible(context, resource, sorted(ids), fits)
        return [
            _ranked(context, resource, keys, linked_id, holders, records)
            for keys, linked_id in zip(wanted, linked, strict=True)
        ]

    return suggest


def _holders(
    context: WriteContext, resource: Resource, wanted: Sequence[Sequence[tuple[IdentityKey, str]]]
) -> Mapping[tuple[str, str], Sequence[int]]:
    """{(key's name, value): ids of the visible records that have it}; one query per key's attribute."""
    values: dict[str, set[str]] = defaultdict(set)
    for keys in wanted:
        for key, value in keys:
            values[key.name].add(value)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in resource.identity:
        ordered = sorted(values[key.name])
        for attribute in key.attributes if ordered else ():
            column = getattr(resource.model, attribute)
            for start in range(0, len(ordered), BATCH):
                rows = context.session.execute(
                    sa.select(column, resource.model.id)
                    .where(column.in_(ordered[start : start + BATCH]))
                    .order_by(resource.model.id)
                    .limit(BATCH * MOST * 4)
                )
                for value, id in rows:
                    if id not in found[key.name, value]:
                        found[key.name, value].append(id)
    return found


def _visible(
    context: WriteContext, resource: Resource, ids: Sequence[int], fits: Callable[[Any], bool]
) -> Mapping[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(ids), BATCH):
        wanted = sa.select(resource.model).where(resource.model.id.in_(ids[start : start + BATCH]))
        found |= {record.id: record for record in context.session.scalars(wanted) if fits(record)}
    return found


def _ranked(
    context: WriteContext,
    resource: Resource,
    keys: Sequence[tuple[IdentityKey, str]],
    linked_id: int | None,
    holders: Mapping[tuple[str, str], Sequence[int]],
    records: Mapping[int, Any],
) -> list[Suggestion]:
    why: dict[int, list[Words]] = defaultdict(list)
    names: dict[int, list[str]] = defaultdict(list)
    if linked_id is not None and linked_id in records:
        why[linked_id].append(_("Linked with this lead"))
        names[linked_id].append("linked")
    for key, value in keys:
        for id in holders.get((key.name, value), ()):
            if id in records and key.name not in names[id]:
                why[id].append(_same(context, resource, key, records[id]))
                names[id].append(key.name)
    ranks = ("linked", *(key.name for key in resource.identity))
    order = sorted(why, key=lambda id: (min(ranks.index(name) for name in names[id]), -len(names[id]), id))
    return [_suggestion(context, resource, records[id], why[id], names[id]) for id in order[:MOST]]


def _suggestion(
    context: WriteContext, resource: Resource, record: Any, why: Sequence[Words], keys: Sequence[str]
) -> Suggestion:
    return Suggestion(
        record.id,
        _text(context, resource.field(resource.title), record) or f"#{record.id}",
        _text(context, resource.field(resource.subtitle), record) if resource.subtitle else "",
        tuple(why),
        tuple(keys),
    )


def _same(context: WriteContext, resource: Resource, key: IdentityKey, record: Any) -> Words:
    """“Same document J-11721484-1”: what the record has, as it has it."""
    for attribute in key.attributes:
        name = attribute.removesuffix("_compact").removesuffix("_folded").removesuffix("_e164")
        field = next((each for each in resource.fields if each.name in (name, f"{name}_number")), None)
        text = _text(context, field, record) if field is not None else ""
        if text:
            return _("Same %(key)s: %(value)s", key=str(key.label), value=text)
    return _("Same %(key)s", key=str(key.label))


def _text(context: WriteContext, field: Field, record: Any) -> str:
    return field.kind.text(field.kind.load(record, field), context.formats)
