"""The filters of a list as pills: what is set, in words, and the inputs by which it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from wtforms.widgets import html_params

from core.fields import (
    Boolean,
    Choice,
    Date,
    DateTime,
    Email,
    HuedChoice,
    Integer,
    MoneyAmount,
    Number,
    Phone,
    RecordRef,
    Reference,
    Tags,
    UserRef,
    single,
)
from core.i18n import Text, _, ngettext
from core.resources.criteria import Condition
from core.resources.declare import Field, Filter, Resource
from core.resources.pages.choosing import typeahead
from core.resources.pages.here import Here
from core.resources.query import ListQuery

USERS_OFFERED = 200
PERIODS = (7, 30, 90, 365)


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


@dataclass(frozen=True)
class Option:
    """A check box of a menu."""

    value: str
    label: Text
    html: Markup | None = None


def pills_of(here: Here, query: ListQuery, add: str = "") -> list[Pill]:
    """Pills in the order of the declaration: filters that are set, the quick ones, and the one just added."""
    resource = here.resource
    by_name: dict[str, list[Condition]] = {}
    for condition in query.conditions:
        by_name.setdefault(condition.field, []).append(condition)
    order = dict.fromkeys([*resource.quick_filters, *filter_names(resource), *by_name])
    shown = [name for name in order if name in by_name or name in resource.quick_filters or name == add]
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
    extra = _extra(resource, name)
    return extra.label if extra else resource.field(name).label


def words_of(here: Here, condition: Condition) -> str:
    """A condition as a person reads it: “Open, New”, “from 01/11/2026”."""
    extra = _extra(here.resource, condition.field)
    if extra is not None:
        labels = {key: str(label) for key, label in _choices(here, extra)}
        return _joined([labels.get(value, value) for value in condition.values])
    declared = here.resource.field(condition.field)
    shown = _joined([_value_words(here, declared, value) for value in condition.values])
    match condition.operator:
        case "from":
            return _("from %(value)s", value=shown)
        case "to":
            return _("to %(value)s", value=shown)
        case "contains":
            return _("“%(text)s”", text=condition.values[0])
        case "not":
            return _("not %(value)s", value=shown)
        case "last_days":
            number = int(condition.values[0]) if condition.values[0].isdecimal() else 0
            return ngettext("last day", "last %(num)d days", number)
    return shown


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
    return Pill(name, label_of(here.resource, name), words, off, _body(here, name, conditions), is_open)


def _address(here: Here, pairs: list[tuple[str, str]]) -> str:
    return f"{here.list_address}?{urlencode(pairs)}" if pairs else here.list_address


def _body(here: Here, name: str, conditions: list[Condition]) -> Markup:
    given = {condition.operator: condition.values for condition in conditions}
    extra = _extra(here.resource, name)
    if extra is not None:
        return _checks(
            name, [Option(key, label) for key, label in _choices(here, extra)], given.get("is", ())
        )
    declared = here.resource.field(name)
    kind = single(declared.kind)
    drawn, shown = Markup(""), {"is"}
    if isinstance(kind, (Reference, Choice, Boolean)):
        drawn = _checks(name, _options(here, declared), given.get("is", ()))
    elif isinstance(kind, (Date, DateTime, Integer, MoneyAmount, Number)):
        drawn, shown = _range(name, declared, given), {"from", "to", "last_days"}
    elif isinstance(kind, RecordRef):
        named = [value for value in given.get("is", ()) if not value.startswith("~")]
        drawn = _record_input(here, name, declared, named) + _known(name, given)
    else:
        exact = isinstance(kind, (Tags, Email, Phone)) or "contains" not in kind.operators
        operator = "is" if exact else "contains"
        key = name if exact else f"{name}.contains"
        typed = [value for value in given.get(operator, ()) if not value.startswith("~")]
        drawn, shown = (
            _input(key, declared.label, typed[0] if typed else "") + _known(name, given),
            {operator, "is"},
        )
    hidden = (
        Markup('<input type="hidden" name="{}" value="{}">').format(condition.key, value)
        for condition in conditions
        if condition.operator not in shown
        for value in condition.values
    )
    return drawn + Markup("").join(hidden)


def _checks(name: str, options: Sequence[Option], chosen: Sequence[str]) -> Markup:
    known = {option.value for option in options}
    others = [Option(value, value) for value in chosen if value not in known]
    line = Markup(
        '<label class="menu-item"><input class="check" type="checkbox" name="{}" value="{}"{}> {}</label>'
    )
    return Markup("").join(
        line.format(
            name,
            option.value,
            Markup(" checked") if option.value in chosen else "",
            option.html or option.label,
        )
        for option in (*options, *others)
    )


def _range(name: str, declared: Field, given: Mapping[str, Sequence[str]]) -> Markup:
    is_day = isinstance(single(declared.kind), (Date, DateTime))
    kind = Markup('type="date"') if is_day else Markup('type="text" inputmode="decimal"')
    line = Markup(
        '<label class="check-line"><span class="menu-word">{}</span><input class="input input-28" {} name="{}" value="{}"></label>'
    )
    first, last = (
        line.format(label, kind, f"{name}.{operator}", (given.get(operator) or ("",))[0])
        for operator, label in (("from", _("From")), ("to", _("To")))
    )
    if not is_day:
        return first + last
    chosen = (given.get("last_days") or ("",))[0]
    numbers = [*map(str, PERIODS), *([chosen] if chosen and chosen not in map(str, PERIODS) else [])]
    options = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            number,
            Markup(" selected") if number == chosen else "",
            ngettext("last day", "last %(num)d days", int(number)) if number.isdecimal() else number,
        )
        for number in numbers
    )
    select = Markup(
        '<label class="check-line"><span class="menu-word">{}</span><select class="input input-28" name="{}.last_days">'
        '<option value="">—</option>{}</select></label>'
    ).format(_("Period"), name, options)
    return select + first + last


def _input(key: str, label: Text, value: str) -> Markup:
    return Markup(
        '<input class="input input-28" type="text" name="{}" value="{}" aria-label="{}" maxlength="200">'
    ).format(key, value, label)


def _record_input(here: Here, name: str, declared: Field, values: Sequence[str]) -> Markup:
    """Where a record is chosen by its name; one input for each that is set."""
    kind: Any = declared.kind
    drawn = Markup("")
    for number, value in enumerate(values or ("",)):
        dom_id = f"filter-{name}-{number}"
        shown = kind.raw(int(value), here.formats) if value.isdecimal() and len(value) < 19 else value
        attributes = {**typeahead(here, kind, dom_id), "id": dom_id, "name": name, "value": shown}
        drawn += Markup(
            '<span class="combo combo-field"><input class="input input-28" aria-label="{}" {}></span>'
        ).format(declared.label, Markup(html_params(**attributes)))
    return drawn


def _known(name: str, given: Mapping[str, Sequence[str]]) -> Markup:
    options = [Option("~empty", _("Empty")), Option("~any", _("Filled in"))]
    return _checks(name, options, [value for value in given.get("is", ()) if value.startswith("~")])


def _options(here: Here, declared: Field) -> list[Option]:
    kind: Any = single(declared.kind)
    if isinstance(kind, Boolean):
        return [Option("1", _("Yes")), Option("0", _("No"))]
    if isinstance(kind, Choice):
        coloured = isinstance(kind, HuedChoice)
        found = [
            Option(key, label, kind.html(key, here.formats) if coloured else None)
            for key, label in kind.choices
        ]
        return [*found, Option("~empty", _("Empty"))]
    items = [item for item in here.formats.references.items(kind.list) if item.active][:USERS_OFFERED]
    found = [Option(str(item.id), item.name, kind.html(item.id, here.formats)) for item in items]
    if isinstance(kind, UserRef):
        return [Option("~me", _("Me")), Option("~team", _("My team")), Option("~empty", _("Nobody")), *found]
    return [*_meanings(here, kind.list), *found, Option("~empty", _("Empty"))]


def _meanings(here: Here, list_name: str) -> list[Option]:
    declared = here.house.lists.get(list_name)
    if declared is None:
        return []
    used = {item.meaning for item in here.formats.references.items(list_name)}
    return [Option(f"~{key}", label) for key, label in declared.meanings if key in used]


def _value_words(here: Here, declared: Field, value: str) -> str:
    kind: Any = single(declared.kind)
    if isinstance(kind, (Reference, Choice, Boolean)):
        return next(
            (str(option.label) for option in _options(here, declared) if option.value == value),
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


def _reference_name(here: Here, kind: Any, value: str) -> str:
    item = (
        here.formats.references.get(kind.list, int(value))
        if isinstance(kind, Reference) and value.isdecimal()
        else None
    )
    return item.name if item else value


def _special(value: str) -> str:
    return {"~empty": _("Empty"), "~any": _("Filled in"), "~me": _("Me"), "~team": _("My team")}.get(
        value, ""
    )


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) <= 2 else f"{words[0]}, {words[1]} +{len(words) - 2}"


def _extra(resource: Resource, name: str) -> Filter | None:
    return next((each for each in resource.extra_filters if each.name == name), None)


def _choices(here: Here, extra: Filter) -> Sequence[tuple[str, Text]]:
    try:
        return list(extra.choices())
    except Exception as error:  # the guard around a plugin
        here.house.hooks.failed(
            here.house.plugin_behind(extra.choices, here.resource.plugin), f"filter {extra.name}", error
        )
        return []
