"""The inputs of a filter, as they stand in its menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    RecordBeside,
    RecordRef,
    Reference,
    Tags,
    UserRef,
    single,
)
from core.fields.kind import ReferenceItem
from core.i18n import Text, _, ngettext
from core.resources.criteria import Condition
from core.resources.declare import Field, Filter, Resource
from core.resources.pages.choosing import typeahead
from core.resources.pages.here import Here

USERS_OFFERED = 200
PERIODS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Option:
    """A check box of a menu."""

    value: str
    label: Text
    html: Markup | None = None


def inputs_of(here: Here, name: str, conditions: list[Condition]) -> Markup:
    """What stands in the menu of a filter: the inputs by which it is set, filled in."""
    given = {condition.operator: condition.values for condition in conditions}
    extra = extra_of(here.resource, name)
    if extra is not None:
        return _checks(
            name, [Option(key, label) for key, label in choices_of(here, extra)], given.get("is", ())
        )
    declared = here.resource.field(name)
    kind = single(declared.kind)
    drawn, shown = Markup(""), {"is"}
    if isinstance(kind, (Reference, Choice, Boolean, RecordBeside)):
        drawn = _checks(name, options_of(here, declared), given.get("is", ()))
    elif isinstance(kind, (Date, DateTime, Integer, MoneyAmount, Number)):
        drawn, shown = _range(name, declared, given), {"from", "to", "last_days"}
    elif isinstance(kind, RecordRef):
        named = [value for value in given.get("is", ()) if not value.startswith("~")]
        drawn = _record_input(here, name, declared, named) + _known(name, given)
    elif "begins" in kind.operators:  # typed in the box beside the search
        drawn, shown = _known(name, given) + _exact(name, given), {"is", "begins"}
    else:
        exact = isinstance(kind, (Tags, Email, Phone)) or "contains" not in kind.operators
        operator = "is" if exact else "contains"
        key = name if exact else f"{name}.contains"
        typed = [value for value in given.get(operator, ()) if not value.startswith("~")]
        drawn, shown = (
            _input(key, declared.label, typed[0] if typed else "") + _known(name, given),
            {operator, "is"},
        )
        drawn += Markup("") if exact else _exact(name, given)
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


def _exact(name: str, given: Mapping[str, Sequence[str]]) -> Markup:
    """Whole values that a link has set, kept while something else is typed."""
    line = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(
        line.format(name, value) for value in given.get("is", ()) if not value.startswith("~")
    )


def options_of(here: Here, declared: Field) -> list[Option]:
    """The values a field can be filtered by, each a check box."""
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
    if isinstance(kind, RecordBeside):
        places = [each for each in here.formats.references.timelines() if here.actor.may(each.name, "view")]
        nothing = [] if declared.required else [Option("~empty", _("None"))]
        return [*(Option(each.name, each.plural) for each in places), *nothing]
    items = [item for item in here.formats.references.items(kind.list) if item.active][:USERS_OFFERED]
    found = [_option(here, kind, item) for item in items]
    if isinstance(kind, UserRef):
        return [Option("~me", _("Me")), Option("~team", _("My team")), Option("~empty", _("Nobody")), *found]
    return [*_meanings(here, kind.list), *found, Option("~empty", _("Empty"))]


def _option(here: Here, kind: Any, item: ReferenceItem) -> Option:
    """A value of a list; with its group before it where another group has one of the name."""
    title, drawn = here.formats.references.title(kind.list, item), kind.html(item.id, here.formats)
    before = title.removesuffix(item.name)
    return Option(str(item.id), title, Markup("{}{}").format(before, drawn) if before else drawn)


def _meanings(here: Here, list_name: str) -> list[Option]:
    declared = here.house.lists.get(list_name)
    if declared is None:
        return []
    used = {item.meaning for item in here.formats.references.items(list_name)}
    return [Option(f"~{key}", label) for key, label in declared.meanings if key in used]


def extra_of(resource: Resource, name: str) -> Filter | None:
    """The filter of this name that is not simply a field."""
    return next((each for each in resource.extra_filters if each.name == name), None)


def choices_of(here: Here, extra: Filter) -> Sequence[tuple[str, Text]]:
    """What a plugin's filter offers."""
    try:
        return list(extra.choices())
    except Exception as error:  # the guard around a plugin
        here.house.hooks.failed(
            here.house.plugin_behind(extra.choices, here.resource.plugin), f"filter {extra.name}", error
        )
        return []
