"""`prospecto upgrade` moves the database to the version of the code; `prospecto revision` writes such a move."""

from __future__ import annotations

import click

from core.cli.say import Wrong, say
from core.config import load_config


@click.command()
def upgrade() -> None:
    """Bring the tables of the core and of every installed app to this version. SQLite is backed up before."""
    from core.host.lifecycle import upgrade_all

    config = load_config()
    config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = upgrade_all(config)
    for line in done or ():
        say(line)
    say("The database is up to date.")


@click.command()
@click.argument("plugin")
@click.argument("message")
def revision(plugin: str, message: str) -> None:
    """Write the migration that PLUGIN (or core) lacks: from its revisions so far to its models."""
    from core.host.schema.draft import draft_revision

    try:
        path = draft_revision(load_config(), plugin, message)
    except LookupError:
        raise Wrong(f"There is no plugin {plugin}.") from None
    say(
        f"{path}: read it before you use it."
        if path
        else "The tables are what the models say; nothing to do."
    )
