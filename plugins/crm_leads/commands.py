"""`prospecto leads`: what the command can do with leads beyond importing and exporting them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import click

from core.api import (
    Job,
    Refused,
    WriteContext,
    Wrong,
    ids_in_list,
    in_app,
    json_option,
    load_config,
    references_of,
    say,
    say_json,
    write_context,
)
from plugins.crm_leads.bulk import CONVERT_JOB, UNDO_JOB, Order, check_order
from plugins.crm_leads.conversion.many import Tally, convert_in_steps, undo_in_steps

user_option = click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")


@click.group()
def leads() -> None:
    """Convert leads, and take conversions back."""


@leads.command()
@click.argument("ids", type=click.IntRange(1), nargs=-1)
@click.option(
    "--filter", "query", metavar="QUERY", help='Instead of ids, a list\'s query: "status=~open&q=caracas".'
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    help="contact, company, deal, or kind: what the lead is.",
)
@click.option("--pipeline", metavar="NAME", help="Of the deals; else the usual one.")
@click.option(
    "--anew",
    is_flag=True,
    help="Make new clients also where known ones have the same document, e-mail or phone.",
)
@click.option(
    "--person", "people", multiple=True, metavar="EMAIL", help="Who gets what is made; several in turn."
)
@user_option
@json_option
def convert(
    ids: tuple[int, ...],
    query: str | None,
    targets: tuple[str, ...],
    pipeline: str | None,
    anew: bool,
    people: tuple[str, ...],
    user: str | None,
    as_json: bool,
) -> None:
    """Convert the leads of these IDS, or of a filter; answers the name of the run, by which it is taken back."""
    if bool(ids) == bool(query):
        raise Wrong("Say which leads: IDS…, or --filter QUERY.")
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        order = Order(targets, _pipeline(context, pipeline), not anew, _people(context, people))
        try:
            check_order(order, context)
        except Refused as refused:
            raise Wrong(str(refused.message)) from None
        wanted = ids or ids_in_list(context, "leads", query or "")
        run, tally = f"run:{secrets.token_hex(8)}", Tally()
        convert_in_steps(
            _job(context, CONVERT_JOB), wanted, order.wish_for, tally, batch=run, people=order.people
        )
    _tell(tally, as_json, run=run)


@leads.command("undo-conversions")
@click.argument("run")
@user_option
@json_option
def undo_conversions(run: str, user: str | None, as_json: bool) -> None:
    """Take back what holds of the conversions of this RUN."""
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        tally = Tally()
        undo_in_steps(_job(context, UNDO_JOB), run, tally)
    _tell(tally, as_json, run=run)


def _job(context: WriteContext, type: str) -> Job:
    """The work as a job, which nobody waits for and nobody stops."""
    return Job(0, type, "", {}, 0, context.actor, context.house)


def _pipeline(context: WriteContext, name: str | None) -> int | None:
    if name is None:
        return None
    found = context.formats.references.find("pipelines", name)
    if found is None:
        raise Wrong(f"There is no pipeline “{name}”.")
    return found.id


def _people(context: WriteContext, emails: Sequence[str]) -> tuple[int, ...]:
    known = references_of(context.session)
    found = {email: known.find("users", email) for email in emails}
    if missing := [email for email, item in found.items() if item is None]:
        raise Wrong(f"Nobody has the address {missing[0]}.")
    return tuple(item.id for item in found.values() if item is not None)


def _tell(tally: Tally, as_json: bool, **also: str) -> None:
    told = {
        **also,
        "done": tally.done,
        "skipped": tally.skipped,
        "failed": tally.failures,
        "why": [{"id": id, "lead": name, "reason": why} for id, name, why in tally.failed],
    }
    if as_json:
        say_json(told)
        return
    say(f"run {told['run']}: {tally.done} done, {tally.skipped} skipped, {tally.failures} failed")
    for id, name, why in tally.failed:
        say(f"  {id} {name}: {why}")
