"""The calendar's page, and the dialog in which a task is written down on one of its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_time
from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.api import (
    Formats,
    NotValid,
    PluginError,
    Problem,
    Refused,
    _,
    create,
    current_house,
    db,
    flash_toast,
    formats_for,
    inputs_of,
    page_context,
    require,
    sent_inputs,
)
from plugins.crm_interactions.calendar.days import (
    MONTH,
    VIEWS,
    Stretch,
    addresses,
    stretch_of,
    title_of_stretch,
    weekday_names,
)
from plugins.crm_interactions.calendar.entries import (
    ALL,
    MINE,
    TEAM,
    Entry,
    entries_of,
    in_lanes,
    row_of_now,
)
from plugins.crm_interactions.tasks.views import TASKS, answered, is_scripted

ASKED = ("title", "due_on", "due_time", "minutes", "kind", "assignee", "record")
PREFIX = "task-"
IN_CELL = 3
"""A day of a month names so many; it says how many more there are."""


@dataclass(frozen=True)
class Day:
    """A day as it is drawn: what stands on it, those of the whole day first; `shown` have room in a month's cell."""

    day: date
    name: str
    short: str
    is_today: bool
    is_outside: bool
    is_chosen: bool
    entries: Sequence[Entry]
    whole: Sequence[Entry]
    timed: Sequence[Entry]
    shown: int

    @property
    def more(self) -> int:
        return max(len(self.entries) - self.shown, 0)


blueprint = Blueprint("crm_interactions_calendar", __name__, template_folder="../templates")


@blueprint.get("/calendar")
@require(TASKS, "view")
def page() -> str:
    """A month, a week or a day, of one's own tasks, one's team's or all."""
    session, actor = db.session(), g.actor
    formats = formats_for(session, actor)
    today = datetime.now(formats.zone).date()
    view = request.args.get("view", "")
    stretch = stretch_of(view if view in VIEWS else MONTH, _day_said(today), formats.language)
    whose = _whose()
    done = request.args.get("done") == "1"
    entries, is_cut = entries_of(session, current_house(), actor, formats, stretch, whose, done)
    kept = {"whose": whose, **({"done": "1"} if done else {})}
    return render_template(
        "crm_interactions/calendar.html",
        stretch=stretch,
        title=title_of_stretch(stretch, formats.language),
        days=_days(stretch, entries, formats, today),
        weekdays=weekday_names(stretch, formats.language),
        hours=[_hour(hour, formats) for hour in range(24)],
        at=addresses(request.script_root, stretch, kept, today),
        whose=whose,
        people=_people(stretch, done),
        done=done,
        is_cut=is_cut,
        today=today,
        now=row_of_now(formats),
        may_create=actor.may(TASKS, "create"),
    )


@blueprint.get("/calendar/new")
@require(TASKS, "create")
def ask_new() -> str:
    """The dialog of a new task on the day, and at the hour, that the address names."""
    return _asking({name: request.args[name] for name in ("due_on", "due_time") if name in request.args})


@blueprint.post("/calendar/new")
@require(TASKS, "create")
def make_new() -> ResponseReturnValue:
    """Write it down; what is wrong stands beside its field."""
    raw = sent_inputs(TASKS, ASKED, prefix=PREFIX)
    context = page_context(TASKS)
    try:
        task = create(context.house.resources[TASKS], raw, context)
        db.session.commit()
    except NotValid as error:
        db.session.rollback()
        return _asking({}, error.draft.problems), 422
    except (Refused, PluginError) as error:
        db.session.rollback()
        words = str(getattr(error, "message", error))
        return _asking({}, [Problem("", words)]), 422
    told = _("“%(record)s” was created.", record=task.title)
    if is_scripted():
        return answered(told)
    flash_toast(told)
    return redirect(f"{request.script_root}/calendar?on={task.due_on or ''}")


def _asking(given: Mapping[str, str], problems: Any = ()) -> str:
    context = page_context(TASKS)
    resource = context.house.resources[TASKS]
    values: dict[str, Any] = dict.fromkeys(ASKED)
    values["assignee"] = g.actor.user_id
    for name, text in given.items():
        try:
            values[name] = resource.field(name).kind.parse(text, resource.field(name), context.reading)
        except ValueError:
            continue
    said = {name: request.form[f"{PREFIX}{name}"] for name in ASKED if f"{PREFIX}{name}" in request.form}
    told = {each.field: each.message for each in problems if each.field in ASKED}
    form = inputs_of(TASKS, values, prefix=PREFIX, said=said, problems=told)
    return render_template(
        "crm_interactions/new_task.html" if is_scripted() else "crm_interactions/new_task_page.html",
        form=form,
        names=ASKED,
        general=[each.message for each in problems if each.field not in ASKED],
        action=f"{request.script_root}/calendar/new",
        back=f"{request.script_root}/calendar",
    )


def _days(stretch: Stretch, entries: list[Entry], formats: Formats, today: date) -> list[Day]:
    """Each day with what stands on it: those of the whole day first, then by the hour."""
    by_day: dict[date, list[Entry]] = {day: [] for day in stretch.days}
    for entry in entries:
        if entry.day in by_day:
            by_day[entry.day].append(entry)
    return [_day(day, standing, stretch, formats, today) for day, standing in by_day.items()]


def _day(day: date, standing: list[Entry], stretch: Stretch, formats: Formats, today: date) -> Day:
    whole = [each for each in standing if each.whole]
    timed = sorted((each for each in standing if not each.whole), key=lambda each: (each.row, each.id))
    shown = IN_CELL + (len(standing) == IN_CELL + 1)  # one more takes no more room than saying so
    return Day(
        day=day,
        name=format_date(day, "full", locale=formats.language),
        short=format_date(day, "ccc d", locale=formats.language),
        is_today=day == today,
        is_outside=stretch.view == MONTH and day.month != stretch.on.month,
        is_chosen=day == stretch.on,
        entries=[*whole, *timed],
        whole=whole,
        timed=in_lanes(timed),
        shown=shown,
    )


def _people(stretch: Stretch, done: bool) -> list[dict[str, Any]]:
    """Whose tasks can be looked at; a team where there is one."""
    ways = [(MINE, _("Mine"))]
    if len(g.actor.team_ids) > 1:
        ways.append((TEAM, _("My team")))
    ways.append((ALL, _("All")))
    tail = "&done=1" if done else ""
    root = f"{request.script_root}/calendar?view={stretch.view}&on={stretch.on.isoformat()}"
    return [
        {"label": label, "href": f"{root}&whose={key}{tail}", "on": key == _whose()} for key, label in ways
    ]


def _whose() -> str:
    said = request.args.get("whose", "")
    return said if said in (MINE, TEAM, ALL) else MINE


def _day_said(today: date) -> date:
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today


def _hour(hour: int, formats: Formats) -> dict[str, str]:
    moment = datetime(2000, 1, 1, hour)
    return {"time": f"{hour:02}:00", "text": format_time(moment, "short", locale=formats.language)}
