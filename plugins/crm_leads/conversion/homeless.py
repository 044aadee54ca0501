"""A lead's own attributes that nothing it becomes has a place for: they are made there, or stay on the lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from core.api import (
    SETTINGS_RIGHT,
    AttributeValues,
    Field,
    Resource,
    Words,
    WriteContext,
    _,
    put_attribute_on,
)
from plugins.crm_leads.conversion.declare import Source, Target
from plugins.crm_leads.conversion.wish import Wish


def homeless_fields(context: WriteContext, source: Source, chosen: Sequence[Target]) -> list[Field]:
    """The attributes with a value that none of the chosen targets has."""
    resources = [context.house.resources[target.resource] for target in chosen]
    return [
        field
        for field in context.house.resources["leads"].fields
        if isinstance(field.side, AttributeValues)
        and field.name in source.values
        and not any(resource.has_field(field.name) for resource in resources)
    ]


def may_make(context: WriteContext) -> bool:
    """Whether the person may put an attribute on other records."""
    return context.actor is None or context.actor.may(*SETTINGS_RIGHT)


def wrong_attributes(
    context: WriteContext, wish: Wish, targets: Mapping[str, Target]
) -> Iterator[tuple[str, Words, str]]:
    """(name, sentence, code) of what is wished of attributes and cannot be."""
    leads = context.house.resources["leads"]
    for name, places in wish.attributes.items():
        if not leads.has_field(name) or not isinstance(leads.field(name).side, AttributeValues):
            yield name, _("There is no attribute “%(name)s”.", name=name), "unknown_attribute"
            continue
        resources = [context.house.resources[targets[place].resource] for place in places if place in targets]
        if not may_make(context) and not all(resource.has_field(name) for resource in resources):
            yield name, _("You may not put attributes on other records."), "forbidden"


def with_attributes(
    context: WriteContext, wishes: Sequence[Wish], targets: Mapping[str, Target]
) -> Mapping[str, Resource]:
    """The targets' resources as they will be with the attributes that are wished onto them."""
    found = {target.resource: context.house.resources[target.resource] for target in targets.values()}
    for name, place in _wished(wishes, targets):
        field = _field(context, name)
        if not found[place].has_field(name):
            found[place] = replace(found[place], fields=(*found[place].fields, field))
    return found


def make_places(context: WriteContext, wishes: Sequence[Wish], targets: Mapping[str, Target]) -> None:
    """Put the attributes on the resources they are wished onto. The caller commits.

    Raises:
        Refused: one cannot be there.
    """
    wanted: dict[str, set[str]] = {}
    for name, place in _wished(wishes, targets):
        if not context.house.resources[place].has_field(name):
            wanted.setdefault(name, set()).add(place)
    for name, places in wanted.items():
        side = _field(context, name).side
        assert isinstance(side, AttributeValues)
        put_attribute_on(context.session, context.house, side.attribute_id, sorted(places))


def _wished(wishes: Sequence[Wish], targets: Mapping[str, Target]) -> list[tuple[str, str]]:
    found = {
        (name, targets[place].resource): None
        for wish in wishes
        for name, places in wish.attributes.items()
        for place in places
        if place in targets
    }
    return list(found)


def _field(context: WriteContext, name: str) -> Field:
    return context.house.resources["leads"].field(name)
