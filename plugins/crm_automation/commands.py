"""`prospecto automation`: rules at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.orm import Session

from core.api import (
    House,
    Refused,
    Wrong,
    actor_of,
    formats_for,
    in_app,
    json_option,
    load_config,
    say,
    say_json,
)
from plugins.crm_automation.files import rules_file, take_rules
from plugins.crm_automation.keeping import switch_rule
from plugins.crm_automation.kinds import place_of
from plugins.crm_automation.log import Asked, lately, page_of_log, try_again
from plugins.crm_automation.models import DONE, FAILED, SKIPPED, STOPPED
from plugins.crm_automation.rules import KeptRule, kept_rules, rule_by_id
from plugins.crm_automation.trial import try_out
from plugins.crm_automation.web.shown import rule_json, runs_json, trial_json


@click.group()
def automation() -> None:
    """Rules that work by themselves."""


@automation.command("list")
@json_option
def list_rules(as_json: bool) -> None:
    """The rules in their order, each in one sentence."""
    with _at_work() as (session, house):
        fared = lately(session)
        found = [
            rule_json(
                place_of(session, house, house.resources[rule.resource], None), rule, fared.get(rule.id)
            )
            for rule in kept_rules(session)
            if rule.resource in house.resources
        ]
    if as_json:
        say_json(found)
        return
    for each in found:
        say(f"{each['id']:>4} {'on ' if each['active'] else 'off'} {each['name']}: {each['sentence']}")
        if each["stopped"]:
            say(f"         {each['stopped']}")


@automation.command()
@click.argument("rule", type=int)
def on(rule: int) -> None:
    """Switch a rule on."""
    _switch(rule, True)


@automation.command()
@click.argument("rule", type=int)
def off(rule: int) -> None:
    """Switch a rule off."""
    _switch(rule, False)


@automation.command("dry-run")
@click.argument("rule", type=int)
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True)
@json_option
def dry_run(rule: int, days: int, as_json: bool) -> None:
    """What a rule would have done in the last days; nothing is kept."""
    with _at_work() as (session, house):
        kept = _rule(session, house, rule)
        trial = try_out(session, house, kept, days=days)
        told = trial_json(trial, kept.resource, formats_for(session, actor_of(session)))
    if as_json:
        say_json(told)
        return
    if told["wrong"]:
        raise Wrong(told["wrong"])
    say(f"{told['records']} records, {told['times']} times in {days} days.")
    for each in told["items"]:
        name = each["record"]["name"] if each["record"] else "—"
        say(f"  {each['result']:<8} {name}: {'; '.join(each['told']) or each['reason']}")


@automation.command()
@click.option("--rule", type=int)
@click.option("--result", type=click.Choice((DONE, SKIPPED, FAILED, STOPPED)), default=None)
@json_option
def log(rule: int | None, result: str | None, as_json: bool) -> None:
    """What rules did, the newest first."""
    with _at_work() as (session, house):
        rows, _older = page_of_log(session, Asked(rule, result or ""), list(house.resources))
        found = runs_json(rows, formats_for(session, None))
    if as_json:
        say_json(found)
        return
    for each in found:
        name = each["record"]["name"] if each["record"] else "—"
        told = "; ".join(deed["text"] for deed in each["told"]) or each["reason"]
        say(f"{each['id']:>6} {each['at'][:16]} {each['result']:<8} {each['rule']['name']} · {name}: {told}")


@automation.command()
@click.argument("run", type=int)
def retry(run: int) -> None:
    """Have a failed run done again."""
    with _at_work() as (session, _house):
        try_again(session, run)
        session.commit()
    say(f"Run {run} is tried again by a worker.")


@automation.command("export")
def export_rules() -> None:
    """All rules as JSON, with names in place of numbers."""
    with _at_work() as (session, house):
        say_json(rules_file(session, house))


@automation.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--user", metavar="EMAIL", help="In whose name, where a rule's owner is not known here.")
def import_rules(file: Any, user: str | None) -> None:
    """Rules of a file, each switched off; all of them or none."""
    try:
        body = json.load(file)
    except (ValueError, RecursionError):
        raise Wrong("This is no file of rules.") from None
    with _at_work(user, by_administrator=True) as (session, house):
        try:
            made = take_rules(session, house, body)
        except ValueError:
            raise Wrong("This is no file of rules.") from None
        session.commit()
    say(f"{made} rules came in; they are off.")


def _switch(id: int, active: bool) -> None:
    with _at_work() as (session, house):
        switch_rule(session, house, id, active)
        session.commit()
    say(f"Rule {id} is {'on' if active else 'off'}.")


def _rule(session: Session, house: House, id: int) -> KeptRule:
    rule = rule_by_id(session, id)
    if rule is None or rule.resource not in house.resources:
        raise Wrong(f"There is no rule {id}.")
    return rule


@contextmanager
def _at_work(user: str | None = None, *, by_administrator: bool = False) -> Iterator[tuple[Session, House]]:
    """A session; what is refused is said in one line."""
    with in_app(load_config(), user=user, by_administrator=by_administrator) as (session, house):
        try:
            yield session, house
        except Refused as refused:
            raise Wrong(str(refused.message)) from None
