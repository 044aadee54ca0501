"""`prospecto demo`: records of an invented company, made by the apps that have some, and taken away again."""

from __future__ import annotations

import click

from core.cli.context import in_app
from core.cli.say import Wrong, say
from core.config import load_config
from core.demo import clear_demo, create_demo, has_demo
from core.settings import settings_of


@click.group()
def demo() -> None:
    """Records of an invented company."""


@demo.command()
def create() -> None:
    """Make them, in the company's language."""
    with in_app(load_config()) as (session, house):
        if has_demo(session):
            raise Wrong("They are there already; `prospecto demo clear` takes them away.")
        made = create_demo(session, house, settings_of(session)["company.language"])
    for name, count in made.items():
        say(f"{name}: {count}")
    if not made:
        say("None of the apps that are on has a demonstration.")


@demo.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(yes: bool) -> None:
    """Take them away, and leave everything else."""
    with in_app(load_config()) as (session, house):
        if not has_demo(session):
            raise Wrong("There are none.")
        if not yes:
            click.confirm("Delete the records of the demonstration?", abort=True)
        gone = clear_demo(session, house)
    for name, count in gone.items():
        say(f"{name}: {count} deleted")
