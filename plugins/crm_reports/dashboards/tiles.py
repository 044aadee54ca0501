"""What stands on a tile: asked for alone, with the rights of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, Glance, Panel, Resource, _, glance
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.declare import Chart, Report
from plugins.crm_reports.drawn import Picture
from plugins.crm_reports.models import CARD, CHART, FIGURE, LIST, SPANS, TABLE, TARGET, Target, Tile
from plugins.crm_reports.plain import plain_figure, plain_table
from plugins.crm_reports.services import Answer, Figure, answer, reports_of
from plugins.crm_reports.table import Table
from plugins.crm_reports.targets.goals import is_shown
from plugins.crm_reports.targets.home import my_progress
from plugins.crm_reports.targets.progress import Progress, progress_of
from plugins.crm_reports.targets.spans import first_of

ME = "me"
GONE = "gone"
"""Of what has been switched off, deleted, or is not the reader's to see."""

LIST_ROWS: Mapping[int, int] = {1: 1, 2: 4, 3: 8, 4: 11}
"""How many records a list tile of so many rows has room for."""


@dataclass(frozen=True)
class Shown:
    """A tile with its content. `kind` is that of the tile, or GONE; `url` leads to all of it, `note` says the period."""

    tile: Tile
    kind: str
    title: str
    url: str = ""
    note: str = ""
    figure: Figure | None = None
    picture: Picture | None = None
    table: Table | None = None
    listed: Glance | None = None
    resource: Resource | None = None
    targets: Sequence[Progress] = field(default_factory=tuple)
    panel: Panel | None = None
    is_empty: bool = False


def show(session: Session, reader: Reader, actor: Actor, tile: Tile, period: str = "") -> Shown:
    """The tile as this person sees it; `period` is that of the whole dashboard, '' leaves each tile its own."""
    if tile.kind in (FIGURE, CHART, TABLE):
        return _of_report(session, reader, actor, tile, period)
    if tile.kind == LIST:
        return _list(session, reader, actor, tile)
    if tile.kind == TARGET:
        return _target(session, reader, actor, tile)
    return _card(reader, actor, tile)


def ask_of(reader: Reader, actor: Actor, tile: Tile, period: str = "") -> Ask | None:
    """What a tile asks of its report; None where there is none for this person."""
    report = next((each for each in reports_of(reader.house, actor) if each.name == tile.subject), None)
    if report is None:
        return None
    args = parse_qs(tile.query)
    if period:
        args = {name: values for name, values in args.items() if name not in ("from", "to")}
        args["period"] = [period]
    if tile.kind == TABLE and tile.part:
        args["by"] = [tile.part]
    return read_ask(report, reader, args)


def chart_key(chart: Chart) -> str:
    """How a tile names a chart; stays when a report's charts are put in another order."""
    return f"{chart.look}:{chart.cut}:{','.join(chart.measures)}"[:120]


def chart_called(report: Report, key: str) -> Chart | None:
    return next((each for each in report.charts if chart_key(each) == key), None)


def plain(shown: Shown) -> Mapping[str, Any]:
    """The content of a tile for programs."""
    found: dict[str, Any] = {"kind": shown.kind, "title": shown.title, "url": shown.url or None}
    if shown.figure is not None:
        found["figure"] = plain_figure(shown.figure)
    if shown.picture is not None:
        series = [{"name": each.name, "values": list(each.values)} for each in shown.picture.series]
        found["chart"] = {"categories": list(shown.picture.categories), "series": series}
    if shown.table is not None:
        found["rows"] = plain_table(shown.table)
    if shown.listed is not None:
        rows = [{"id": each.id, "title": each.title, "note": each.note} for each in shown.listed.lines]
        found["list"] = {"count": shown.listed.count, "more": shown.listed.is_more, "rows": rows}
    if shown.kind == TARGET:
        found["targets"] = [
            {"label": each.goal.label, "whose": each.whose.key, **each.texts} for each in shown.targets
        ]
    return found


