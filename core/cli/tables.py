"""`prospecto import` and `prospecto export`: tables in and out, by the same services as the pages."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.context import in_app
from core.cli.say import Failed, Wrong, json_option, say, say_json
from core.config import load_config
from core.house import House
from core.resources.context import Refused
from core.resources.declare import Resource

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("resource")
@click.argument("file", type=EXISTING)
@click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
@click.option("--mapping", type=EXISTING, help="JSON: which column is which field.")
@click.option("--encoding", help="Of the file, where it is not recognised.")
@click.option("--separator", help="Between the cells, where it is not recognised; \\t is the tab.")
@click.option(
    "--on-duplicate", type=click.Choice(["skip", "update", "create"]), default="skip", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--errors", type=FILE, help="Where to write the rows that could not be taken, with the reason.")
@json_option
def import_(
    resource: str,
    file: Path,
    user: str | None,
    mapping: Path | None,
    encoding: str | None,
    separator: str | None,
    on_duplicate: str,
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
            )
        except (TableError, Refused) as error:
            raise Wrong(f"{file.name}: {error}") from None
        if as_json:
            say_json(outcome.as_json())
            return
        for line in outcome.lines():
            say(line)


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
