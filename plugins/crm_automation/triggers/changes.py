"""Triggers that happen in a write: a record is made, its status, a field, its owner or its tags change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from core.api import Field, Resource, Tags, Written, _, _l, fold
from plugins.crm_automation.declare import Place, TriggerKind, Values
from plugins.crm_automation.offering import (
    field_choice,
    label_of,
    path_items,
    people_choice,
    plain_fields,
    steps_choice,
)


def _is_new(resource: Resource, values: Values, written: Written) -> bool:
    return written.is_new


CREATED = TriggerKind(
    "created",
    _l("A record is made"),
    "circle-plus",
    words=lambda place, values: _("a record is made"),
    happens=_is_new,
)


def _status_fields(place: Place, values: Values) -> Sequence[Field]:
    steps = steps_choice(place)
    return (
        Field("from", _l("From"), steps, help=_l("Nothing chosen: from any.")),
        Field("to", _l("To"), steps, help=_l("Nothing chosen: to any.")),
    )


def _status_words(place: Place, values: Values) -> str:
    steps = steps_choice(place)
    status = place.resource.status_field
    label = str(status.label).lower() if status else ""
    before, after = (steps.text(values.get(name) or (), place.formats) for name in ("from", "to"))
    if before and after:
        return _(
            "its %(status)s changes from %(before)s to %(after)s", status=label, before=before, after=after
        )
    if after:
        return _("its %(status)s becomes %(after)s", status=label, after=after)
    if before:
        return _("its %(status)s was %(before)s and changes", status=label, before=before)
    return _("its %(status)s changes", status=label)


def _status_changes(resource: Resource, values: Values, written: Written) -> bool:
    status = resource.status_field
    if status is None or status.name not in written.changes:
        return False
    before, after = written.changes[status.name]
    return _is_among(before, values.get("from")) and _is_among(after, values.get("to"))


def _is_among(value: Any, wanted: Collection[str] | None) -> bool:
    return not wanted or (isinstance(value, dict) and str(value["id"]) in wanted)


def _with_meanings(place: Place, values: Values) -> Values:
    """A meaning stands for all statuses that have it now."""
    items = path_items(place)

    def ids(keys: Collection[str]) -> set[str]:
        meant = {str(item.id) for item in items if f"~{item.meaning}" in keys}
        return {*keys} | meant

    return {name: ids(values.get(name) or ()) for name in ("from", "to")}


STATUS = TriggerKind(
    "status",
    _l("The status changes"),
    "switch-horizontal",
    words=_status_words,
    fields=_status_fields,
    offered=lambda place: place.resource.path is not None,
    happens=_status_changes,
    ready=_with_meanings,
)


def _changed_fields(place: Place, values: Values) -> Sequence[Field]:
    known = plain_fields(place)
    asked = (Field("field", _l("Field"), field_choice(known), required=True),)
    chosen = next((each for each in known if each.name == values.get("field")), None)
    if chosen is None:
        return asked
    to = replace(
        chosen,
        name="to",
        label=_l("To"),
        attribute="to",
        required=False,
        default=None,
        help=_l("Nothing said: to any value."),
    )
    return (*asked, to)


def _changed_words(place: Place, values: Values) -> str:
    name = values.get("field") or ""
    label = label_of(place, name)
    to = next((each for each in _changed_fields(place, values) if each.name == "to"), None)
    said = to.kind.text(values.get("to"), place.formats) if to is not None else ""
    if said:
        return _("“%(field)s” becomes “%(value)s”", field=label, value=said)
    return _("“%(field)s” changes", field=label)


def _field_changes(resource: Resource, values: Values, written: Written) -> bool:
    name = str(values.get("field"))
    if name not in written.changes:
        return False
    wanted = values.get("to")
    return wanted in (None, "", []) or _same(written.changes[name][1], wanted)


def _same(told: Any, wanted: Any) -> bool:
    """Whether two values in the API's form mean the same."""
    if isinstance(told, dict) and isinstance(wanted, dict):
        return bool(told.get("id") == wanted.get("id"))
    if isinstance(told, list) and isinstance(wanted, list):
        return all(each in told for each in wanted)
    return bool(told == wanted)


CHANGED = TriggerKind(
    "changed",
    _l("A field changes"),
    "edit",
    words=_changed_words,
    fields=_changed_fields,
    happens=_field_changes,
)


def _owner_words(place: Place, values: Values) -> str:
    people = people_choice(place).text(values.get("to") or (), place.formats)
    return _("it is given to %(people)s", people=people) if people else _("it is given to somebody else")


def _owner_changes(resource: Resource, values: Values, written: Written) -> bool:
    owner = resource.owner_field
    if owner is None or owner.name not in written.changes:
        return False
    after, wanted = written.changes[owner.name][1], values.get("to")
    return not wanted or (isinstance(after, dict) and str(after.get("id")) in wanted)


OWNER = TriggerKind(
    "owner",
    _l("It is given to somebody else"),
    "user-check",
    words=_owner_words,
    fields=lambda place, values: (
        Field("to", _l("To"), people_choice(place), help=_l("Nobody chosen: to anybody.")),
    ),
    offered=lambda place: place.resource.owner_field is not None,
    happens=_owner_changes,
)


def _tag_words(place: Place, values: Values) -> str:
    tags = ", ".join(values.get("tags") or ())
    return _("it gets the tag %(tags)s", tags=tags) if tags else _("it gets a tag")


def _tag_comes(resource: Resource, values: Values, written: Written) -> bool:
    field = resource.tag_field
    if field is None or field.name not in written.changes:
        return False
    before, after = ({fold(tag) for tag in told or ()} for told in written.changes[field.name])
    wanted = {fold(tag) for tag in values.get("tags") or ()}
    return bool((after - before) & wanted) if wanted else bool(after - before)


TAG = TriggerKind(
    "tag",
    _l("It gets a tag"),
    "tag",
    words=_tag_words,
    fields=lambda place, values: (
        Field("tags", _l("Tags"), Tags(), help=_l("One of these, with commas between them; nothing: any.")),
    ),
    offered=lambda place: place.resource.tag_field is not None,
    happens=_tag_comes,
)
