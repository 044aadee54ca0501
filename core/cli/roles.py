"""`prospecto roles`: what each role may do; `prospecto access`: who may do what with one record, and why."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Role
from core.access.role_sheet import role_named, set_sheet, sheet_of
from core.access.roles import label_of
from core.access.service import find_user
from core.access.why import why
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json, say_table
from core.config import load_config
from core.house import House
from core.references import references_of
from core.resources.context import Refused
from core.resources.read import find
from core.resources.rights import title_of


@click.group()
def roles() -> None:
    """What each role may do."""


@roles.command("list")
@json_option
def list_roles(as_json: bool) -> None:
    """The roles there are; with --json every right of each."""
    with in_app(load_config()) as (session, house):
        found = list(session.scalars(sa.select(Role).order_by(Role.position).limit(200)))
        if as_json:
            say_json([sheet_of(session, house, role) for role in found])
            return
        say_table(
            ("Name", "Label", "Administrator"),
            [(role.name, label_of(role), "yes" if role.is_admin else "no") for role in found],
        )


@roles.command()
@click.argument("role")
@json_option
def show(role: str, as_json: bool) -> None:
    """Every right of one role."""
    with in_app(load_config()) as (session, house):
        sheet = sheet_of(session, house, _role(session, role))
    if as_json:
        say_json(sheet)
        return
    rows = [
        (f"{name}.{action}", scope)
        for name, each in sheet["grants"].items()
        for action, scope in each.items()
    ]
    rows += [
        (f"{name}.{action}@{status}", scope)
        for name, each in sheet["statuses"].items()
        for action, statuses in each.items()
        for status, scope in statuses.items()
    ]
    say_table(("Right", "Scope"), rows)


@roles.command("set")
@click.argument("role")
@click.argument("rights", nargs=-1, required=True, metavar="RIGHT=SCOPE...")
def set_rights(role: str, rights: tuple[str, ...]) -> None:
    """Set rights of a role: leads.view=own, leads.edit@Junk=none, leads.move@3=inherit.

    Scopes are none, own, team, all; after @ stands a status, by name or number, which may also inherit.
    """
    with in_app(load_config()) as (session, house):
        sheet: dict[str, Any] = {"grants": {}, "statuses": {}}
        for each in rights:
            _note(sheet, session, house, each)
        try:
            set_sheet(session, house, _role(session, role), sheet)
        except Refused as error:
            raise Wrong(str(error.message)) from None
        session.commit()
    say(f"{role} is set; it holds from the next request.")


@click.command()
@click.argument("resource")
@click.argument("record_id", type=int)
@click.option("--user", required=True, metavar="EMAIL", help="Whose access is asked about.")
@json_option
def access(resource: str, record_id: int, user: str, as_json: bool) -> None:
    """Who may do what with a record, and why."""
    with in_app(load_config()) as (session, house):
        declared, person = house.resources.get(resource), find_user(session, user)
        if declared is None:
            raise Wrong(f"There is no resource {resource}.")
        if person is None:
            raise Wrong(f"Nobody has the address {user}.")
        stored = find(session, declared, record_id)
        if stored is None:
            raise Wrong(f"There is no record {record_id} of {resource}.")
        answers = why(session, house, declared, stored.record, person.id)
        title = title_of(declared, stored.record)
    if as_json:
        say_json({"record": title, "user": user, "actions": [each.json() for each in answers]})
        return
    say(f"{title}: {user}")
    for answer in answers:
        say(f"  {'yes' if answer.allowed else 'no ':3}  {answer.label}: {' '.join(answer.reasons)}")


def _role(session: Session, name: str) -> Role:
    role = role_named(session, name)
    if role is None:
        raise Wrong(f"There is no role {name}.")
    return role


def _note(sheet: dict[str, Any], session: Session, house: House, text: str) -> None:
    """Put one RIGHT=SCOPE where it belongs on the sheet."""
    right, equals, scope = text.rpartition("=")
    place, at, status = right.partition("@")
    resource, dot, action = place.partition(".")
    if not (equals and dot and action and scope):
        raise Wrong(f"{text}: write it as leads.view=own or leads.edit@Junk=none.")
    if at:
        value = _status(session, house, resource, status)
        sheet["statuses"].setdefault(resource, {}).setdefault(action, {})[value] = scope
    else:
        sheet["grants"].setdefault(resource, {})[action] = scope


def _status(session: Session, house: House, resource: str, text: str) -> str:
    """A status by number or name; one that is not there is told by the sheet."""
    declared = house.resources.get(resource)
    if text.isdecimal() or declared is None or declared.path is None:
        return text
    item = references_of(session, house).find(declared.path.list, text)
    return str(item.id) if item is not None else text
