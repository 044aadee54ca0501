"""`prospecto interactions`: what was done beside a record, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa

from core.api import (
    NotValid,
    Refused,
    WriteContext,
    Wrong,
    create,
    delete,
    find_many,
    ids_in_list,
    in_app,
    json_option,
    load_config,
    say,
    say_json,
    write_context,
)
from plugins.crm_interactions.models import Interaction

INTERACTIONS = "interactions"
BATCH = 500
user_option = click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")


@click.group()
def interactions() -> None:
    """Write down what was done beside a record, and read it."""


@interactions.command("list")
@click.option("--record", metavar="RECORD", help="Beside which record: leads/3; or of which kind: leads.")
@click.option(
    "--filter", "query", metavar="QUERY", default="", help='A list\'s query: "kind=~call&at.last_days=7".'
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100)
@user_option
@json_option
def list_interactions(record: str | None, query: str, limit: int, user: str | None, as_json: bool) -> None:
    """The interactions of a filter, newest first."""
    asked = "&".join(each for each in (query, f"record={record}" if record else "") if each)
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        _tell(_newest(context, ids_in_list(context, INTERACTIONS, asked), limit), context, as_json)


@interactions.command("add")
@click.argument("record")
@click.option("--kind", metavar="NAME", help="Of the list of kinds; else its default.")
@click.option("--subject", help="Else the first words of the text.")
@click.option("--text")
@click.option("--at", metavar="MOMENT", help="2026-12-24T10:00; else now.")
@click.option("--direction", type=click.Choice(["in", "out"]))
@click.option("--minutes", type=click.IntRange(0))
@click.option("--outcome", metavar="NAME", help="Of the list of outcomes.")
@click.option("--next", "next_step", metavar="TEXT", help="The next step.")
@user_option
@json_option
def add_interaction(record: str, user: str | None, as_json: bool, **said: Any) -> None:
    """Write an interaction down beside RECORD: "leads/3", "Leads #3", or a name that only one record has."""
    raw = {name: value for name, value in said.items() if value is not None}
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        actor = session.info.get("actor")
        context = write_context(session, house, actor, "command", date_order="ymd")
        try:
            made = create(house.resources[INTERACTIONS], {"record": record, **raw}, context)
        except NotValid as error:
            raise Wrong("; ".join(f"{each.field}: {each.message}" for each in error.draft.problems)) from None
        session.commit()
        _tell([made.id], context, as_json)


@interactions.command("delete")
@click.argument("ids", type=click.IntRange(1), nargs=-1, required=True)
@user_option
def delete_interactions(ids: tuple[int, ...], user: str | None) -> None:
    """Delete the interactions of these IDS."""
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        resource = house.resources[INTERACTIONS]
        context = write_context(session, house, session.info.get("actor"), "command")
        found = find_many(session, resource, ids)
        if missing := sorted(set(ids) - {each.id for each in found}):
            raise Wrong(f"There is no interaction {missing[0]}.")
        try:
            number = delete(resource, [each.record for each in found], context)
        except Refused as refused:
            raise Wrong(str(refused)) from None
        session.commit()
    say(f"{number} deleted.")


def _newest(context: WriteContext, ids: Sequence[int], limit: int) -> list[int]:
    """So many of these, the latest first."""
    moments: list[tuple[datetime, int]] = []
    for start in range(0, len(ids), BATCH):
        part = sa.select(Interaction.at, Interaction.id).where(Interaction.id.in_(ids[start : start + BATCH]))
        moments += [(at, id) for at, id in context.session.execute(part)]
    return [id for _at, id in sorted(moments, reverse=True)[:limit]]


def _tell(ids: Sequence[int], context: WriteContext, as_json: bool) -> None:
    """These interactions in this order, a line each or as the API gives them."""
    found = {
        each.id: each.json(context.formats)
        for each in find_many(context.session, context.house.resources[INTERACTIONS], ids, children=True)
    }
    told = [found[id] for id in ids if id in found]
    if as_json:
        say_json(told)
        return
    for each in told:
        record, kind = each["record"] or {}, each["kind"] or {}
        place = (
            f"{record.get('resource') or '-'}/{record.get('id') or '-'} {record.get('name') or ''}".rstrip()
        )
        say(f"{each['id']}  {each['at'][:16]}  {kind.get('name', '')}  {place}: {each['subject']}")
