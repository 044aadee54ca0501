"""The filters of a list as pills: what is set, in words, and the inputs by which it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from core.fields import (
    Boolean,
    Choice,
    Date,
    DateTime,
    RecordBeside,
    RecordPlace,
    RecordRef,
    Reference,
    single,
)
from core.i18n import Text, _, ngettext
from core.resources.criteria import Condition
from core.resources.declare import Field, Resource
from core.resources.pages.filter_inputs import choices_of, extra_of, inputs_of, options_of
from core.resources.pages.here import Here
from core.resources.query import ListQuery


@dataclass(frozen=True)
class Pill:
    """One filter: its words where it is set, the list's address without it, and the inputs of its menu."""

    name: str
    label: Text
    words: str
    off: str
    body: Markup
    is_open: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.words)


def pills_of(here: Here, query: ListQuery, add: str = "") -> list[Pill]:
    """Pills in the order of the declaration: filters that are set, the quick ones, and the one just added."""
    resource = here.resource
    by_name: dict[str, list[Condition]] = {}
    for condition in query.conditions:
        by_name.setdefault(condition.field, []).append(condition)
    offered = filter_names(resource)
    quick = [name for name in query.quick or resource.quick_filters if name in offered]
    order = dict.fromkeys([*quick, *offered, *by_name])
    shown = [name for name in order if name in by_name or name in quick or name == add]
    shown.sort(key=lambda name: name not in by_name)  # the set ones first
    found = [_pill(here, query, name, by_name.get(name, []), name == add) for name in shown]
    return [_chosen(here, query), *found] if query.ids else found


def filter_names(resource: Resource) -> list[str]:
    """All filters the list offers."""
    return [
        *(name for name in resource.filters if resource.has_field(name)),
        *(each.name for each in resource.extra_filters),
    ]


def more_filters(resource: Resource, pills: Iterable[Pill]) -> list[tuple[str, Text]]:
    """Filters that stand behind “+ Filter”."""
    shown = {pill.name for pill in pills}
    return [(name, label_of(resource, name)) for name in filter_names(resource) if name not in shown]


def label_of(resource: Resource, name: str) -> Text:
    extra = extra_of(resource, name)
    return extra.label if extra else resource.field(name).label


def words_of(here: Here, condition: Condition) -> str:
    """A condition as a person reads it: “Open, New”, “from 01/11/2026”."""
    extra = extra_of(here.resource, condition.field)
    if extra is not None:
        labels = {key: str(label) for key, label in choices_of(here, extra)}
        return _joined(
            [
                labels.get(value) or _stretch(here, value) if extra.day else labels.get(value, value)
                for value in condition.values
            ]
        )
    declared = here.resource.field(condition.field)
    shown = _joined([_value_words(here, declared, value) for value in condition.values])
    match condition.operator:
        case "from":
            return _("from %(value)s", value=shown)
        case "to":
            return _("to %(value)s", value=shown)
        case "contains":
            return _("“%(text)s”", text=condition.values[0])
        case "begins":
            return _("“%(text)s…”", text=condition.values[0])
        case "not" | "main_not":
            return _("not %(value)s", value=shown)
        case "last_days":
            number = int(condition.values[0]) if condition.values[0].isdecimal() else 0
            return ngettext("last day", "last %(num)d days", number)
    return shown


def _stretch(here: Here, value: str) -> str:
    """A stretch of days, `2026-01-01..2026-03-31`, as its reader writes days."""
    try:
        days = [date.fromisoformat(part) for part in value.split("..")]
    except ValueError:
        return value
    return " – ".join(Date().text(day, here.formats) for day in days)


def without(query: ListQuery, name: str) -> list[tuple[str, str]]:
    """The arguments of the list without the conditions on one field."""
    kept = tuple(each for each in query.conditions if each.field != name)
    return replace(query, conditions=kept, cursor="").arguments()


def _chosen(here: Here, query: ListQuery) -> Pill:
    """The records that were chosen one by one."""
    words = ngettext("%(num)d chosen", "%(num)d chosen", len(query.ids))
    off = _address(here, replace(query, ids=()).arguments())
    body = Markup("").join(
        Markup('<input type="hidden" name="id" value="{}">').format(id) for id in query.ids
    )
    return Pill("id", here.resource.plural, words, off, body)


def _pill(here: Here, query: ListQuery, name: str, conditions: list[Condition], is_open: bool) -> Pill:
    words = " · ".join(words_of(here, condition) for condition in conditions)
    off = _address(here, without(query, name))
    return Pill(name, label_of(here.resource, name), words, off, inputs_of(here, name, conditions), is_open)


def _address(here: Here, pairs: list[tuple[str, str]]) -> str:
    return f"{here.list_address}?{urlencode(pairs)}" if pairs else here.list_address


def _value_words(here: Here, declared: Field, value: str) -> str:
    kind: Any = single(declared.kind)
    if isinstance(kind, RecordBeside) and "/" in value:
        return _place_words(here, kind, value)
    if isinstance(kind, (Reference, Choice, Boolean, RecordBeside)):
        return next(
            (str(option.label) for option in options_of(here, declared) if option.value == value),
            _special(value) or _reference_name(here, kind, value),
        )
    if special := _special(value):
        return special
    if isinstance(kind, RecordRef) and value.isdecimal() and len(value) < 19:
        return kind.text(int(value), here.formats)
    if isinstance(kind, (Date, DateTime)) and len(value) == 10:
        try:
            return str(Date().text(Date().parse(value, declared, here.reading), here.formats))
        except ValueError:
            return value
    return value


def _place_words(here: Here, kind: RecordBeside, value: str) -> str:
    """`leads/3`: the record of that number, by name for who sees it."""
    name, _slash, number = value.partition("/")
    if not number.isdecimal() or len(number) > 18:
        return value
    return kind.text(RecordPlace(name, int(number)), here.formats)


def _reference_name(here: Here, kind: Any, value: str) -> str:
    item = (
        here.formats.references.get(kind.list, int(value))
        if isinstance(kind, Reference) and value.isdecimal()
        else None
    )
    return here.formats.references.title(kind.list, item) if item else value


def _special(value: str) -> str:
    return {"~empty": _("Empty"), "~any": _("Filled in"), "~me": _("Me"), "~team": _("My team")}.get(
        value, ""
    )


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) <= 2 else f"{words[0]}, {words[1]} +{len(words) - 2}"
