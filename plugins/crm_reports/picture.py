"""A chart before it is drawn: categories, series and words; the page's ECharts and the workbook's charts come from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.api import _
from plugins.crm_reports.ask import Ask, Reader, list_of, list_url
from plugins.crm_reports.buckets import bucket_label, buckets_of, days_of, grain_for, grain_words
from plugins.crm_reports.declare import ByMonth, ByStages, BySteps, Chart, Count, Share
from plugins.crm_reports.drawn import Legend, Picture, Series
from plugins.crm_reports.groups import Group, axis_of, groups_of
from plugins.crm_reports.largest import Other, Value
from plugins.crm_reports.stages import stages_of
from plugins.crm_reports.steps import steps_of
from plugins.crm_reports.tally import Axis, Tallies, Tally
from plugins.crm_reports.words import number_text, percent_text, value_text

MOST_BARS = 12
"""Values with a bar of their own; the table has them all."""

MOST_STACKED = 7
"""Values with a colour of their own in a stack; what is left is one grey part."""

SPARE_HUES = ("blue", "orange", "violet", "teal", "pink", "amber", "green")
"""For lists without colours."""


def axis_of_chart(ask: Ask, chart: Chart) -> Axis:
    """What must be counted for a chart."""
    axis = axis_of(ask.report.cut(chart.cut), ask.period)
    return Axis(axis.fields, grain_for(ask.period)) if chart.look == "over_time" else axis


def picture_of(reader: Reader, ask: Ask, chart: Chart, tallies: Tallies) -> Picture:
    """The picture of a chart from what was counted for it."""
    cut = ask.report.cut(chart.cut)
    if isinstance(cut, ByStages):
        return _stages(reader, ask, chart, cut, tallies)
    groups = groups_of(reader, ask, cut, tallies)
    if chart.look == "over_time":
        return _over_time(reader, ask, chart, groups, tallies)
    if chart.look == "funnel" and isinstance(cut, BySteps):
        return _funnel(reader, ask, chart, cut, groups, tallies)
    if chart.look == "bars":
        return _bars(reader, ask, chart, groups)
    return _parts(reader, ask, chart, groups)


def _funnel(
    reader: Reader, ask: Ask, chart: Chart, cut: BySteps, groups: Sequence[Group], tallies: Tallies
) -> Picture:
    steps = steps_of(ask, cut, groups, tallies)
    language = reader.formats.language
    notes = [
        "" if step.share is None else _("%(share)s pass", share=percent_text(step.share, language))
        for step in steps
    ]
    if cut.time and len(notes) > 1:
        measure = ask.report.measure(cut.time)
        value = tallies.total().value(ask.report, measure)
        notes[-1] += f" · {value_text(measure, value, reader.formats)}" if value is not None else ""
    hues = tuple(step.group.hue if step.group.meaning == cut.way[-1] else "accent" for step in steps)
    urls = tuple(list_url(reader, ask, ask.period, step.narrowing) if step.reached else "" for step in steps)
    now = Series(
        _("This period"), "accent", tuple(step.reached for step in steps), hues, tuple(notes), urls=urls
    )
    return _compared(
        reader,
        ask,
        chart,
        [step.group.label for step in steps],
        now,
        [step.reached_before or 0 for step in steps],
        "",
    )


def _stages(reader: Reader, ask: Ask, chart: Chart, cut: ByStages, tallies: Tallies) -> Picture:
    steps = stages_of(reader, ask, cut, tallies)
    now = Series(
        _("This period"),
        "accent",
        tuple(step.count for step in steps),
        tuple("green" if step is steps[-1] else "accent" for step in steps),
        tuple(step.note(reader.formats.language) for step in steps),
        urls=tuple(step.url for step in steps),
    )
    return _compared(
        reader,
        ask,
        chart,
        [str(step.label) for step in steps],
        now,
        [step.before or 0 for step in steps],
        "",
    )


def _bars(reader: Reader, ask: Ask, chart: Chart, groups: Sequence[Group]) -> Picture:
    shown = groups[:MOST_BARS]
    counted = _count_of(ask, chart)
    shares = [
        measure for name in chart.measures[1:] if isinstance(measure := ask.report.measure(name), Share)
    ]
    notes = tuple(
        " · ".join(
            f"{value_text(share, group.tally.value(ask.report, share), reader.formats)} {str(share.label).lower()}"
            for share in shares
        )
        for group in shown
    )
    now = Series(
        _("This period"),
        "accent",
        tuple(group.tally.counts[counted.name] for group in shown),
        tuple(group.hue for group in shown) if any(group.is_coloured for group in shown) else (),
        notes,
        urls=_urls(reader, ask, shown, counted),
    )
    return _compared(
        reader,
        ask,
        chart,
        [group.label for group in shown],
        now,
        [group.before.counts[counted.name] if group.before else 0 for group in shown],
        _("the %(count)s largest", count=MOST_BARS) if len(groups) > MOST_BARS else "",
    )


def _compared(
    reader: Reader,
    ask: Ask,
    chart: Chart,
    categories: Sequence[str],
    now: Series,
    before: Sequence[int],
    subtitle: str,
) -> Picture:
    language = reader.formats.language
    texts = tuple(number_text(value, language) for value in now.values)
    series, legend = [replace(now, texts=texts)], []
    if ask.before is not None:
        series.append(Series(_("Period before"), "before", tuple(before)))
        legend = [Legend(_("this period"), "accent"), Legend(_("before"), "before")]
    notes = now.notes or ("",) * len(categories)
    summary = "; ".join(
        f"{label} {text}" + (f", {note}" if note else "")
        for label, text, note in zip(categories, texts, notes, strict=True)
    )
    return Picture(
        _name(ask, chart),
        chart.look,
        chart.label,
        subtitle,
        tuple(categories),
        tuple(series),
        tuple(legend),
        _("%(name)s: %(text)s", name=chart.label, text=summary),
        chart.wide,
    )


def _parts(reader: Reader, ask: Ask, chart: Chart, groups: Sequence[Group]) -> Picture:
    """Measures one after the other (or side by side) for each value or month."""
    language, report = reader.formats.language, ask.report
    by_month = isinstance(report.cut(chart.cut), ByMonth)
    shown = groups if by_month else groups[:MOST_BARS]
    measures = [measure for name in chart.measures if isinstance(measure := report.measure(name), Count)]
    series = tuple(
        Series(
            str(measure.label),
            hue,
            tuple(group.tally.counts[measure.name] for group in shown),
            urls=_urls(reader, ask, shown, measure),
        )
        for measure, hue in zip(measures, chart.hues, strict=True)
    )
    legend = tuple(
        Legend(
            each.name,
            each.hue,
            number_text(total := sum(group.tally.counts[measure.name] for group in groups), language),
            list_of(reader, ask, measure, ask.period) if total else "",
        )
        for measure, each in zip(measures, series, strict=True)
    )
    summary = "; ".join(
        _(
            "%(name)s: %(text)s",
            name=group.label,
            text=", ".join(
                f"{number_text(each.values[place], language)} {each.name.lower()}" for each in series
            ),
        )
        for place, group in enumerate(shown)
    )
    subtitle = _("the %(count)s largest", count=MOST_BARS) if len(shown) < len(groups) else ""
    return Picture(
        _name(ask, chart),
        chart.look,
        chart.label,
        subtitle,
        tuple(group.label for group in shown),
        series,
        legend,
        _("%(name)s: %(text)s", name=chart.label, text=summary),
        chart.wide,
    )


def _over_time(reader: Reader, ask: Ask, chart: Chart, groups: Sequence[Group], tallies: Tallies) -> Picture:
    """The first measure of each value, stacked over the weeks (days, months) of the period."""
    grain, language = grain_for(ask.period), reader.formats.language
    measure = _count_of(ask, chart)
    buckets = list(buckets_of(grain, ask.period))
    cells = tallies.by_value_and_bucket(chart.cut)
    present = [group for group in groups if group.tally.counts[measure.name]]
    own = [group for group in present if group.value is not Other.TEXTS][:MOST_STACKED]
    rest = [group for group in present if group not in own]
    series, legend = [], []
    for place, group in enumerate(own):
        hue = group.hue if group.is_coloured else SPARE_HUES[place]
        values = _values(cells, [group], buckets, measure.name)
        urls = tuple(
            list_of(reader, ask, measure, days_of(grain, bucket, ask.period), group.narrowing)
            if value
            else ""
            for bucket, value in zip(buckets, values, strict=True)
        )
        series.append(Series(group.label, hue, values, urls=urls))
        total = group.tally.counts[measure.name]
        legend.append(
            Legend(
                group.label,
                hue,
                number_text(total, language),
                list_of(reader, ask, measure, ask.period, group.narrowing),
            )
        )
    if rest:
        series.append(Series(_("Others"), "slate", _values(cells, rest, buckets, measure.name)))
        legend.append(Legend(_("Others"), "slate", number_text(sum(series[-1].values), language)))
    noun = str(measure.label).lower()
    summary = ", ".join(f"{each.label} {each.text}" for each in legend)
    return Picture(
        _name(ask, chart),
        chart.look,
        chart.label,
        grain_words(grain, noun),
        tuple(bucket_label(grain, bucket, language) for bucket in buckets),
        tuple(series),
        tuple(legend),
        _("%(name)s: %(text)s", name=f"{chart.label}, {grain_words(grain, noun)}", text=summary),
        chart.wide,
    )


def _urls(reader: Reader, ask: Ask, groups: Sequence[Group], measure: Count) -> tuple[str, ...]:
    return tuple(
        list_of(reader, ask, measure, group.days or ask.period, group.narrowing)
        if group.tally.counts[measure.name]
        else ""
        for group in groups
    )


def _values(
    cells: Mapping[tuple[Value, int], Tally], groups: Sequence[Group], buckets: Sequence[int], measure: str
) -> tuple[int, ...]:
    values = [group.value for group in groups]
    return tuple(
        sum(cells[value, bucket].counts[measure] for value in values if (value, bucket) in cells)
        for bucket in buckets
    )


def _count_of(ask: Ask, chart: Chart) -> Count:
    """The count a chart draws; `check_report` has made sure that it is one."""
    measure = ask.report.measure(chart.measures[0])
    assert isinstance(measure, Count)
    return measure


def _name(ask: Ask, chart: Chart) -> str:
    return f"{chart.look}-{ask.report.charts.index(chart) + 1}".replace("_", "-")
