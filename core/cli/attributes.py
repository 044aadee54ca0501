"""`prospecto attributes`: the fields an administrator adds to the records."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from core.attributes import service
from core.attributes.api import told
from core.attributes.models import Attribute
from core.attributes.types import TYPES
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json, say_table
from core.config import load_config
from core.resources.context import Refused


@click.group()
def attributes() -> None:
    """Custom attributes."""


@attributes.command("list")
@json_option
def list_attributes(as_json: bool) -> None:
    """The attributes there are, and how many records have a value of each."""
    with in_app(load_config()) as (session, _house):
        uses = service.uses_of(session)
        rows = [told(each, uses.get(each.id, 0)) for each in service.attributes_of(session)]
    if as_json:
        say_json(rows)
        return
    cells = [
        (
            row["key"],
            row["name"],
            row["type"] + (", multiple" if row["multiple"] else ""),
            ", ".join(row["resources"]),
            "yes" if row["required"] else "no",
            row["uses"],
        )
        for row in rows
    ]
    say_table(("Key", "Name", "Type", "On", "Required", "In use"), cells)


@attributes.command()
@click.argument("name")
@click.option("--type", "kind", type=click.Choice(list(TYPES)), default="text", show_default=True)
@click.option("--on", multiple=True, metavar="RECORDS", help="leads, clients, …; all where none is named.")
@click.option(
    "--choice", "choices", multiple=True, metavar="NAME[:HUE]", help="A value of a choice, in order."
)
@click.option("--multiple", is_flag=True, help="Several values on one record.")
@click.option("--required", is_flag=True, help="No record is made without it.")
@click.option("--help-text", default="", help="A sentence under the input.")
@json_option
def add(
    name: str,
    kind: str,
    on: tuple[str, ...],
    choices: tuple[str, ...],
    multiple: bool,
    required: bool,
    help_text: str,
    as_json: bool,
) -> None:
    """Make an attribute."""
    with in_app(load_config()) as (session, house):
        given = {
            "name": name,
            "kind": kind,
            "resources": on or tuple(house.resources),
            "choices": [_choice(each) for each in choices],
            "multiple": multiple,
            "required": required,
            "description": help_text,
        }
        try:
            attribute, _undo = service.create(session, house, given)
        except Refused as refused:
            raise Wrong(str(refused.message)) from refused
        session.commit()
        made = told(attribute)
    if as_json:
        say_json(made)
    else:
        say(f"{made['name']} is the field {made['field']} now.")


@attributes.command()
@click.argument("key")
@click.option("--yes", is_flag=True, help="Also where records have values of it.")
@json_option
def delete(key: str, yes: bool, as_json: bool) -> None:
    """Delete an attribute with its values, by its key."""
    with in_app(load_config()) as (session, _house):
        attribute = _of_key(session, key)
        uses = service.uses_of(session, [attribute.id]).get(attribute.id, 0)
        if uses and not yes:
            raise Wrong(f"{uses} records have a value of {key}; say --yes to delete it with them.")
        service.delete(session, attribute.id)
        session.commit()
    if as_json:
        say_json({"key": key, "uses": uses})
    else:
        say(f"{key} is gone.")


def _choice(text: str) -> dict[str, str]:
    name, _colon, hue = text.partition(":")
    return {"name": name, "hue": hue or "slate"}


def _of_key(session: Session, key: str) -> Attribute:
    found = next((each for each in service.attributes_of(session) if each.key == key), None)
    if found is None:
        raise Wrong(f"There is no attribute {key}.")
    return found
