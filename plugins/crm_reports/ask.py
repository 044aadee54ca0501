"""What somebody asks of a report: period, comparison, filters and cut; read from a URL and turned into one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from core.api import Actor, Boolean, Field, Formats, House, Invalid, Reading, Reference, Resource, UserRef
from plugins.crm_reports.declare import Cut, Measure, Report, Share
from plugins.crm_reports.periods import COMPARISONS, Period, before, read_period
from plugins.crm_reports.span import span_arguments

Narrowing = Mapping[str, tuple[str, ...]]
"""Field name → values of which a record has one, in the words of the list's URL."""


@dataclass(frozen=True)
class Reader:
    """For whom a report is made, and how values look to them. `root` stands before every address."""

    house: House
    actor: Actor | None
    formats: Formats
    reading: Reading
    root: str = ""

    @property
    def today(self) -> date:
        return datetime.now(self.formats.zone).date()


@dataclass(frozen=True)
class Ask:
    """A report as somebody wants it."""

    report: Report
    resource: Resource
    period: Period
    comparison: str
    cut: Cut
    filters: Narrowing
    beside: tuple[Ask, ...] = ()
    """The same of the other kinds of record that are counted beside, as far as the reader may see them."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Everything that is counted for this reader."""
        known = {each.name for part in (self, *self.beside) for each in part.report.measures}
        return tuple(
            each
            for each in self.report.all_measures
            if each.name in known and (not isinstance(each, Share) or {each.part, each.whole} <= known)
        )

    def counts(self, name: str) -> bool:
        """Whether this reader is told the measure of this name."""
        return any(each.name == name for each in self.measures)

    def part_of(self, name: str) -> Ask:
        """Of whose records a measure is: this ask, or one beside it."""
        own = (part for part in self.beside if any(each.name == name for each in part.report.measures))
        return next(own, self)

    @property
    def before(self) -> Period | None:
        return before(self.period, self.comparison)

    def arguments(self) -> list[tuple[str, str]]:
        """The URL arguments that mean this; what is usual is left out."""
        pairs = self.period.arguments()
        pairs += [("compare", self.comparison)] if self.comparison != COMPARISONS[0] else []
        pairs += [("by", self.cut.name)] if self.cut.name != self.report.cuts[0].name else []
        return pairs + [(name, value) for name, values in self.filters.items() for value in values]

    def url(self, address: str) -> str:
        pairs = self.arguments()
        return f"{address}?{urlencode(pairs)}" if pairs else address

    def with_filter(self, name: str, values: Sequence[str]) -> Ask:
        """The same with other values of one filter; with none of them it is off."""
        filters = {**self.filters, name: tuple(values)}
        return replace(self, filters={key: kept for key, kept in filters.items() if kept})


def read_ask(report: Report, reader: Reader, args: Mapping[str, Sequence[str]]) -> Ask:
    """What the arguments of a URL mean (name → all its values); what makes no sense is left out."""

    def first(name: str) -> str:
        return (args.get(name) or [""])[0].strip()

    resource = reader.house.resources[report.resource]
    filters: dict[str, tuple[str, ...]] = {}
    for name in report.narrowed_by:
        values = tuple(
            value
            for value in dict.fromkeys(args.get(name, ()))
            if meant(reader, resource.field(name), value) is not None
        )
        if values:
            filters[name] = values
    if report.one_of:
        filters[report.one_of] = _one_of(
            reader, resource.field(report.one_of), filters.get(report.one_of, ())
        )
    cut = next((each for each in report.cuts if each.name == first("by")), report.cuts[0])
    comparison = first("compare")
    period = read_period(first("period"), first("from"), first("to"), reader.today)
    comparison = comparison if comparison in COMPARISONS else COMPARISONS[0]
    beside = tuple(
        Ask(other, reader.house.resources[other.resource], period, comparison, cut, filters)
        for other in report.beside
        if other.resource in reader.house.resources
        and (reader.actor is None or reader.actor.may(other.resource, "view"))
    )
    return Ask(report, resource, period, comparison, cut, filters, beside)


def meant(reader: Reader, field: Field, value: str) -> frozenset[int | None] | None:
    """The ids a filter's value means (None among them for an empty field); None where it means nothing."""
    kind = field.kind
    if isinstance(kind, Boolean):
        return frozenset({int(value)}) if value in ("0", "1") else None
    if not isinstance(kind, Reference) or not value:
        return None
    if value == "~empty":
        return frozenset({None})
    if isinstance(kind, UserRef) and value in ("~me", "~team"):
        if reader.actor is None or reader.actor.user_id is None:
            return None
        return frozenset({reader.actor.user_id} if value == "~me" else reader.actor.team_ids)
    if value.startswith("~"):
        items = reader.formats.references.items(kind.list)
        return frozenset(item.id for item in items if value in ("~any", f"~{item.meaning}"))
    try:
        found = kind.parse({"id": value} if value.isdecimal() else value, field, reader.reading)
    except Invalid:
        return None
    return None if found is None else frozenset({found})


def narrowed(reader: Reader, resource: Resource, *narrowings: Narrowing | None) -> Narrowing | None:
    """All of these at once, as one narrowing; None where no record can meet them, or one of them cannot be said.

    A list takes several values of one field for “any of them”, so two narrowings of a field become the values that
    both mean.
    """
    together: dict[str, tuple[str, ...]] = {}
    for narrowing in narrowings:
        if narrowing is None:
            return None
        for name, values in narrowing.items():
            if name not in together or together[name] == values:
                together[name] = values
                continue
            if not resource.has_field(
                name
            ):  # of a filter that is no field nobody knows what two values have in common
                return None
            both = _ids(reader, resource.field(name), together[name]) & _ids(
                reader, resource.field(name), values
            )
            if not both:
                return None
            together[name] = tuple(
                "~empty" if id is None else str(id) for id in sorted(both, key=lambda id: id or 0)
            )
    return together


def list_url(
    reader: Reader, ask: Ask, period: Period | tuple[date, date], *narrowings: Narrowing | None
) -> str:
    """The address of the list that holds exactly these records; '' where it would be empty, or has no words for them."""
    together = narrowed(reader, ask.resource, ask.filters, *narrowings)
    if together is None:
        return ""
    first, last = (period.first, period.last) if isinstance(period, Period) else period
    pairs = [(name, value) for name, values in together.items() for value in values]
    pairs += span_arguments(ask.resource, ask.report.day, first, last)
    return f"{reader.root}/{ask.resource.name}?{urlencode(pairs, safe='~')}"


def narrowing_of(where: str) -> Narrowing:
    """A measure's `where` as a narrowing: `status=~open&channel=3`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, where.split("&")):
        name, _equals, value = part.partition("=")
        found[name] = (*found.get(name, ()), value)
    return found


def _one_of(reader: Reader, field: Field, given: Sequence[str]) -> tuple[str, ...]:
    """The one value of a filter that always has one: the first that was asked for, else the default of its list."""
    kind: Any = field.kind
    known = next((value for value in given if value.isdecimal()), "")
    default = reader.formats.references.default(kind.list) or next(
        iter(reader.formats.references.items(kind.list)), None
    )
    return (known,) if known else (str(default.id),) if default else ("~empty",)


def _ids(reader: Reader, field: Field, values: Sequence[str]) -> frozenset[int | None]:
    return frozenset().union(*(meant(reader, field, value) or frozenset() for value in values))
