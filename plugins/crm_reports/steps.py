"""The funnel: how far records got along the way of a status, and the table of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.api import _
from plugins.crm_reports.ask import Ask, Reader, list_url
from plugins.crm_reports.declare import BySteps, Count
from plugins.crm_reports.groups import Group
from plugins.crm_reports.narrowing import Narrowing
from plugins.crm_reports.periods import Period
from plugins.crm_reports.table import Cell, Heading, Line, Table, cell_of
from plugins.crm_reports.tally import DAY, Tallies
from plugins.crm_reports.words import NOTHING, change_of, length_text, number_text, percent_text


@dataclass(frozen=True)
class Step:
    """A step of the way: how many got to it or further, now and before, and how they are listed."""

    group: Group
    reached: int
    reached_before: int | None
    narrowing: Narrowing
    share: float | None
    """Of those at the step before; None at the first."""


def steps_of(ask: Ask, cut: BySteps, groups: Sequence[Group], tallies: Tallies) -> list[Step]:
    """The steps of the way. Whoever is here at all got to the first; who left the way got no further than that."""
    counted = ask.report.counted
    way = sorted(
        (group for group in groups if group.meaning in cut.way),
        key=lambda group: cut.way.index(group.meaning),
    )
    steps: list[Step] = []
    for position, group in enumerate(way):
        rest = way[position:]
        narrowing: Narrowing = {cut.name: tuple(each.key for each in rest)} if position else {}
        if position:
            reached = sum(each.tally.counts[counted] for each in rest)
            before = sum(each.before.counts[counted] for each in rest if each.before)
        else:
            reached, before = tallies.total().counts[counted], tallies.total(before=True).counts[counted]
        share = reached / steps[-1].reached if steps and steps[-1].reached else None
        steps.append(Step(group, reached, before if ask.before else None, narrowing, share))
    return steps


Stays = Mapping[int | None, tuple[int, int]]
"""For each step the seconds of all stays there, and how many there were."""


def steps_table(
    reader: Reader, ask: Ask, cut: BySteps, groups: Sequence[Group], tallies: Tallies, stays: Stays
) -> Table:
    """The steps with how many got there and how many are there, then the values beside the way with the latter only."""
    steps = steps_of(ask, cut, groups, tallies)
    beside = [group for group in groups if group.meaning not in cut.way]
    lines = [_step_line(reader, ask, cut, step, stays) for step in steps]
    lines += [_beside_line(reader, ask, cut, group, stays) for group in beside]
    headings = [Heading("reached", _("Got this far"), "count")]
    if ask.before is not None:
        headings += [
            Heading("reached_before", _("Before"), "count", is_before=True),
            Heading("reached_change", _("Change"), "change"),
        ]
    headings += [
        Heading("passed", _("Of the step before"), "share"),
        Heading("now", _("There now"), "count", starts=True),
    ]
    if cut.amount:
        headings.append(Heading("amount", ask.report.measure(cut.amount).label, "money"))
    if cut.spent:
        headings.append(Heading("spent", _("Mean time there"), "days"))
    total = Group("total", _("Total"), "", {}, None, tallies.total(), None)
    return Table(
        cut, cut.label, tuple(headings), tuple(lines), _total_line(reader, ask, cut, total, len(headings))
    )


def _step_line(reader: Reader, ask: Ask, cut: BySteps, step: Step, stays: Stays) -> Line:
    language = reader.formats.language
    cells = [_reached_cell(reader, ask, step.reached, ask.period, step.narrowing)]
    if ask.before is not None and step.reached_before is not None:
        cells.append(_reached_cell(reader, ask, step.reached_before, ask.before, step.narrowing))
        measure = ask.report.measure(ask.report.counted)
        change = change_of(measure, step.reached, step.reached_before, reader.formats)
        cells.append(Cell(change.amount, change.signed, tone=change.tone) if change else Cell(None, NOTHING))
    cells.append(
        Cell(step.share, percent_text(step.share, language))
        if step.share is not None
        else Cell(None, NOTHING)
    )
    return _finished(reader, ask, cut, step.group, cells, stays)


def _reached_cell(reader: Reader, ask: Ask, count: int, period: Period, narrowing: Narrowing) -> Cell:
    url = list_url(reader, ask, period, narrowing) if count else ""
    return Cell(count, number_text(count, reader.formats.language), url)


def _beside_line(reader: Reader, ask: Ask, cut: BySteps, group: Group, stays: Stays) -> Line:
    return _finished(reader, ask, cut, group, [Cell(None, "")] * (4 if ask.before is not None else 2), stays)


def _finished(reader: Reader, ask: Ask, cut: BySteps, group: Group, cells: list[Cell], stays: Stays) -> Line:
    counted = ask.report.measure(ask.report.counted)
    assert isinstance(counted, Count)
    there = [cell_of(reader, ask, counted, group.tally, ask.period, group.narrowing)]
    if cut.amount:
        measure = ask.report.measure(cut.amount)
        there.append(cell_of(reader, ask, measure, group.tally, ask.period, group.narrowing))
    if cut.spent:
        there.append(_spent_cell(reader, stays.get(group.value if isinstance(group.value, int) else None)))
    return Line(group.key, group.label, group.hue, (*cells, *there))


def _spent_cell(reader: Reader, stays: tuple[int, int] | None) -> Cell:
    if stays is None or not stays[1]:
        return Cell(None, NOTHING)
    days = stays[0] / stays[1] / DAY
    return Cell(days, length_text(days, "days", reader.formats.language))


def _total_line(reader: Reader, ask: Ask, cut: BySteps, total: Group, width: int) -> Line:
    """Of the whole there is no step in which to be: its time is left out."""
    line = _finished(reader, ask, replace(cut, spent=None), total, [], {})
    cells = [*line.cells, *([Cell(None, "")] if cut.spent else [])]
    return Line(total.key, total.label, "", (*[Cell(None, "")] * (width - len(cells)), *cells))
