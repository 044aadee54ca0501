"""Reports answered: which there are for somebody, and the figures, pictures and table of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from core.api import Actor, House
from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.checking import check_report
from plugins.crm_reports.counting import count_all, count_stays, first_and_last_day
from plugins.crm_reports.declare import ByStages, BySteps, Chart, Measure, Report, Words
from plugins.crm_reports.drawn import Picture
from plugins.crm_reports.groups import axis_of, groups_of
from plugins.crm_reports.periods import CUSTOM, WIDER, Period, named
from plugins.crm_reports.picture import axis_of_chart, picture_of
from plugins.crm_reports.pills import filters_said
from plugins.crm_reports.stages import stages_table
from plugins.crm_reports.steps import steps_table
from plugins.crm_reports.table import Table, cell_of, kind_of, table_of
from plugins.crm_reports.tally import Axis, Tallies
from plugins.crm_reports.words import Change, change_of, value_text

HOOK = "register_reports"
RIGHT = ("reports", "view")


@dataclass(frozen=True)
class Figure:
    """One of the large figures on top."""

    name: str
    label: Words
    kind: str
    value: Any
    text: str
    before: Any
    change: Change | None
    url: str


@dataclass(frozen=True)
class Answer:
    """A report, answered. `wider` is what to ask instead where the period holds nothing."""

    ask: Ask
    figures: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    table: Table | None
    wider: Ask | None = None
    said: tuple[tuple[str, str], ...] = ()
    """The filters that are set, in words."""

    @property
    def is_empty(self) -> bool:
        return self.table is None


def reports_of(house: House, actor: Actor) -> list[Report]:
    """The reports this person may open, in the order of their apps; a report that does not fit is noticed and skipped."""
    found: dict[str, Report] = {}
    for plugin, reports in house.hooks.each(HOOK):
        for report in reports:
            if report.resource not in house.resources or not actor.may(report.resource, "view"):
                continue
            try:
                check_report(report, house)
                if report.name in found:
                    raise ValueError(f"the name {report.name!r} is taken by another report")
            except (ValueError, KeyError) as error:
                house.hooks.failed(plugin, HOOK, error)
                continue
            found[report.name] = report
    return list(found.values())


def answer(session: Session, reader: Reader, ask: Ask) -> Answer:
    """Figures, pictures and table, from as few statements as they allow."""
    axes = {chart: axis_of_chart(ask, chart) for chart in ask.report.charts if _can_draw(ask, chart)}
    tallied = count_all(session, reader, ask, [*axes.values(), axis_of(ask.cut, ask.period), Axis()])
    total = tallied[Axis()].total()
    said = filters_said(session, reader, ask)
    if not any(total.counts[part.report.counted] for part in (ask, *ask.beside)):
        return Answer(ask, (), (), None, _wider(session, reader, ask), said)
    figures = tuple(
        _figure(reader, ask, ask.report.measure(name), tallied[Axis()])
        for name in ask.report.figures
        if ask.counts(name)
    )
    pictures = tuple(picture_of(reader, ask, chart, tallied[axis]) for chart, axis in axes.items())
    return Answer(ask, figures, pictures, _table(session, reader, ask, tallied), said=said)


def _can_draw(ask: Ask, chart: Chart) -> bool:
    """Whether this reader is told all that the chart draws."""
    return all(ask.counts(name) for name in chart.measures)


def _table(session: Session, reader: Reader, ask: Ask, tallied: Mapping[Axis, Tallies]) -> Table:
    tallies = tallied[axis_of(ask.cut, ask.period)]
    if isinstance(ask.cut, ByStages):
        return stages_table(reader, ask, ask.cut, tallies)
    if isinstance(ask.cut, BySteps):
        stays = count_stays(session, reader, ask, ask.cut) if ask.cut.spent else {}
        return steps_table(reader, ask, ask.cut, groups_of(reader, ask, ask.cut, tallies), tallies, stays)
    return table_of(reader, ask, ask.cut, tallies, tallied[Axis()])


def _figure(reader: Reader, ask: Ask, measure: Measure, tallies: Tallies) -> Figure:
    now = cell_of(reader, ask, measure, tallies.total(), ask.period)
    value, url = now.value, now.url
    before = tallies.total(before=True).value(ask.report, measure) if ask.before else None
    return Figure(
        measure.name,
        measure.label,
        kind_of(measure),
        value,
        value_text(measure, value, reader.formats, rounded=True),
        before,
        change_of(measure, value, before, reader.formats) if ask.before else None,
        url,
    )


def _wider(session: Session, reader: Reader, ask: Ask) -> Ask | None:
    """The next wider period that holds something; the days of all there is where none of the usual ones does."""
    first, last = first_and_last_day(session, reader, ask)
    if first is None:
        return None
    for period in _ladder(ask.period, reader):
        if any(period.first <= day <= period.last for day in (first, last)):
            return replace(ask, period=period)
    return replace(ask, period=Period(CUSTOM, first, last))


def _ladder(period: Period, reader: Reader) -> Sequence[Period]:
    """Each wider period in turn."""
    wider, name = [], WIDER.get(period.name)
    while name:
        wider.append(named(name, reader.today))
        name = WIDER.get(name)
    return wider
