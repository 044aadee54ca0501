"""`prospecto demo`: records of an invented company, made by the apps that have some, and taken away again."""

from __future__ import annotations

import os
import secrets

import click

from core.cli.context import in_app
from core.cli.say import Wrong, say
from core.config import Config, load_config
from core.demo import clear_demo, create_demo, has_demo
from core.settings import settings_of

EMAIL = "demo@example.com"
SIGN_IN_FILE = "demo-sign-in.txt"


def set_up_demo(config: Config) -> str:
    """Where nothing is set up yet, set up an invented company with every app; answers its address and password.

    The password is invented too and kept in the instance, so that a later start can say it again. '' where there is a
    company that is not the demonstration.
    """
    from core.cli.context import speaking
    from core.host.discovery import discover
    from core.installation import AlreadySetUp, SetUp, set_up_installation

    kept = config.instance / SIGN_IN_FILE
    account = kept.read_text() if kept.exists() else f"{EMAIL} {secrets.token_urlsafe(12)}"
    shipped = tuple(manifest.name for manifest in discover(config).manifests.values() if manifest.is_shipped)
    setup = SetUp(
        email=EMAIL,
        password=account.split()[1],
        company="Distribuidora Demo",
        country="VE",
        currency="USD",
        language="es",
        zone="America/Caracas",
        apps=shipped,
        demo=True,
    )
    try:
        with speaking(setup.language):
            set_up_installation(config, setup)
    except AlreadySetUp:
        return account if kept.exists() else ""
    with open(kept, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(account)
    return account


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
