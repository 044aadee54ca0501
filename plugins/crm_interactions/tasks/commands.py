"""`prospecto tasks`: tasks from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from core.api import (
    House,
    NotValid,
    PluginError,
    Refused,
    Shortcut,
    WriteContext,
    Wrong,
    change,
    find_many,
    ids_in_list,
    in_app,
    json_option,
    load_config,
    require_reach,
    say,
    say_json,
    write_context,
)
from plugins.crm_interactions.tasks.service import TASKS, add
from plugins.crm_interactions.tasks.turning import FINISH
from plugins.crm_interactions.tasks.turning import REOPEN as OPEN_AGAIN

user_option = click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
ids_argument = click.argument("ids", type=click.IntRange(1), nargs=-1, required=True)


@click.group()
def tasks() -> None:
    """List tasks, write them down, tick them off."""


@tasks.command("list")
@click.option(
    "--filter",
    "query",
    metavar="QUERY",
    default="state=open",
    help='A list\'s query: "state=overdue&assignee=~me". Without it, what is open.',
)
@user_option
@json_option
def list_tasks(query: str, user: str | None, as_json: bool) -> None:
    """The tasks of a filter, in the order of the list."""
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        _tell(ids_in_list(context, TASKS, query), context, as_json)


@tasks.command("add")
@click.argument("title")
@click.option("--due", metavar="DAY", help="2026-12-24; without it the task waits without a date.")
@click.option("--time", "clock", metavar="HH:MM", help="In the person's zone; without it the whole day.")
@click.option("--for", "assignee", metavar="EMAIL", help="Whose it is; else the person's own.")
@click.option("--record", metavar="RECORD", help='Of what it is: "Leads #3".')
@click.option("--priority", type=click.Choice(["high", "normal", "low"]), default="normal")
@user_option
@json_option
def add_task(
    title: str,
    due: str | None,
    clock: str | None,
    assignee: str | None,
    record: str | None,
    priority: str,
    user: str | None,
    as_json: bool,
) -> None:
    """Write a task down."""
    also: dict[str, Any] = {"assignee": assignee} if assignee else {}
    also |= {"record": record} if record else {}
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        actor = session.info.get("actor")
        context = write_context(session, house, actor, "command", date_order="ymd")
        try:
            task = add(context, title=title, due_on=due, due_time=clock, priority=priority, **also)
        except NotValid as error:
            raise Wrong("; ".join(f"{each.field}: {each.message}" for each in error.draft.problems)) from None
        session.commit()
        _tell([task.id], context, as_json)


@tasks.command()
@ids_argument
@user_option
@json_option
def done(ids: tuple[int, ...], user: str | None, as_json: bool) -> None:
    """Tick the tasks of these IDS off; what repeats goes on."""
    _press(FINISH, ids, user, as_json)


@tasks.command()
@ids_argument
@user_option
@json_option
def reopen(ids: tuple[int, ...], user: str | None, as_json: bool) -> None:
    """Open the tasks of these IDS again."""
    _press(OPEN_AGAIN, ids, user, as_json)


def _press(shortcut: Shortcut, ids: Sequence[int], user: str | None, as_json: bool) -> None:
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        for id in ids:
            _press_one(shortcut, id, session, house, context)
        session.commit()
        _tell(ids, context, as_json)


def _press_one(shortcut: Shortcut, id: int, session: Session, house: House, context: WriteContext) -> None:
    resource = house.resources[TASKS]
    found = find_many(session, resource, [id])
    if not found:
        raise Wrong(f"There is no task {id}.")
    try:
        require_reach(resource, found[0].record, shortcut.permission, context)
        raw = shortcut.changes(context, found[0].record, {})
        if raw is not None:
            change(resource, found[0].record, raw, context)
    except (NotValid, Refused, PluginError) as error:
        raise Wrong(str(getattr(error, "message", error))) from None


def _tell(ids: Sequence[int], context: WriteContext, as_json: bool) -> None:
    place = {id: number for number, id in enumerate(ids)}
    found = find_many(context.session, context.house.resources[TASKS], ids, children=True)
    rows = [each.json(context.formats) for each in sorted(found, key=lambda each: place[each.id])]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        box = "[x]" if row["done"] else "[ ]"
        who = row["assignee"]["name"] if row["assignee"] else "-"
        say(
            f"{row['id']:>6} {box} {row['due_on'] or '-':10} {row['due_time'] or '':5} {row['title']} ({who})"
        )
