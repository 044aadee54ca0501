"""The pages of targets: how far they are, the grid in which they are set, and what was changed."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, Refused, _, flash_toast, ngettext
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.models import MONTH, SPANS
from plugins.crm_reports.readers import reader_here
from plugins.crm_reports.targets import api
from plugins.crm_reports.targets.goals import (
    SET,
    Goal,
    everybody,
    goal_called,
    goals_of,
    is_shown,
    may_set,
    whose_called,
)
from plugins.crm_reports.targets.grid import Grid, grid_of, sent_grid
from plugins.crm_reports.targets.keeping import carried, history_of, set_targets
from plugins.crm_reports.targets.progress import Progress, amount_text, current_targets, progress_of
from plugins.crm_reports.targets.sheet import write_targets
from plugins.crm_reports.targets.spans import (
    EARLIEST,
    LATEST,
    first_of,
    last_of,
    period_label,
    shifted,
    span_label,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("crm_reports_targets", __name__)
api.add_routes(blueprint)


@blueprint.get("/reports/targets")
def page() -> ResponseReturnValue:
    """How far the targets of one week, month, quarter or year are."""
    session, reader, actor = reader_here()
    span, first = span_asked(), _first_asked(reader.today)
    found = progress_of(session, reader, actor, current_targets(session, span, first))
    language = reader.formats.language
    return render_template(
        "crm_reports/targets.html",
        groups=grouped(found),
        span=span,
        first=first,
        title=period_label(span, first, language),
        spans=[
            {"label": span_label(each), "href": url_for(".page", span=each), "on": each == span}
            for each in SPANS
        ],
        before=url_for(".page", span=span, on=shifted(span, first, -1)),
        after=url_for(".page", span=span, on=shifted(span, first, 1)),
        is_now=first <= reader.today <= last_of(span, first),
        may_set=actor.may(*SET) and bool(_settable(session, reader, actor)),
    )


@blueprint.get("/reports/targets.xlsx")
def workbook() -> ResponseReturnValue:
    """The same as a workbook."""
    session, reader, actor = reader_here()
    span, first = span_asked(), _first_asked(reader.today)
    found = progress_of(session, reader, actor, current_targets(session, span, first))
    target = BytesIO()
    write_targets(target, reader, span, first, found)
    target.seek(0)
    name = f"targets-{first.isoformat()}.xlsx"
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


@blueprint.route("/reports/targets/set", methods=["GET", "POST"])
def grid() -> ResponseReturnValue:
    """The grid of one measure: a row for the company, each team and each person, a column for each period of a year."""
    session, reader, actor = reader_here()
    if not actor.may(*SET):
        abort(403)
    goal = _goal_asked(session, reader, actor)
    if goal is None:
        return render_template("crm_reports/targets_set.html", grid=None, goals=[])
    people = [each for each in everybody(session, reader) if may_set(actor, goal, each)]
    span, year = span_asked(), _year_asked(reader.today)
    shown = grid_of(session, reader, goal, span, year, people)
    if request.method == "POST":
        shown = sent_grid(reader, shown, request.form)
        if not shown.problems:
            wishes = shown.wishes
            if request.form.get("deed") == "carry":
                wishes = [*wishes, *carried(shown.with_wishes(), span, shown.firsts, people)]
            try:
                number = set_targets(session, actor, goal, span, wishes, shown.currency)
                session.commit()
            except Refused as refused:
                session.rollback()
                shown.problems[""] = str(refused.message)
            else:
                flash_toast(ngettext("One target was changed.", "%(num)d targets were changed.", number))
                return redirect(_grid_url(goal, span, year))
    return _grid_page(session, reader, actor, shown), 422 if shown.problems else 200


@blueprint.get("/reports/targets/history")
def history() -> ResponseReturnValue:
    """Who changed which target of a measure when."""
    session, reader, actor = reader_here()
    goal = goal_called(reader, actor, request.args.get("goal", ""))
    if goal is None:
        abort(404)
    span = span_asked()
    lines = []
    for each in history_of(session, goal, span):
        whose = whose_called(session, reader, each.whose)
        if is_shown(actor, goal, whose):
            who = reader.formats.references.get("users", each.actor_id)
            lines.append(
                {
                    "at": each.at,
                    "who": who.name if who else _("The system"),
                    "whose": whose.label,
                    "period": period_label(span, each.first, reader.formats.language),
                    "before": amount_text(reader, goal, each.before, each.currency),
                    "after": amount_text(reader, goal, each.after, each.currency),
                }
            )
    return render_template(
        "crm_reports/targets_history.html",
        goal=goal,
        lines=lines,
        span=span,
        back=url_for(".page", span=span),
        set_url=_grid_url(goal, span, reader.today.year) if actor.may(*SET) else "",
    )


def span_asked() -> str:
    span = request.values.get("span", MONTH)
    return span if span in SPANS else MONTH


def grouped(found: list[Progress]) -> list[tuple[Goal, list[Progress]]]:
    """By measure, the company before teams and people."""
    order = {"company": 0, "team": 1, "user": 2}
    groups: dict[str, tuple[Goal, list[Progress]]] = {}
    for each in found:
        groups.setdefault(each.goal.key, (each.goal, []))[1].append(each)
    for _goal, lines in groups.values():
        lines.sort(key=lambda each: (order[each.whose.kind], each.whose.label))
    return list(groups.values())


def _grid_page(session: Session, reader: Reader, actor: Actor, shown: Grid) -> str:
    year, span, goal = shown.year, shown.span, shown.goal
    context: dict[str, Any] = {
        "grid": shown,
        "goals": _settable(session, reader, actor),
        "spans": [
            {"label": span_label(each), "href": _grid_url(goal, each, year), "on": each == span}
            for each in SPANS
        ],
        "before": _grid_url(goal, span, year - 1),
        "after": _grid_url(goal, span, year + 1),
        "history_url": url_for(".history", goal=goal.key, span=span),
        "back": url_for(".page", span=span),
    }
    return render_template("crm_reports/targets_set.html", **context)


def _grid_url(goal: Goal, span: str, year: int) -> str:
    return url_for(".grid", goal=goal.key, span=span, year=year)


def _goal_asked(session: Session, reader: Reader, actor: Actor) -> Goal | None:
    """The measure asked for, else the first that this person may set; 404 for one that they may not."""
    key = request.values.get("goal", "")
    if key:
        return goal_called(reader, actor, key) or abort(404)
    return next(iter(_settable(session, reader, actor)), None)


def _settable(session: Session, reader: Reader, actor: Actor) -> list[Goal]:
    """The measures of which this person may set a target of anybody."""
    people = everybody(session, reader)
    return [goal for goal in goals_of(reader, actor) if any(may_set(actor, goal, each) for each in people)]


def _first_asked(today: date) -> date:
    span = span_asked()
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        day = today
    return first_of(span, day if EARLIEST < day.year < LATEST else today)


def _year_asked(today: date) -> int:
    year = request.values.get("year", "")
    return int(year) if len(year) == 4 and year.isdecimal() and EARLIEST < int(year) < LATEST else today.year
