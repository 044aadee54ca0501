"""The tools over a report: period, comparison, filters and cuts as links, for they all stand in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.api import Actor, Field, Scope, UserRef, _
from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.declare import Words
from plugins.crm_reports.lists import item_title, items_within
from plugins.crm_reports.periods import CALENDAR, COMPARISONS, LAST_DAYS, before, comparison_label, named

USERS_OFFERED = 200


@dataclass(frozen=True)
class Choice:
    """One entry of a menu."""

    label: Words
    url: str
    is_current: bool = False
    hue: str = ""

    @property
    def link(self) -> dict[str, Any]:
        """As the macro `segmented` wants it."""
        return {"label": self.label, "href": f"{self.url}#table", "on": self.is_current}

    @property
    def plain_link(self) -> dict[str, Any]:
        """The same, for tools that change the whole page."""
        return {"label": self.label, "href": self.url, "on": self.is_current}


@dataclass(frozen=True)
class FilterPill:
    """A filter: its words and the address without it where it is set, else the choices."""

    name: str
    label: Words
    words: str
    off: str
    choices: tuple[Choice, ...]
    is_fixed: bool = False
    """Whether it always has one value; then it is a choice among them."""


@dataclass(frozen=True)
class Tools:
    """Everything over the report. `kept` are the arguments that a form for other days must hand on."""

    period: str
    periods: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    comparison: str
    comparisons: tuple[Choice, ...]
    filters: tuple[FilterPill, ...]
    cuts: tuple[Choice, ...]
    unfiltered: str
    toggle: tuple[Choice, ...] = ()


def tools_of(reader: Reader, ask: Ask, address: str) -> Tools:
    """The tools of a report at this address."""
    field = ask.resource.field(ask.report.day)
    day = field.kind
    own_days = f"{day.text(ask.period.first, reader.formats)} – {day.text(ask.period.last, reader.formats)}"
    periods = tuple(
        Choice(period.label(), replace(ask, period=period).url(address), period.name == ask.period.name)
        for period in (named(name, reader.today) for name in (*LAST_DAYS, *CALENDAR))
    )
    comparisons = tuple(
        Choice(
            comparison_label(name, ask.period),
            replace(ask, comparison=name).url(address),
            name == ask.comparison,
        )
        for name in COMPARISONS
        if name == "none" or before(ask.period, name) is not None
    )
    dayless = [pair for pair in ask.arguments() if pair[0] not in ("period", "from", "to")]
    return Tools(
        period=ask.period.label() if ask.period.name in (*LAST_DAYS, *CALENDAR) else own_days,
        periods=periods,
        kept=tuple(dayless),
        comparison=comparison_label(ask.comparison if ask.before else "none", ask.period),
        comparisons=comparisons,
        filters=tuple(_pill(reader, ask, address, name) for name in _offered(reader, ask)),
        cuts=tuple(
            Choice(cut.label, replace(ask, cut=cut).url(address), cut is ask.cut) for cut in ask.report.cuts
        ),
        unfiltered=replace(ask, filters={}).url(address) if set(ask.filters) - {ask.report.one_of} else "",
        toggle=_toggle(ask, address),
    )


def _toggle(ask: Ask, address: str) -> tuple[Choice, ...]:
    """All, those without and those with; the pressed one is where the reader is."""
    toggle = ask.report.toggle
    if toggle is None:
        return ()
    chosen = ask.filters.get(toggle.field, ())
    ways = (((), toggle.all), (("0",), toggle.no), (("1",), toggle.yes))
    return tuple(
        Choice(label, ask.with_filter(toggle.field, values).url(address), chosen == values)
        for values, label in ways
    )


def filter_words(reader: Reader, ask: Ask, name: str) -> str:
    """What a set filter says: “Open, Web”."""
    toggle = ask.report.toggle
    if toggle is not None and toggle.field == name:
        words = {"0": toggle.no, "1": toggle.yes}
        return ", ".join(str(words[value]) for value in ask.filters.get(name, ()))
    field = ask.resource.field(name)
    return ", ".join(_value_words(reader, ask, field, value) for value in ask.filters.get(name, ()))


def _offered(reader: Reader, ask: Ask) -> list[str]:
    """The set filters first; whose they are is no question to somebody who sees only their own."""
    sees_one = reader.actor is not None and reader.actor.scope(ask.resource.name, "view") is Scope.OWN
    names = [
        name
        for name in ask.report.filters
        if name in ask.filters or not (sees_one and name == ask.report.person)
    ]
    fixed = ask.report.one_of
    if fixed and len(_values(reader, ask, ask.resource.field(fixed))) < 3:  # one value, and “not filled in”
        names = [name for name in names if name != fixed]
    return sorted(names, key=lambda name: name not in ask.filters)


def _pill(reader: Reader, ask: Ask, address: str, name: str) -> FilterPill:
    field = ask.resource.field(name)
    choices = tuple(
        Choice(label, ask.with_filter(name, [value]).url(address), value in ask.filters.get(name, ()), hue)
        for value, label, hue in _values(reader, ask, field)
    )
    return FilterPill(
        name,
        field.label,
        filter_words(reader, ask, name),
        ask.with_filter(name, ()).url(address),
        choices,
        name == ask.report.one_of,
    )


def _values(reader: Reader, ask: Ask, field: Field) -> Sequence[tuple[str, Words, str]]:
    """Value, word and hue of everything the filter can be."""
    kind: Any = field.kind
    items = [item for item in items_within(reader, ask, kind.list) if item.active]
    if isinstance(kind, UserRef):
        scope = reader.actor.scope(ask.resource.name, "view") if reader.actor is not None else Scope.ALL
        reached = [item for item in items if _reaches(reader.actor, scope, item.id)][:USERS_OFFERED]
        special = [("~me", _("Me"), ""), ("~team", _("My team"), "")] if reader.actor is not None else []
        return [*special, *((str(item.id), item.name, "") for item in reached), ("~empty", _("Nobody"), "")]
    declared = reader.house.lists.get(kind.list)
    used = {item.meaning for item in items}
    meanings = [
        (f"~{key}", label, "") for key, label in (declared.meanings if declared else ()) if key in used
    ]
    coloured = declared is not None and declared.coloured
    return [
        *meanings,
        *(
            (str(item.id), item_title(reader, ask, kind.list, item), item.hue if coloured else "")
            for item in items
        ),
        ("~empty", _("Not filled in"), ""),
    ]


def _reaches(actor: Actor | None, scope: Scope, user_id: int) -> bool:
    return actor is None or actor.reaches(scope, user_id)


def _value_words(reader: Reader, ask: Ask, field: Field, value: str) -> str:
    known = next((str(label) for each, label, _hue in _values(reader, ask, field) if each == value), "")
    if known or not value.isdecimal():
        return known or value
    kind: Any = field.kind
    item = reader.formats.references.get(kind.list, int(value))
    return item.name if item else value
