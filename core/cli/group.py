"""The command's table of contents: each sub-command is imported when it is called, so that asking for help is quick."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from core.cli.say import Failed

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("core.cli.init:init", "Set up a new installation."),
    "serve": ("core.cli.serve:serve", "Serve the pages, and do background work beside it."),
    "worker": ("core.cli.serve:worker", "Do background work only."),
    "upgrade": ("core.cli.upkeep:upgrade", "Bring the database to this version."),
    "doctor": ("core.cli.doctor:doctor", "Say whether everything is in order."),
    "plugins": ("core.cli.plugins:plugins_group", "Switch apps on and off."),
    "import": ("core.cli.tables:import_", "Bring a CSV or XLSX file in."),
    "export": ("core.cli.tables:export", "Write records to a CSV or XLSX file."),
    "merge": ("core.cli.merge:merge", "Make several records one, or take that back."),
    "users": ("core.cli.users:users", "Who may sign in."),
    "roles": ("core.cli.roles:roles", "What each role may do."),
    "access": ("core.cli.roles:access", "Who may do what with a record, and why."),
    "tokens": ("core.cli.tokens:tokens", "Keys to the API."),
    "assignment": ("core.cli.assignment:assignment", "Who gets what comes in, and who is away."),
    "attributes": ("core.cli.attributes:attributes", "Fields of your own on the records."),
    "jobs": ("core.cli.jobs:jobs", "Background work."),
    "backup": ("core.cli.backup:backup", "Write the whole installation into one file."),
    "restore": ("core.cli.backup:restore", "Bring an installation back from such a file."),
    "demo": ("core.cli.demo:demo", "Records of an invented company."),
    "revision": ("core.cli.upkeep:revision", "Write a migration for a plugin one is developing."),
}


class Lazy(click.Group):
    """Sub-commands by name; what is not found here may be an app's own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            return _import(COMMANDS[name][0])
        return _command_of_an_app(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_place, about) in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except (
            Exception
        ) as error:  # the end of the line: one sentence for people, the rest for who asks for it
            if os.environ.get("PROSPECTO_DEBUG"):
                raise
            click.echo(f"Error: {_in_one_line(error)}", err=True)
            click.echo("(PROSPECTO_DEBUG=1 shows where it happened.)", err=True)
            sys.exit(Failed.exit_code)


@click.command(cls=Lazy, name="prospecto", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prospecto", prog_name="prospecto")
def main() -> None:
    """Prospecto: a CRM made of apps. Enabled apps may add commands of their own.

    The environment says which installation: PROSPECTO_INSTANCE (default ./instance), PROSPECTO_DATABASE_URL.
    """


def _import(place: str) -> click.Command:
    module, _colon, name = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), name)
    return command


def _command_of_an_app(name: str) -> click.Command | None:
    from core.cli.context import current_app_of, is_there
    from core.config import load_config
    from core.house import EXTENSION

    config = load_config()
    if not is_there(config):
        return None
    app = current_app_of(config)
    found = (each for each in app.extensions[EXTENSION].commands if each.name == name)
    return next(found, None)


def _in_one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    if not lines:
        return type(error).__name__
    # Ours are written for people; of others the class often says more than the message.
    return lines[0] if type(error).__module__.startswith("core.") else f"{type(error).__name__}: {lines[0]}"
