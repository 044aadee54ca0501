"""The funnel over several kinds of record: how many leads came, how many became deals, how many of these were won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.api import _
from plugins.crm_reports.ask import Ask, Reader, list_of
from plugins.crm_reports.declare import ByStages, Count, Stage, Words
from plugins.crm_reports.table import Cell, Heading, Line, Table
from plugins.crm_reports.tally import Tallies, Tally
from plugins.crm_reports.words import NOTHING, change_of, percent_text, value_text


@dataclass(frozen=True)
class Reached:
    """A stage as it was counted. `share` is of those at the stage before; None at the first."""

    stage: Stage
    label: Words
    count: int
    before: int | None
    share: float | None
    amount: Any
    time: float | None
    time_text: str
    url: str

    def note(self, language: str) -> str:
        """What stands beside its bar: what part of the stage before, and how long it took."""
        passed = "" if self.share is None else _("%(share)s pass", share=percent_text(self.share, language))
        return " · ".join(filter(None, (passed, self.time_text if self.time is not None else "")))


def stages_of(reader: Reader, ask: Ask, cut: ByStages, tallies: Tallies) -> list[Reached]:
    """The stages whose records the reader may see, in their order."""
    now, before = tallies.total(), tallies.total(before=True)
    found: list[Reached] = []
    for stage in cut.stages:
        if not ask.counts(stage.count):
            continue
        measure = ask.report.measure(stage.count)
        assert isinstance(measure, Count)
        count = now.counts[stage.count]
        last = found[-1].count if found else 0
        time = _value(ask, now, stage.time)
        found.append(
            Reached(
                stage,
                measure.label,
                count,
                before.counts[stage.count] if ask.before else None,
                count / last if last else None,
                _value(ask, now, stage.amount),
                time,
                value_text(ask.report.measure(stage.time), time, reader.formats) if stage.time else "",
                list_of(reader, ask, measure, ask.period) if count else "",
            )
        )
    return found


def stages_table(reader: Reader, ask: Ask, cut: ByStages, tallies: Tallies) -> Table:
    """A row for each stage: how many, how many before, what part of the stage before, for how much, how long."""
    compared = ask.before is not None
    headings = [Heading("reached", _("Got this far"), "count")]
    if compared:
        headings += [
            Heading("reached_before", _("Before"), "count", is_before=True),
            Heading("reached_change", _("Change"), "change"),
        ]
    headings += [
        Heading("passed", _("Of the stage before"), "share"),
        Heading("amount", _("Value"), "money", starts=True),
        Heading("time", _("Mean time"), "days"),
    ]
    lines = [_line(reader, ask, step) for step in stages_of(reader, ask, cut, tallies)]
    return Table(cut, cut.label, tuple(headings), tuple(lines), None)


def _line(reader: Reader, ask: Ask, step: Reached) -> Line:
    measure: Any = ask.report.measure(step.stage.count)
    cells = [Cell(step.count, value_text(measure, step.count, reader.formats), step.url)]
    if ask.before is not None and step.before is not None:
        cells += _before(reader, ask, step, measure)
    language = reader.formats.language
    cells.append(
        Cell(step.share, percent_text(step.share, language))
        if step.share is not None
        else Cell(None, NOTHING)
    )
    cells.append(_amount(reader, ask, step) if step.stage.amount else Cell(None, ""))
    cells.append(_time(reader, ask, step))
    return Line(step.stage.count, str(step.label), "", tuple(cells))


def _amount(reader: Reader, ask: Ask, step: Reached) -> Cell:
    measure = ask.report.measure(step.stage.amount)
    url = list_of(reader, ask, measure, ask.period) if step.amount else ""
    return Cell(step.amount, value_text(measure, step.amount, reader.formats), url)


def _time(reader: Reader, ask: Ask, step: Reached) -> Cell:
    if step.time is None:
        return Cell(None, step.time_text)
    return Cell(
        step.time, step.time_text, list_of(reader, ask, ask.report.measure(step.stage.time), ask.period)
    )


def _before(reader: Reader, ask: Ask, step: Reached, measure: Count) -> Sequence[Cell]:
    assert ask.before is not None and step.before is not None
    change = change_of(measure, step.count, step.before, reader.formats)
    url = list_of(reader, ask, measure, ask.before) if step.before else ""
    return (
        Cell(step.before, value_text(measure, step.before, reader.formats), url),
        Cell(change.amount, change.signed, tone=change.tone) if change else Cell(None, NOTHING),
    )


def _value(ask: Ask, tally: Tally, name: str) -> Any:
    return tally.value(ask.report, ask.report.measure(name)) if name else None
