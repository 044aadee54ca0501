"""The kinds of triggers and actions there are, this plugin's own and those of others, and their values read and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.api import (
    Actor,
    Choice,
    Field,
    House,
    Invalid,
    Many,
    Reading,
    Reference,
    Resource,
    Words,
    _,
    formats_for,
    reading_for,
)
from plugins.crm_automation.actions import ACTIONS
from plugins.crm_automation.declare import ActionKind, Place, TriggerKind, Values
from plugins.crm_automation.triggers import TRIGGERS

KIND = "kind"
"""Key of a kept trigger or action under which its kind stands."""


def triggers_of(house: House) -> dict[str, TriggerKind]:
    """All kinds of triggers by name."""
    found = {each.name: each for each in TRIGGERS}
    for _plugin, kinds in house.hooks.each("register_automation_triggers"):
        found |= {each.name: each for each in kinds}
    return found


def actions_of(house: House) -> dict[str, ActionKind]:
    """All kinds of actions by name."""
    found = {each.name: each for each in ACTIONS}
    for _plugin, kinds in house.hooks.each("register_automation_actions"):
        found |= {each.name: each for each in kinds}
    return found


def place_of(session: Session, house: House, resource: Resource, actor: Actor | None) -> Place:
    return Place(resource, house, formats_for(session, actor), session)


@dataclass(frozen=True)
class Read:
    """The values of a trigger or an action as they were read; `problems` are sentences by field."""

    kind: TriggerKind | ActionKind
    fields: Sequence[Field]
    values: Values
    problems: Mapping[str, Words]


def read_values(
    place: Place, kind: TriggerKind | ActionKind, raw: Mapping[str, Any], reading: Reading
) -> Read:
    """What somebody said, field by field; what is asked may depend on what was said before it."""
    values: dict[str, Any] = {}
    problems: dict[str, Words] = {}
    fields: Sequence[Field] = ()
    seen: set[str] = set()
    for _round in range(4):
        fields = kind.fields(place, values)
        fresh = [each for each in fields if each.name not in seen]
        if not fresh:
            break
        for each in fresh:
            seen.add(each.name)
            _read_one(each, raw.get(each.name), reading, values, problems)
    return Read(kind, fields, values, problems)


def plain_reading(session: Session) -> Reading:
    """How kept values, and those of the API, are read: nobody's habits."""
    return reading_for(session, None, decimal=".", date_order="ymd")


def kept_values(read: Read, place: Place) -> dict[str, Any]:
    """The values as a rule keeps them: in the API's form."""
    return {
        KIND: read.kind.name,
        **{each.name: each.kind.json(read.values.get(each.name), place.formats) for each in read.fields},
    }


def portable(kept: Mapping[str, Any], fields: Sequence[Field], place: Place) -> dict[str, Any]:
    """Kept values for another installation: names in place of numbers that mean something here only."""
    found: dict[str, Any] = {KIND: kept.get(KIND)}
    for each in fields:
        value = kept.get(each.name)
        if isinstance(each.kind, Reference) and isinstance(value, dict):
            found[each.name] = value.get("email") or value.get("name")
        elif isinstance(each.kind, Many) and isinstance(each.kind.one, Choice):
            one = each.kind.one
            found[each.name] = [one.text(key, place.formats) for key in value or ()]
        else:
            found[each.name] = value
    return found


def _read_one(
    field: Field, raw: Any, reading: Reading, values: dict[str, Any], problems: dict[str, Words]
) -> None:
    try:
        value = field.kind.parse(raw, field, reading)
    except Invalid as error:
        problems[field.name] = error.message
        return
    if value is None and field.default is not None and raw is None:
        value = field.default(None)  # type: ignore[arg-type]  # a value that depends on nothing
    if field.required and value in (None, "", ()):
        problems[field.name] = _("This is needed.")
    values[field.name] = value
