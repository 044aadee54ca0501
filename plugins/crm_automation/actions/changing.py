"""Actions that change the record itself, each through the one way in which records are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.api import (
    Field,
    Reference,
    Refused,
    Tags,
    UserRef,
    Words,
    _,
    _l,
    change,
    fold,
    give_by_rules,
    tags_of,
)
from plugins.crm_automation.declare import ActionKind, Doing, Done, Place, Values
from plugins.crm_automation.offering import USERS, field_choice, label_of, path_items, plain_fields

# -- give it to somebody --------------------------------------------------------------------------------------


def _assign_words(place: Place, values: Values) -> str:
    item = place.formats.references.get(USERS, values.get("person"))
    if item is None:
        return _("give it to whom the rules of assignment say")
    return _("give it to %(person)s", person=item.name)


def _assign(doing: Doing) -> Done | None:
    field = doing.resource.owner_field
    assert field is not None
    wanted, before = doing.values.get("person"), getattr(doing.record, field.attribute)
    if wanted is None:
        if give_by_rules(doing.resource, doing.record, doing.context) is None:
            raise Refused(_("No rule of assignment fits it, or nobody can take it."), "nobody")
    elif wanted == before:
        return None
    else:
        change(doing.resource, doing.record, {field.name: {"id": wanted}}, doing.context)
    item = doing.context.formats.references.get(USERS, getattr(doing.record, field.attribute))
    return Done(_("given to %(person)s", person=item.name if item else ""))


ASSIGN = ActionKind(
    "assign",
    _l("Give it to somebody"),
    "user-check",
    words=_assign_words,
    do=_assign,
    fields=lambda place, values: (
        Field("person", _l("To"), UserRef(), help=_l("Nobody chosen: to whom the rules of assignment say.")),
    ),
    offered=lambda place: place.resource.owner_field is not None,
)

# -- set a field ----------------------------------------------------------------------------------------------


def _set_fields(place: Place, values: Values) -> Sequence[Field]:
    known = plain_fields(place, writable=True)
    asked = (Field("field", _l("Field"), field_choice(known), required=True),)
    chosen = next((each for each in known if each.name == values.get("field")), None)
    return (*asked, _value_of(chosen)) if chosen is not None else asked


def _value_of(field: Field) -> Field:
    return replace(
        field,
        name="value",
        label=_l("Value"),
        attribute="value",
        required=field.required,
        default=None,
        help=_l("Nothing said: it becomes empty."),
    )


def _set_words(place: Place, values: Values) -> str:
    name = values.get("field") or ""
    value = next((each for each in _set_fields(place, values) if each.name == "value"), None)
    said = value.kind.text(values.get("value"), place.formats) if value is not None else ""
    if not said:
        return _("empty “%(field)s”", field=label_of(place, name))
    return _("set “%(field)s” to “%(value)s”", field=label_of(place, name), value=said)


def _set(doing: Doing) -> Done | None:
    name = doing.values["field"]
    if not doing.resource.has_field(name):
        raise Refused(_("There is no such field any more."), "absent")
    declared, formats = doing.resource.field(name), doing.context.formats
    value = doing.values.get("value")
    if not _changes(doing, {name: declared.kind.json(value, formats)}):
        return None
    said = declared.kind.text(value, formats)
    return Done(_("“%(field)s” set to “%(value)s”", field=declared.label, value=said or "—"))


SET = ActionKind("set", _l("Set a field"), "edit", words=_set_words, do=_set, fields=_set_fields)

# -- change the status ----------------------------------------------------------------------------------------


def _status_fields(place: Place, values: Values) -> Sequence[Field]:
    path = place.resource.path
    if path is None:
        return ()
    asked = (Field("to", _l("To"), Reference(path.list), required=True),)
    meaning = next((item.meaning for item in path_items(place) if item.id == values.get("to")), None)
    ask = path.asks.get(meaning or "")
    more = [place.resource.field(name) for name in ask.fields] if ask is not None else []
    return (*asked, *(replace(each, required=False, default=None) for each in more))


def _status_check(place: Place, values: Values) -> Mapping[str, Words]:
    path = place.resource.path
    item = next((item for item in path_items(place) if item.id == values.get("to")), None)
    ask = path.asks.get(item.meaning or "") if path is not None and item is not None else None
    if item is not None and ask is not None and ask.endpoint:
        return {"to": _("“%(status)s” asks a person what shall become of it.", status=item.name)}
    return {}


def _status_words(place: Place, values: Values) -> str:
    path = place.resource.path
    item = place.formats.references.get(path.list, values.get("to")) if path is not None else None
    return _("bring it to “%(status)s”", status=item.name if item else "—")


def _status(doing: Doing) -> Done | None:
    path = doing.resource.path
    if path is None:
        raise Refused(_("There is no such field any more."), "absent")
    more = {name: value for name, value in doing.values.items() if name != "to" and value is not None}
    formats = doing.context.formats
    raw = {name: doing.resource.field(name).kind.json(value, formats) for name, value in more.items()}
    if not _changes(doing, {path.field: {"id": doing.values["to"]}, **raw}):
        return None
    item = formats.references.get(path.list, doing.values["to"])
    return Done(_("brought to “%(status)s”", status=item.name if item else "—"))


STATUS = ActionKind(
    "status",
    _l("Change the status"),
    "switch-horizontal",
    words=_status_words,
    do=_status,
    fields=_status_fields,
    offered=lambda place: place.resource.path is not None,
    check=_status_check,
)

# -- tags -----------------------------------------------------------------------------------------------------


def _tags_field(place: Place, values: Values) -> Sequence[Field]:
    return (Field("tags", _l("Tags"), Tags(), required=True, help=_l("With commas between them.")),)


def _retag(doing: Doing, *, adding: bool) -> Done | None:
    field = doing.resource.tag_field
    assert field is not None
    there = tags_of(doing.context.session, doing.resource.name, [doing.record.id]).get(doing.record.id, ())
    wanted = doing.values.get("tags") or ()
    named = {fold(tag) for tag in wanted}
    if adding:
        known = {fold(tag) for tag in there}
        after = (*there, *(tag for tag in wanted if fold(tag) not in known))
    else:
        after = tuple(tag for tag in there if fold(tag) not in named)
    if len(after) == len(there):
        return None
    change(doing.resource, doing.record, {field.name: list(after)}, doing.context)
    told = ", ".join(wanted)
    return Done(_("tagged %(tags)s", tags=told) if adding else _("tag taken away: %(tags)s", tags=told))


def _has_tags(place: Place) -> bool:
    return place.resource.tag_field is not None


TAG = ActionKind(
    "tag",
    _l("Add a tag"),
    "tag",
    words=lambda place, values: _("add the tag %(tags)s", tags=", ".join(values.get("tags") or ())),
    do=lambda doing: _retag(doing, adding=True),
    fields=_tags_field,
    offered=_has_tags,
)
UNTAG = ActionKind(
    "untag",
    _l("Take a tag away"),
    "tags",
    words=lambda place, values: _("take the tag %(tags)s away", tags=", ".join(values.get("tags") or ())),
    do=lambda doing: _retag(doing, adding=False),
    fields=_tags_field,
    offered=_has_tags,
)


def _changes(doing: Doing, raw: Mapping[str, Any]) -> bool:
    """Change the record; whether anything changed by it."""
    before = doing.record.version
    change(doing.resource, doing.record, raw, doing.context)
    return bool(doing.record.version != before)
