"""`prospecto inquiry` and `prospecto mode`: what their pages and their API do, by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session

from core.api import (
    House,
    NotValid,
    Refused,
    WriteContext,
    Wrong,
    actor_of,
    in_app,
    json_option,
    load_config,
    say,
    say_json,
    write_context,
)
from plugins.crm_clients.inquiries.declare import KINDS
from plugins.crm_clients.inquiries.models import TAKEN, KeptInquiry
from plugins.crm_clients.inquiries.service import take_again, take_inquiry, told
from plugins.crm_clients.mode.asking import wanted_from
from plugins.crm_clients.mode.rest import as_json as as_told
from plugins.crm_clients.mode.rest import plan_json
from plugins.crm_clients.mode.rule import mode_of
from plugins.crm_clients.mode.service import (
    MODES,
    Wanted,
    change_mode,
    changes,
    go_on_with,
    last_change,
    plan_change,
    undoing,
)

user_option = click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
TEXTS = (
    "name",
    "company",
    "email",
    "phone",
    "document",
    "title",
    "message",
    "source",
    "pipeline",
    "salesperson",
)


def _text_options(command: Any) -> Any:
    for name in reversed(TEXTS):
        command = click.option(f"--{name}", default=None)(command)
    return command


@click.command()
@_text_options
@click.option("--kind", type=click.Choice([name for name, _label in KINDS]), default=None)
@click.option(
    "--from",
    "source_file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="The inquiry as JSON, as in POST /api/v1/inquiries; - reads standard input.",
)
@click.option(
    "--replay",
    type=click.IntRange(1),
    metavar="ID",
    help="Send this refused inquiry in again, with what else is given put right.",
)
@user_option
@json_option
def inquiry(
    source_file: TextIO | None, replay: int | None, user: str | None, as_json: bool, **given: str | None
) -> None:
    """Take an inquiry in: a lead, or in simple mode a client and a deal. Refused ones are kept."""
    payload = {**_read(source_file), **{name: text for name, text in given.items() if text is not None}}
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = _context(session, house)
        if replay is None:
            kept = take_inquiry(context, payload)
        else:
            found = session.get(KeptInquiry, replay)
            if found is None:
                raise Wrong(f"There is no inquiry {replay}.")
            kept = take_again(context, found, {**found.payload, **payload})
        session.commit()
        answer: dict[str, Any] = {
            "id": kept.id,
            "status": kept.status,
            "mode": kept.mode,
            "attached": kept.attached,
            "records": told(context, kept),
            "problems": kept.problems,
        }
    if as_json:
        say_json(answer)
    elif kept.status == TAKEN:
        for record in answer["records"]:
            say(f"{record['resource']} {record['id']}: {record['title']}")
    if kept.status != TAKEN:
        raise Wrong(f"Refused and kept as inquiry {kept.id}: {kept.error}")


@click.command()
@click.argument("to", type=click.Choice(MODES), required=False)
@click.option(
    "--target", "targets", multiple=True, help="What open leads become: kind, contact, company, deal."
)
@click.option("--pipeline", metavar="NAME", help="Of their deals.")
@click.option("--new-pipeline", metavar="NAME", help="Make this pipeline for their deals.")
@click.option("--stay", is_flag=True, help="Files, interactions and tasks stay with the lead.")
@click.option("--leave", is_flag=True, help="To classic: what was converted stays converted.")
@click.option("--undo", is_flag=True, help="Take the last change back.")
@click.option("--rest", is_flag=True, help="Try what the last change has left once more.")
@click.option("--dry-run", is_flag=True, help="Say what it would do and change nothing.")
@user_option
@json_option
def mode(
    to: str | None,
    targets: tuple[str, ...],
    pipeline: str | None,
    new_pipeline: str | None,
    stay: bool,
    leave: bool,
    undo: bool,
    rest: bool,
    dry_run: bool,
    user: str | None,
    as_json: bool,
) -> None:
    """Say which CRM mode is on, or change it; a worker brings along what is there."""
    if sum((to is not None, undo, rest)) > 1:
        raise Wrong("Say a mode, --undo or --rest.")
    body: dict[str, Any] = {"mode": to, "along": not stay, "bring_back": not leave}
    body |= {"targets": list(targets)} if targets else {}
    body |= {"pipeline": pipeline} if pipeline else {}
    body |= {"new_pipeline": new_pipeline} if new_pipeline else {}
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = _context(session, house)
        try:
            if to is None and not undo and not rest:
                answer = _standing(context)
            elif rest:
                answer = as_told(context, go_on_with(context))
            else:
                wanted = _last(session) if undo else wanted_from(body, context, makes=not dry_run)
                if dry_run:
                    answer = plan_json(plan_change(context, wanted))
                    session.rollback()
                else:
                    answer = as_told(context, change_mode(context, wanted))
            session.commit()
        except Refused as refused:
            raise Wrong(str(refused.message)) from None
        except NotValid as error:
            raise Wrong(str(error)) from None
    if as_json:
        say_json(answer)
        return
    for name, value in answer.items():
        if value not in (None, [], {}):
            say(
                f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value}"
            )


def _standing(context: WriteContext) -> dict[str, Any]:
    return {
        "mode": mode_of(context.session, context.house),
        "changes": [as_told(context, each) for each in changes(context.session)],
    }


def _last(session: Session) -> Wanted:
    last = last_change(session)
    if last is None:
        raise Wrong("There is nothing to take back.")
    return undoing(session, last)


def _read(file: TextIO | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        found = json.load(file)
    except ValueError as error:
        raise Wrong(f"{Path(file.name).name}: {error}") from None
    if not isinstance(found, dict):
        raise Wrong(f"{Path(file.name).name}: this is no JSON object")
    return found


def _context(session: Session, house: House) -> WriteContext:
    return write_context(session, house, actor_of(session), "command", decimal=".", date_order="ymd")
