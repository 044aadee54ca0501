"""The tools over a report: period, comparison, filters and cuts as links, for they all stand in the URL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import ANONYMOUS, Date, Reference, Scope, Sieve, _, ngettext
from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.declare import Words
from plugins.crm_reports.filtering import offered_filters, read_filters
from plugins.crm_reports.lists import value_words, values_of
from plugins.crm_reports.narrowing import CHOSEN, SEARCHED, condition_of, name_of
from plugins.crm_reports.periods import (
    ALL,
    CALENDAR,
    COMPARISONS,
    CUSTOM,
    LAST_DAYS,
    before,
    comparison_label,
    named,
)


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
    """A filter: its words and the address without it where it is set; else its choices, or the inputs of its menu."""

    name: str
    label: Words
    words: str
    off: str
    choices: tuple[Choice, ...] = ()
    is_fixed: bool = False
    """Whether it always has one value; then it is a choice among them."""
    body: Markup | None = None
    kept: tuple[tuple[str, str], ...] = ()
    """What the form of its menu hands on."""
    is_open: bool = False


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
    more: tuple[Choice, ...] = ()
    """The filters that are not shown."""
    views: tuple[Choice, ...] = ()
    """The views of the list, to begin with."""


def tools_of(session: Session, reader: Reader, ask: Ask, address: str, add: str = "") -> Tools:
    """The tools of a report at this address; `add` names a filter that is to be set."""
    day = Date()
    own_days = f"{day.text(ask.period.first, reader.formats)} – {day.text(ask.period.last, reader.formats)}"
    periods = tuple(
        Choice(period.label(), replace(ask, period=period).url(address), period.name == ask.period.name)
        for period in (named(name, reader.today) for name in (*LAST_DAYS, *CALENDAR, ALL))
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
    sieve = Sieve(ask.resource, reader.house, session, reader.actor or ANONYMOUS)
    shown = _offered(reader, ask)
    others = _others(ask, shown, add)
    return Tools(
        period=ask.period.label() if ask.period.name != CUSTOM else own_days,
        periods=periods,
        kept=tuple(dayless),
        comparison=comparison_label(ask.comparison if ask.before else "none", ask.period),
        comparisons=comparisons,
        filters=(
            *(_pill(session, reader, ask, address, name) for name in shown if name not in others),
            *(_added(session, reader, ask, sieve, address, name, name == add) for name in others),
        ),
        cuts=tuple(
            Choice(cut.label, replace(ask, cut=cut).url(address), cut is ask.cut) for cut in ask.report.cuts
        ),
        unfiltered=replace(ask, filters={}).url(address) if set(ask.filters) - {ask.report.one_of} else "",
        toggle=_toggle(ask, address),
        more=_more(reader, ask, sieve, address, {*shown, *others}),
        views=_views(reader, ask, sieve, address),
    )


def filters_said(session: Session, reader: Reader, ask: Ask) -> tuple[tuple[str, str], ...]:
    """The filters that are set, in words: what, and which."""
    names = dict.fromkeys(name_of(key) for key in ask.filters)
    return tuple((str(_label(ask, name)), _words(session, reader, ask, name)) for name in names)


def _others(ask: Ask, shown: Sequence[str], add: str) -> list[str]:
    """The filters whose menus hold inputs: set ones that are no choice among values, and the one to be added."""
    toggle = ask.report.toggle.field if ask.report.toggle else ""
    plain = {name for name in shown if set(_keys(ask, name)) <= {name}}
    names = dict.fromkeys(name_of(key) for key in ask.filters)
    found = [name for name in names if name not in plain and name != toggle]
    return [*found, *([add] if add and add not in {*found, *plain, toggle} else [])]


def _keys(ask: Ask, name: str) -> list[str]:
    return [key for key in ask.filters if name_of(key) == name]


def _added(
    session: Session, reader: Reader, ask: Ask, sieve: Sieve, address: str, name: str, is_open: bool
) -> FilterPill:
    """A filter with the inputs of the list's own menu."""
    without = ask.with_filter(name, ())
    conditions = [condition_of(key, ask.filters[key]) for key in _keys(ask, name)]
    if name == SEARCHED:
        given = ask.filters.get(SEARCHED, ("",))[0]
        body = Markup(
            '<input class="input input-28" type="search" name="q" value="{}" aria-label="{}">'
        ).format(given, _("Text"))
    elif name == CHOSEN:
        body = Markup("").join(
            Markup('<input type="hidden" name="id" value="{}">').format(id) for id in ask.filters[CHOSEN]
        )
    else:
        body = sieve.inputs(name, conditions)
    words = _words(session, reader, ask, name) if _keys(ask, name) else ""
    return FilterPill(
        name,
        _label(ask, name),
        words,
        without.url(address),
        body=body,
        kept=tuple(without.arguments()),
        is_open=is_open,
    )


