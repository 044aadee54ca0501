"""`prospecto import` and `prospecto export`: tables in and out, by the same services as the pages."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from core.cli.context import in_app
from core.cli.say import Failed, Wrong, json_option, say, say_json, say_table
from core.config import load_config
from core.house import House
from core.resources.context import Refused
from core.resources.declare import Resource

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class FileOrWord(click.Group):
    """`import RESOURCE FILE`, and words for imports that are there: what is none of them is a resource."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [FILE_COMMAND, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "RESOURCE FILE [OPTIONS] | COMMAND [ARGS]...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command = self.commands[FILE_COMMAND]
        click.Command.format_options(command, ctx, formatter)
        self.format_commands(ctx, formatter)


FILE_COMMAND = "file"


@click.group("import", cls=FileOrWord)
def import_() -> None:
    """Bring a CSV or XLSX file in, or steer imports that are there."""


@import_.command(FILE_COMMAND, hidden=True)
@click.argument("resource")
@click.argument("file", type=EXISTING)
@click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
@click.option("--mapping", type=EXISTING, help="JSON: which column is which field.")
@click.option("--encoding", help="Of the file, where it is not recognised.")
@click.option("--separator", help="Between the cells, where it is not recognised; \\t is the tab.")
@click.option(
    "--on-duplicate",
    type=click.Choice(["skip", "fill", "update", "create"]),
    default="skip",
    show_default=True,
    help="What becomes of rows whose record is known.",
)
@click.option(
    "--key", "keys", multiple=True, help="What records are recognised by: document, email, … or id."
)
@click.option(
    "--set", "fixed", multiple=True, metavar="FIELD=TEXT", help="For rows that say nothing themselves."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--errors", type=FILE, help="Where to write the rows that could not be taken, with the reason.")
@json_option
def import_one(
    resource: str,
    file: Path,
    user: str | None,
    mapping: Path | None,
    encoding: str | None,
    separator: str | None,
    on_duplicate: str,
    keys: tuple[str, ...],
    fixed: tuple[str, ...],
    dry_run: bool,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Bring a CSV or XLSX file in."""
    from core.imports.command import import_file
    from core.resources.context import Refused
    from core.tabular import TableError

    if errors is not None and not errors.parent.is_dir():
        raise Wrong(f"There is no folder {errors.parent}")
    if not all("=" in each for each in fixed):
        raise Wrong("--set FIELD=TEXT")
    constants = {name: text for name, _equals, text in (each.partition("=") for each in fixed)}
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        try:
            outcome = import_file(
                session,
                house,
                _resource(house, resource),
                file,
                mapping=mapping,
                encoding=encoding,
                separator=separator,
                on_duplicate=on_duplicate,
                dry_run=dry_run,
                errors=errors,
                keys=keys or None,
                constants=constants,
            )
        except (TableError, Refused) as error:
            raise Wrong(f"{file.name}: {error}") from None
        if as_json:
            say_json(outcome.as_json())
            return
        for line in outcome.lines():
            say(line)


@import_.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@json_option
def list_imports(limit: int, as_json: bool) -> None:
    """The newest first."""
    from core.imports.models import ImportRun

    with in_app(load_config()) as (session, _house):
        rows = [
            {
                "id": run.id,
                "resource": run.resource,
                "file": run.filename,
                "state": run.state,
                "rows": run.position,
                "counts": run.counts,
                "job": run.job_id,
            }
            for run in session.scalars(sa.select(ImportRun).order_by(ImportRun.id.desc()).limit(limit))
        ]
    if as_json:
        say_json(rows)
        return
    names = ("id", "state", "resource", "rows", "file")
    say_table([name.capitalize() for name in names], [[row[name] for name in names] for row in rows])


@import_.command()
@click.argument("id", type=int)
@click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken back and change nothing.")
@json_option
def undo(id: int, user: str | None, dry_run: bool, as_json: bool) -> None:
    """Take an import back: what it made is removed, what it changed put back, what was touched since stays."""
    from core.imports.command import tell_undo, undo_file

    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        try:
            found = undo_file(session, house, id, dry_run=dry_run)
        except Refused as error:
            raise Wrong(str(error.message)) from None
        if as_json:
            say_json(found)
            return
        for line in tell_undo(found):
            say(line)


@import_.command()
@click.argument("id", type=int)
def pause(id: int) -> None:
    """Let an import at work rest; it stays so over restarts."""
    _steer(id, "pause")


@import_.command()
@click.argument("id", type=int)
def resume(id: int) -> None:
    """A resting or cut-off import goes on."""
    _steer(id, "resume")


def _steer(id: int, deed: str) -> None:
    from core.imports.command import steer_import

    with in_app(load_config(), by_administrator=True) as (session, house):
        try:
            state = steer_import(session, house, id, deed)
        except Refused as error:
            raise Wrong(str(error.message)) from None
    say(f"{id}: {state}")


@click.command()
@click.argument("resource")
@click.argument("file", type=FILE)
@click.option("--user", metavar="EMAIL", help="Write what this person may export.")
@click.option("--columns", metavar="A,B", help="Only these fields, in this order.")
def export(resource: str, file: Path, user: str | None, columns: str | None) -> None:
    """Write all records of a kind to FILE.xlsx or FILE.csv."""
    from core.resources.export import export_file

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise Wrong(f"{file.name}: the name must end in .xlsx or .csv")
    if not file.parent.is_dir():
        raise Wrong(f"There is no folder {file.parent}")
    with in_app(load_config(), user=user) as (session, house):
        try:
            rows = export_file(
                session,
                house,
                _resource(house, resource),
                file,
                columns=[name.strip() for name in (columns or "").split(",") if name.strip()],
            )
        except LookupError as error:
            raise Wrong(f"{resource} have no field {error.args[0]}") from None
        except Refused as error:
            raise Wrong(str(error.message)) from None
        except OSError as error:
            raise Failed(f"{file}: {error.strerror}") from None
    say(f"{rows} rows in {file}")


def _resource(house: House, name: str) -> Resource:
    if name not in house.resources:
        known = ", ".join(house.resources) or "none, as no app is on"
        raise Wrong(f"There are no {name}; there are: {known}")
    return house.resources[name]
