"""What somebody asks of a report: period, comparison, filters and cut; read from a URL and turned into one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from core.api import Actor, Field, Formats, House, Invalid, Reading, Reference, Resource, UserRef
from plugins.crm_reports.declare import BySteps, ByValue, Count, Cut, Report, Share
from plugins.crm_reports.largest import is_text
from plugins.crm_reports.periods import COMPARISONS, Period, before, read_period

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
    for name in report.filters:
        values = tuple(
            value
            for value in dict.fromkeys(args.get(name, ()))
            if meant(reader, resource.field(name), value) is not None
        )
        if values:
            filters[name] = values
    cut = next((each for each in report.cuts if each.name == first("by")), report.cuts[0])
    comparison = first("compare")
    return Ask(
        report,
        resource,
        read_period(first("period"), first("from"), first("to"), reader.today),
        comparison if comparison in COMPARISONS else COMPARISONS[0],
        cut,
        filters,
    )


def meant(reader: Reader, field: Field, value: str) -> frozenset[int | None] | None:
    """The ids a filter's value means (None among them for an empty field); None where it means nothing."""
    kind = field.kind
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
    pairs += [(f"{ask.report.day}.from", first.isoformat()), (f"{ask.report.day}.to", last.isoformat())]
    return f"{reader.root}/{ask.resource.name}?{urlencode(pairs, safe='~')}"


def narrowing_of(where: str) -> Narrowing:
    """A measure's `where` as a narrowing: `status=~open&channel=3`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, where.split("&")):
        name, _equals, value = part.partition("=")
        found[name] = (*found.get(name, ()), value)
    return found


def check_report(report: Report, house: House) -> None:
    """Whether the report fits what is declared.

    Raises:
        ValueError: it names a field, measure or cut that is not there, or one of the wrong kind.
    """
    resource = house.resources[report.resource]
    names = {measure.name for measure in report.measures}
    wanted = {
        *report.figures,
        *report.columns,
        report.counted,
        *(name for chart in report.charts for name in chart.measures),
    }
    for measure in report.measures:
        wanted |= {measure.part, measure.whole} if isinstance(measure, Share) else set()
    for cut in report.cuts:
        wanted |= {cut.amount, cut.time} - {""} if isinstance(cut, BySteps) else set(cut.columns)
    narrowing = [
        name
        for measure in report.measures
        if not isinstance(measure, Share)
        for name in narrowing_of(measure.where)
    ]
    if missing := sorted(wanted - names):
        raise ValueError(f"{report.name} has no measure {', '.join(missing)}")
    valued = {cut.name for cut in report.cuts if isinstance(cut, ByValue)}
    pointing = {*(cut.name for cut in report.cuts if isinstance(cut, BySteps)), *report.filters, *narrowing}
    for name in valued | pointing:
        if not resource.has_field(name):
            raise ValueError(f"{report.name} needs the field {name}, which {resource.name} have not")
        is_reference = isinstance(resource.field(name).kind, Reference)
        if name in pointing and not is_reference:
            raise ValueError(
                f"{report.name} needs the field {name} of {resource.name} to point to a list or a user"
            )
        if not is_reference and not is_text(resource.field(name)):
            raise ValueError(
                f"{report.name}: {name} of {resource.name} is neither a text nor points to a list or a user"
            )
        if resource.field(name).side is not None:
            raise ValueError(
                f"{report.name}: {name} is kept beside {resource.name} and cannot be reported by"
            )
    for chart in report.charts:
        if chart.look != "funnel" and not (
            chart.measures and isinstance(report.measure(chart.measures[0]), Count)
        ):
            raise ValueError(f"{report.name}: the chart {chart.label} draws a count, and names none")
    if unknown := sorted({chart.cut for chart in report.charts} - {cut.name for cut in report.cuts}):
        raise ValueError(f"{report.name} has no cut {', '.join(unknown)}")
    if not report.cuts or not resource.has_field(report.day):
        raise ValueError(f"{report.name} needs a cut, and a day among the fields of {resource.name}")


def _ids(reader: Reader, field: Field, values: Sequence[str]) -> frozenset[int | None]:
    return frozenset().union(*(meant(reader, field, value) or frozenset() for value in values))
