"""What somebody asks of a report: period, comparison, filters and cut; read from a URL and turned into one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from core.api import Actor, Child, Field, Filter, Formats, House, Reading, Resource
from plugins.crm_reports.buckets import Grain
from plugins.crm_reports.declare import ByFilter, ByValue, Cut, Days, Measure, Report, Share
from plugins.crm_reports.filtering import own_words, read_filters
from plugins.crm_reports.narrowing import Narrowing, name_of, narrowed, narrowing_of
from plugins.crm_reports.periods import COMPARISONS, Period, before, months_between, read_period
from plugins.crm_reports.span import span_arguments


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

    def shift(self, grain: Grain | None) -> int | None:
        """How many buckets of time lie between one and the one it is compared with; None where they do not match."""
        months = months_between(self.period, self.comparison)
        if months is None or grain not in ("month", "year") or (grain == "year" and months % 12):
            return None
        return months if grain == "month" else months // 12

    def selected_from(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """The statement over the records, or over the rows that hang on them joined to these."""
        model = self.resource.model
        child = self.resource.child(self.report.rows) if self.report.rows else None
        if child is None:
            return statement.select_from(model)
        return statement.select_from(child.model).join(model, model.id == getattr(child.model, child.parent))

    @property
    def counted_model(self) -> Any:
        """Whose attributes are added up."""
        child = self.resource.child(self.report.rows) if self.report.rows else None
        return child.model if child is not None else self.resource.model

    def filter_of(self, name: str) -> Filter | None:
        """The filter of the list by whose choices the cut of this name divides; None where it divides by a field."""
        is_filter = any(cut.name == name and isinstance(cut, ByFilter) for cut in self.report.cuts)
        return next((each for each in self.resource.extra_filters if is_filter and each.name == name), None)

    def field_of(self, name: str) -> Field:
        """The field by which a cut of this name divides; of the rows, where the cut says so."""
        child, own = self._of_rows(name)
        return child.field(own) if child is not None else self.resource.field(name)

    def model_of(self, name: str) -> Any:
        """Where that field is kept."""
        child, _own = self._of_rows(name)
        return child.model if child is not None else self.resource.model

    def _of_rows(self, name: str) -> tuple[Child | None, str]:
        cut = self.report.cut(name) if self.report.rows and self.report.has_cut(name) else None
        own = cut.of if isinstance(cut, ByValue) else ""
        return (self.resource.child(self.report.rows) if own else None), own

    def arguments(self) -> list[tuple[str, str]]:
        """The URL arguments that mean this; what is usual is left out."""
        pairs = [pair for pair in self.period.arguments() if pair != ("period", self.report.usual)]
        pairs += [("compare", self.comparison)] if self.comparison != COMPARISONS[0] else []
        pairs += [("by", self.cut.name)] if self.cut.name != self.report.cuts[0].name else []
        return pairs + [(name, value) for name, values in self.filters.items() for value in values]

    def url(self, address: str) -> str:
        pairs = self.arguments()
        return f"{address}?{urlencode(pairs)}" if pairs else address

    def with_filter(self, name: str, values: Sequence[str]) -> Ask:
        """The same with other values of one filter; with none of them it is off, however it was set."""
        filters = {key: kept for key, kept in self.filters.items() if name_of(key) != name}
        filters |= {name: tuple(values)}
        return replace(self, filters={key: kept for key, kept in filters.items() if kept})


def read_ask(report: Report, reader: Reader, args: Mapping[str, Sequence[str]]) -> Ask:
    """What the arguments of a URL mean (name → all its values); what makes no sense is left out."""

    def first(name: str) -> str:
        return (args.get(name) or [""])[0].strip()

    resource = reader.house.resources[report.resource]
    filters = read_filters(report, reader, args)
    if report.one_of:
        filters[report.one_of] = _one_of(
            reader, resource.field(report.one_of), filters.get(report.one_of, ())
        )
    cut = next((each for each in report.cuts if each.name == first("by")), report.cuts[0])
    comparison = first("compare")
    period = read_period(first("period"), first("from"), first("to"), reader.today, report.usual)
    comparison = comparison if comparison in COMPARISONS else COMPARISONS[0]
    beside = tuple(
        Ask(other, reader.house.resources[other.resource], period, comparison, cut, own_words(other, filters))
        for other in report.beside
        if other.resource in reader.house.resources
        and (reader.actor is None or reader.actor.may(other.resource, "view"))
    )
    return Ask(report, resource, period, comparison, cut, filters, beside)


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


def list_of(
    reader: Reader,
    ask: Ask,
    measure: Measure,
    period: Period | tuple[date, date],
    narrowing: Narrowing | None = MappingProxyType({}),
) -> str:
    """The address of the list of what a measure counts, among the records of one row; its own or of those beside."""
    part = ask.part_of(measure.name)
    own = None if narrowing is None else own_words(part.report, narrowing)
    rows = {cut.name: ("~any",) for cut in part.report.cuts if isinstance(cut, ByValue) and cut.of}
    return list_url(reader, part, period, own, rows, measured_narrowing(part.resource, measure))


def measured_narrowing(resource: Resource, measure: Measure) -> Narrowing | None:
    """Which records a measure is about; None where a list has no words for them."""
    if isinstance(measure, Share):
        return None
    narrowing = dict(narrowing_of(measure.where))
    if isinstance(measure, Days):
        ends = (measure.begin, measure.end)
        for end in ends:
            named = [each.name for each in resource.fields if each.attribute == end and each.side is None]
            if end not in ("created_at", "entered_on") and not named:
                return None
            narrowing |= {name: ("~any",) for name in named if name not in narrowing}
    return narrowing


def _one_of(reader: Reader, field: Field, given: Sequence[str]) -> tuple[str, ...]:
    """The one value of a filter that always has one: the first that was asked for, else the default of its list."""
    kind: Any = field.kind
    known = next((value for value in given if value.isdecimal()), "")
    default = reader.formats.references.default(kind.list) or next(
        iter(reader.formats.references.items(kind.list)), None
    )
    return (known,) if known else (str(default.id),) if default else ("~empty",)