def _of_report(session: Session, reader: Reader, actor: Actor, tile: Tile, period: str) -> Shown:
    ask = ask_of(reader, actor, tile, period)
    if ask is None:
        return _gone(tile)
    url = ask.url(f"{reader.root}/reports/{ask.report.name}")
    chart = chart_called(ask.report, tile.part) if tile.kind == CHART else None
    if (tile.kind == CHART and chart is None) or (tile.kind == FIGURE and not ask.counts(tile.part)):
        return _gone(tile)
    narrow = replace(
        ask.report,
        charts=(chart,) if chart else (),
        figures=(tile.part,) if tile.kind == FIGURE else (),
    )
    found = answer(session, reader, replace(ask, report=narrow))
    title = tile.title or str(_natural(ask, tile, chart))
    note = _note(reader, ask)
    if found.is_empty:
        return Shown(tile, tile.kind, title, url, note, is_empty=True)
    return replace(_filled(tile, found), title=title, url=url, note=note)


def _filled(tile: Tile, found: Answer) -> Shown:
    return Shown(
        tile,
        tile.kind,
        "",
        figure=found.figures[0] if tile.kind == FIGURE and found.figures else None,
        picture=found.pictures[0] if tile.kind == CHART and found.pictures else None,
        table=found.table if tile.kind == TABLE else None,
        is_empty=tile.kind == CHART and not found.pictures,
    )


def _natural(ask: Ask, tile: Tile, chart: Chart | None) -> Any:
    """What a tile is called that nobody has named."""
    if chart is not None:
        return f"{ask.report.label}: {chart.label}" if len(ask.report.charts) > 1 else ask.report.label
    if tile.kind == FIGURE:
        return ask.report.measure(tile.part).label
    return f"{ask.report.label}: {ask.cut.label}"


def _note(reader: Reader, ask: Ask) -> str:
    """Its period, and that filters are set."""
    label = ask.period.label()
    if ask.period.name == "custom":
        day = ask.resource.field(ask.report.day).kind if ask.resource.has_field(ask.report.day) else None
        if day is not None:
            label = (
                f"{day.text(ask.period.first, reader.formats)} – {day.text(ask.period.last, reader.formats)}"
            )
    set_by_hand = [name for name in ask.filters if name != ask.report.one_of]
    return f"{label} · {_('filtered')}" if set_by_hand else label


def _list(session: Session, reader: Reader, actor: Actor, tile: Tile) -> Shown:
    resource = reader.house.resources.get(tile.subject)
    if resource is None or not actor.may(resource.name, "view"):
        return _gone(tile)
    found = glance(session, resource, tile.query, reader.reading, actor, rows=LIST_ROWS.get(tile.height, 3))
    tail = f"?{found.query}" if found.query else ""
    url = f"{reader.root}/{resource.name}{tail}"
    return Shown(tile, LIST, tile.title or str(resource.plural), url, listed=found, resource=resource)


def _target(session: Session, reader: Reader, actor: Actor, tile: Tile) -> Shown:
    """All of one's own, or that of a measure, for oneself or for the one it names."""
    url = f"{reader.root}/reports/targets"
    if not tile.part:
        found = my_progress(session, reader, actor)
        return Shown(tile, TARGET, tile.title or _("My targets"), url, targets=found, is_empty=not found)
    report, _dot, measure = tile.part.partition(".")
    span = parse_qs(tile.query).get("span", ["month"])[0]
    if span not in SPANS:
        return _gone(tile)
    whose = f"user:{actor.user_id}" if tile.subject == ME else tile.subject
    kept = session.scalars(
        sa.select(Target).where(
            Target.report == report,
            Target.measure == measure,
            Target.span == span,
            Target.first == first_of(span, reader.today),
            Target.whose == whose,
        )
    )
    found = [
        each for each in progress_of(session, reader, actor, kept) if is_shown(actor, each.goal, each.whose)
    ]
    title = tile.title or (found[0].goal.measure.label if found else _("Target"))
    return Shown(tile, TARGET, str(title), f"{url}?span={span}", targets=found, is_empty=not found)


def _card(reader: Reader, actor: Actor, tile: Tile) -> Shown:
    """A card that an app brings for home, such as the tasks of today."""
    for plugin, panels in reader.house.hooks.each("home_widgets", user=actor):
        if plugin != tile.subject:
            continue
        for panel in panels:
            if panel.name == tile.part and (panel.permission is None or actor.may(*panel.permission)):
                return Shown(tile, CARD, tile.title or str(panel.label), panel=panel)
    if tile.subject in reader.house.manifests:
        return Shown(tile, CARD, tile.title or _("Card"), is_empty=True)
    return _gone(tile)


def _gone(tile: Tile) -> Shown:
    return Shown(tile, GONE, tile.title or _("Not there"))
