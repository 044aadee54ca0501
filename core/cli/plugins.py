"""`prospecto plugins`: which apps there are, and switching them on and off without the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from core.cli.say import Failed, Wrong, json_option, say, say_json, say_table
from core.config import Config, load_config

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def plugins_group() -> None:
    """Switch apps on and off. `disable` imports no app: it works when one hinders the start."""


@plugins_group.command("list")
@json_option
def list_plugins(as_json: bool) -> None:
    """The apps that are here, and how they stand."""
    from core.host.overview import overview

    found = overview(_installation())
    if as_json:
        say_json([each.as_json() for each in found])
        return
    rows = [(each.name, each.standing, each.version, each.title, each.reason) for each in found]
    say_table(("NAME", "STATE", "VERSION", "TITLE", ""), rows)


@plugins_group.command()
@click.argument("name")
@json_option
@yes_option
def install(name: str, as_json: bool, yes: bool) -> None:
    """Make the tables of an app without switching it on."""
    from core.host.lifecycle import install

    _carry_out(lambda config: install(config, name, why="command"), "installed", as_json)


@plugins_group.command()
@click.argument("name")
@json_option
@yes_option
def enable(name: str, as_json: bool, yes: bool) -> None:
    """Switch an app on, and what it needs; installs it first."""
    from core.host.lifecycle import enable

    _carry_out(lambda config: enable(config, name, why="command"), "enabled", as_json)


@plugins_group.command()
@click.argument("name")
@json_option
@yes_option
def disable(name: str, as_json: bool, yes: bool) -> None:
    """Switch an app off; its data stays. With --yes those that need it go off too."""
    from core.host.lifecycle.disable import disable

    def change(config: Config) -> Any:
        return disable(config, name, why="command", with_dependents=yes)

    _carry_out(change, "disabled", as_json, hint="With --yes they are switched off too.")


@plugins_group.command()
@click.argument("name")
@json_option
@yes_option
def uninstall(name: str, as_json: bool, yes: bool) -> None:
    """Remove an app's tables and all that was kept for it; what is removed is exported first."""
    from core.host.lifecycle import preview_uninstall, uninstall

    config = _prepared()
    remains = _refusing(lambda: preview_uninstall(config, name))
    if not yes:
        for table, count in remains.tables.items():
            say(f"{table}: {count}")
        typed = click.prompt(f"This cannot be undone. Type {name} to go on", default="", show_default=False)
    else:
        typed = name
    _carry_out(
        lambda config: uninstall(config, name, typed_name=typed, why="command"),
        "uninstalled",
        as_json,
        rows=remains.rows,
    )


@plugins_group.command()
@click.argument("name")
@click.option(
    "--folder", type=click.Path(file_okay=False), help="Where to; by default where apps are looked for."
)
@click.option("--bare", is_flag=True, help="A manifest, an empty plugin.py and a README, nothing else.")
def new(name: str, folder: str | None, bare: bool) -> None:
    """Write a new app that works: a table, a list, a form, its words, and room for the rest."""
    from core.host.skeleton import write_plugin

    try:
        place = write_plugin(load_config(), name, folder, bare)
    except ValueError as error:
        raise Wrong(str(error)) from None
    say(f"{place}: start reading at plugin.py. Switch it on with: prospecto plugins enable {name}")
    say("After a change of its words: make translations, then fill the msgstr in its translations/es and fr.")
    say(f"Whether it holds what is expected of it: core.testing.conformance.check_all({name!r}) in a test.")


def _carry_out(
    change: Callable[[Config], Any], word: str, as_json: bool, hint: str = "", **more: Any
) -> None:
    config = _prepared()
    outcome = _refusing(lambda: change(config), hint)
    if as_json:
        export = {"export": str(outcome.export)} if outcome.export else {}
        answer = {"plugins": list(outcome.plugins), "state": word, "generation": outcome.generation}
        say_json({**answer, **export, **more})
        return
    say(f"{word}: {', '.join(outcome.plugins)}" if outcome.plugins else "Nothing to do.")
    if outcome.export:
        say(f"export: {outcome.export}")


def _refusing(change: Callable[[], Any], hint: str = "") -> Any:
    """A refusal is a line and exit code 2; where another operation is under way, 1: it may work later."""
    from core.resources.context import Refused

    try:
        return change()
    except Refused as refusal:
        kind = Failed if refusal.code == "busy" else Wrong
        raise kind(
            " ".join(filter(None, (str(refusal.message), hint if refusal.code == "dependents" else "")))
        ) from None


def _prepared() -> Config:
    """The installation, whose tables are there.

    Raises:
        Wrong: it is not set up.
    """
    from core.db import engine_for
    from core.host.state import has_tables

    config = _installation()
    with engine_for(config.database_url).connect() as connection:
        if not has_tables(connection):
            raise Wrong(
                "This installation is not set up yet; `prospecto init` or `prospecto serve` does that."
            )
    return config


def _installation() -> Config:
    """The installation, whose folder is there: without one SQLite says only that it cannot open a file."""
    config = load_config()
    config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return config
