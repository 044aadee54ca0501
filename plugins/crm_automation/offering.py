"""What triggers and actions offer to choose from: fields, statuses, people."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import Choice, Field, Many, ReferenceItem, Words
from plugins.crm_automation.declare import Place

USERS = "users"
FILES, TAGS = "file", "tags"
"""Names of kinds of fields that no rule sets or waits for as others."""


def people_choice(place: Place) -> Many:
    """Several people, each by their number."""
    items = place.formats.references.items(USERS)
    return Many(Choice(tuple((str(item.id), item.name) for item in items if item.active)))


def steps_choice(place: Place) -> Many:
    """Several statuses of the resource's path, and what they mean: `~won`."""
    return Many(Choice((*meanings(place), *step_choices(place))))


def step_choices(place: Place) -> tuple[tuple[str, Words], ...]:
    items = path_items(place)
    return tuple((str(item.id), _titled(place, item)) for item in items)


def meanings(place: Place) -> tuple[tuple[str, Words], ...]:
    """What the statuses of the path mean, as far as there are any of that meaning."""
    path = place.resource.path
    declared = place.house.lists.get(path.list) if path is not None else None
    if declared is None:
        return ()
    used = {item.meaning for item in path_items(place)}
    return tuple((f"~{key}", label) for key, label in declared.meanings if key in used)


def path_items(place: Place) -> Sequence[ReferenceItem]:
    path = place.resource.path
    return [item for item in place.formats.references.items(path.list) if item.active] if path else []


def field_choice(fields: Sequence[Field]) -> Choice:
    return Choice(tuple((each.name, each.label) for each in fields))


def own_steps(place: Place) -> set[str]:
    """Names of the fields that have a trigger and an action of their own: status, owner, tags."""
    resource = place.resource
    special = (resource.status_field, resource.owner_field, resource.tag_field)
    return {each.name for each in special if each is not None}


def plain_fields(place: Place, *, writable: bool = False) -> list[Field]:
    """The fields a rule can wait for or, if `writable`, set."""
    special = own_steps(place)
    return [
        each
        for each in place.resource.fields
        if each.name not in special
        and each.kind.name not in (FILES, TAGS)
        and (each.writable or not writable)
    ]


def label_of(place: Place, name: str) -> str:
    """The label of a field; its name where it is gone."""
    return str(place.resource.field(name).label) if place.resource.has_field(name) else name


def _titled(place: Place, item: ReferenceItem) -> str:
    path = place.resource.path
    return place.formats.references.title(path.list, item) if path is not None else item.name
