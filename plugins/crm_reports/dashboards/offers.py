"""What can be put on a dashboard: pieces of reports, lists, targets, and the cards that apps bring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, Words, _, views_of
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.dashboards.keeping import Piece
from plugins.crm_reports.dashboards.tiles import ME, chart_key
from plugins.crm_reports.models import CARD, CHART, FIGURE, LIST, SPANS, TABLE, TARGET, Target
from plugins.crm_reports.services import reports_of
from plugins.crm_reports.targets.goals import goals_of, is_shown, whose_called
from plugins.crm_reports.targets.spans import first_of, span_label

OWN = "crm_reports"


@dataclass(frozen=True)
class Offer:
    """One thing that can be put there; `value` is what a form says for it."""

    label: str
    piece: Piece

    @property
    def value(self) -> str:
        return json.dumps(asdict(self.piece), sort_keys=True)


@dataclass(frozen=True)
class Group:
    label: Words
    offers: Sequence[Offer]


def offers(session: Session, reader: Reader, actor: Actor) -> list[Group]:
    """Everything that this person could put on a dashboard, by where it comes from."""
    groups = [
        Group(report.label, of_report(read_ask(report, reader, {})))
        for report in reports_of(reader.house, actor)
    ]
    groups += [Group(_("Targets"), _targets(session, reader, actor))]
    groups += [
        Group(_("List: %(name)s", name=resource.plural), _views(session, reader, actor, resource.name))
        for resource in reader.house.in_menu_order()
        if actor.may(resource.name, "view")
    ]
    groups += [Group(_("Cards of home"), _cards(reader, actor))]
    return [group for group in groups if group.offers]


def of_report(ask: Ask) -> list[Offer]:
    """The pieces of a report as it is asked now: its figures, pictures and table, with filters and period."""
    query, report = ask.url("").lstrip("?"), ask.report
    figures = [
        Offer(
            _("Figure: %(name)s", name=ask.report.measure(name).label),
            Piece(FIGURE, report.name, name, query, width=3),
        )
        for name in report.figures
        if ask.counts(name)
    ]
    charts = [
        Offer(
            _("Chart: %(name)s", name=chart.label),
            Piece(CHART, report.name, chart_key(chart), query, width=12 if chart.wide else 6, height=3),
        )
        for chart in report.charts
        if all(ask.counts(name) for name in chart.measures)
    ]
    tables = [
        Offer(
            _("Table: %(name)s", name=cut.label),
            Piece(TABLE, report.name, cut.name, query, width=12, height=3),
        )
        for cut in report.cuts
    ]
    return [*figures, *charts, *tables]


def chosen(groups: Sequence[Group], value: str) -> Piece | None:
    """The offer that a form names; None for one that is not offered."""
    return next((each.piece for group in groups for each in group.offers if each.value == value), None)


def starters(session: Session, reader: Reader, actor: Actor) -> list[Piece]:
    """A first dashboard: figures and pictures of the first report that has both, a list, and one's targets."""
    pieces: list[Piece] = []
    for report in reports_of(reader.house, actor):
        found = [each.piece for each in of_report(read_ask(report, reader, {}))]
        figures = [each for each in found if each.kind == FIGURE][:4]
        charts = [each for each in found if each.kind == CHART][:2]
        if figures and charts:
            pieces += [*figures, *charts]
            break
    targets = _targets(session, reader, actor)
    pieces += [targets[0].piece] if len(targets) > 1 else []
    for resource in reader.house.in_menu_order():
        if actor.may(resource.name, "view") and resource.views:
            view = resource.views[0]
            pieces.append(
                Piece(
                    LIST,
                    resource.name,
                    "",
                    view.query,
                    str(view.label),
                    width=8 if len(targets) > 1 else 12,
                    height=3,
                )
            )
            break
    return pieces


def _views(session: Session, reader: Reader, actor: Actor, name: str) -> list[Offer]:
    resource = reader.house.resources[name]
    kept = [(each.name, each.query) for each in views_of(session, name, actor.user_id)]
    shipped = [(str(each.label), each.query) for each in resource.views]
    everything = [(str(resource.plural), "")]
    return [
        Offer(label, Piece(LIST, name, "", query, label, width=4, height=3))
        for label, query in [*everything, *shipped, *kept]
    ]


def _targets(session: Session, reader: Reader, actor: Actor) -> list[Offer]:
    """One's own together, and each running target that one may know."""
    found = [Offer(_("My targets"), Piece(TARGET, ME, "", width=4, height=3))]
    goals = {goal.key: goal for goal in goals_of(reader, actor)}
    running = sa.or_(
        *(sa.and_(Target.span == span, Target.first == first_of(span, reader.today)) for span in SPANS)
    )
    rows = session.execute(
        sa.select(Target.report, Target.measure, Target.span, Target.whose)
        .where(running)
        .order_by(Target.report, Target.measure, Target.span, Target.whose)
        .limit(300)
    )
    for report, measure, span, key in rows:
        goal, whose = goals.get(f"{report}.{measure}"), whose_called(session, reader, key)
        if goal is not None and is_shown(actor, goal, whose):
            label = f"{goal.label} · {whose.label} · {span_label(span)}"
            found.append(Offer(label, Piece(TARGET, whose.key, goal.key, f"span={span}", width=4, height=1)))
    return found


def _cards(reader: Reader, actor: Actor) -> list[Offer]:
    return [
        Offer(str(panel.label), Piece(CARD, plugin, panel.name, width=4, height=3))
        for plugin, panels in reader.house.hooks.each("home_widgets", user=actor)
        if plugin != OWN
        for panel in panels
        if panel.permission is None or actor.may(*panel.permission)
    ]