def _more(reader: Reader, ask: Ask, sieve: Sieve, address: str, shown: Collection[str]) -> tuple[Choice, ...]:
    names = [name for name in offered_filters(ask.report, reader.house) if name not in shown]
    if ask.resource.search and not ask.report.beside and SEARCHED not in shown:
        names.append(SEARCHED)
    return tuple(Choice(_label(ask, name), _with(ask.url(address), "add", name)) for name in names)


def _views(reader: Reader, ask: Ask, sieve: Sieve, address: str) -> tuple[Choice, ...]:
    """The views of the list whose records are counted, each as the filters it sets."""
    if ask.report.beside:
        return ()
    found = []
    for label, narrowing in sieve.views()[1:]:
        filters = read_filters(ask.report, reader, narrowing)
        if filters:
            fixed = {ask.report.one_of: ask.filters[ask.report.one_of]} if ask.report.one_of else {}
            found.append(
                Choice(label, replace(ask, filters=fixed | filters).url(address), ask.filters == filters)
            )
    return tuple(found)


def _with(url: str, name: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode({name: value})}"


def _label(ask: Ask, name: str) -> Words:
    if name == SEARCHED:
        return _("Text")
    if name == CHOSEN:
        return ask.resource.plural
    if ask.resource.has_field(name):
        return ask.resource.field(name).label
    return next((each.label for each in ask.resource.extra_filters if each.name == name), name)


def _words(session: Session, reader: Reader, ask: Ask, name: str) -> str:
    """What a set filter says: “Open, Web”."""
    toggle = ask.report.toggle
    if toggle is not None and toggle.field == name:
        words = {"0": toggle.no, "1": toggle.yes}
        return ", ".join(str(words[value]) for value in ask.filters.get(name, ()))
    if name == SEARCHED:
        return _("“%(text)s”", text=ask.filters[SEARCHED][0])
    if name == CHOSEN:
        return ngettext("%(num)d chosen", "%(num)d chosen", len(ask.filters[CHOSEN]))
    field = ask.resource.field(name) if ask.resource.has_field(name) else None
    if field is not None and isinstance(field.kind, Reference) and _keys(ask, name) == [name]:
        return ", ".join(value_words(reader, ask, field, value) for value in ask.filters[name])
    sieve = Sieve(ask.resource, reader.house, session, reader.actor or ANONYMOUS)
    return sieve.words([condition_of(key, ask.filters[key]) for key in _keys(ask, name)])


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


def _offered(reader: Reader, ask: Ask) -> list[str]:
    """The set filters first; whose they are is no question to somebody who sees only their own."""
    sees_one = reader.actor is not None and reader.actor.scope(ask.resource.name, "view") is Scope.OWN
    names = [
        name
        for name in ask.report.filters
        if _keys(ask, name) or not (sees_one and name == ask.report.person)
    ]
    fixed = ask.report.one_of
    if fixed and len(values_of(reader, ask, ask.resource.field(fixed))) < 3:  # one value, and “not filled in”
        names = [name for name in names if name != fixed]
    return sorted(names, key=lambda name: name not in ask.filters)


def _pill(session: Session, reader: Reader, ask: Ask, address: str, name: str) -> FilterPill:
    field = ask.resource.field(name)
    choices = tuple(
        Choice(label, ask.with_filter(name, [value]).url(address), value in ask.filters.get(name, ()), hue)
        for value, label, hue in values_of(reader, ask, field)
    )
    return FilterPill(
        name,
        field.label,
        _words(session, reader, ask, name) if name in ask.filters else "",
        ask.with_filter(name, ()).url(address),
        choices,
        name == ask.report.one_of,
    )
