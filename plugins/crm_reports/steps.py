"""The funnel: how far records got along the way of a status, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import _
from plugins.crm_reports.ask import Ask, Narrowing, Reader
from plugins.crm_reports.declare import BySteps
from plugins.crm_reports.table import Cell, Group, Heading, Line, Table, count_cell
from plugins.crm_reports.tally import Tallies
from plugins.crm_reports.words import change_of, percent_text, value_text


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


def steps_table(reader: Reader, ask: Ask, cut: BySteps, groups: Sequence[Group], tallies: Tallies) -> Table:
    """The steps with how many got there and how many are there, then the values beside the way with the latter only."""
    steps = steps_of(ask, cut, groups, tallies)
    beside = [group for group in groups if group.meaning not in cut.way]
    lines = [_step_line(reader, ask, cut, step) for step in steps]
    lines += [_beside_line(reader, ask, cut, group) for group in beside]
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
    total = Group("total", _("Total"), "", {}, None, tallies.total(), None)
    return Table(
        cut, cut.label, tuple(headings), tuple(lines), _total_line(reader, ask, cut, total, len(headings))
    )


def _step_line(reader: Reader, ask: Ask, cut: BySteps, step: Step) -> Line:
    language = reader.formats.language
    cells = [count_cell(reader, ask, step.reached, ask.period, step.narrowing)]
    if ask.before is not None and step.reached_before is not None:
        cells.append(count_cell(reader, ask, step.reached_before, ask.before, step.narrowing))
        measure = ask.report.measure(ask.report.counted)
        change = change_of(measure, step.reached, step.reached_before, reader.formats)
        cells.append(Cell(change.amount, change.signed, tone=change.tone) if change else Cell(None, "—"))
    cells.append(
        Cell(step.share, percent_text(step.share, language)) if step.share is not None else Cell(None, "—")
    )
    return _finished(reader, ask, cut, step.group, cells)


def _beside_line(reader: Reader, ask: Ask, cut: BySteps, group: Group) -> Line:
    return _finished(reader, ask, cut, group, [Cell(None, "")] * (4 if ask.before is not None else 2))


def _finished(reader: Reader, ask: Ask, cut: BySteps, group: Group, cells: list[Cell]) -> Line:
    there = [count_cell(reader, ask, group.tally.counts[ask.report.counted], ask.period, group.narrowing)]
    if cut.amount:
        measure = ask.report.measure(cut.amount)
        value = group.tally.value(ask.report, measure)
        there.append(Cell(value, value_text(measure, value, reader.formats)))
    return Line(group.key, group.label, group.hue, (*cells, *there))


def _total_line(reader: Reader, ask: Ask, cut: BySteps, total: Group, width: int) -> Line:
    line = _finished(reader, ask, cut, total, [])
    return Line(total.key, total.label, "", (*[Cell(None, "")] * (width - len(line.cells)), *line.cells))
