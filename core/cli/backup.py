"""`prospecto backup` and `prospecto restore`."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.backup import BackupError, read_backup, write_backup
from core.cli.say import Failed, Wrong, say
from core.config import Config, load_config
from core.db import engine_for, utcnow
from core.host.schema.backup import CannotCopy


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def backup(file: Path | None) -> None:
    """Write the whole installation into FILE (a .tar.gz); without FILE into instance/backups. May run while it serves."""
    config = load_config()
    if file is None:
        folder = config.instance / "backups"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"prospecto-{utcnow():%Y%m%d-%H%M%S}.tar.gz"
    if not file.parent.is_dir():
        raise Wrong(f"There is no folder {file.parent}")
    try:
        write_backup(config, file)
    except (BackupError, CannotCopy) as error:
        raise Failed(str(error)) from None
    say(
        f"{file} ({file.stat().st_size / 1_000_000:.1f} MB). It holds all data and the secrets: keep it safe."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Bring an installation back from FILE: a backup, or the copy of the database that an upgrade made before.

    What is there now is replaced.
    """
    config = load_config()
    if _is_running(config):
        raise Failed("A server or worker of this installation is running; stop it first.")
    if not yes:
        click.confirm(f"Replace what is in {config.instance} by {file}?", abort=True)
    try:
        facts = read_backup(config, file)
    except (BackupError, CannotCopy) as error:
        raise Failed(str(error)) from None
    if facts["version"]:
        what, then = f"version {facts['version']}", " Next: prospecto upgrade"
    else:
        what, then = "the database alone", ""
    say(f"{config.instance} is as it was at {facts['at']} ({what}).{then}")


def _is_running(config: Config) -> bool:
    from core.jobs.service import a_worker_lives

    try:
        with Session(engine_for(config.database_url)) as session:
            return a_worker_lives(session)
    except SQLAlchemyError:
        return False  # no database yet, or a broken one: what a restore is for
