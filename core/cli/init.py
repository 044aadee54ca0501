"""`prospecto init`: the first start without a browser."""

from __future__ import annotations

import click

from core.cli.say import Wrong, say
from core.config import load_config
from core.i18n import LANGUAGES

OPTIONS = {"zone": "timezone"}
"""Names of options that differ from the field they fill."""


@click.command()
@click.option("--email", required=True, help="Of the first administrator.")
@click.option(
    "--password",
    envvar="PROSPECTO_PASSWORD",
    prompt=True,
    hide_input=True,
    help="Of the first administrator.",
)
@click.option("--name", default="", help="Of the first administrator.")
@click.option("--company", required=True)
@click.option("--country", required=True, help="ISO 3166 code, such as VE.")
@click.option("--currency", required=True, help="ISO 4217 code, such as USD.")
@click.option("--language", required=True, help=f"One of {', '.join(LANGUAGES)}.")
@click.option("--timezone", "zone", required=True, help="IANA name, such as America/Caracas.")
@click.option("--mode", default="classic", show_default=True, help="classic: with leads; simple: without.")
@click.option(
    "--apps",
    default="",
    help="Names between commas; what they need comes along. Leads in classic mode, and without any names Deals in simple mode.",
)
@click.option("--demo", is_flag=True, help="With records of an invented company.")
def init(apps: str, country: str, currency: str, **answers: str | bool) -> None:
    """Set up a new installation. Where there is one already, nothing is changed."""
    from core.cli.context import speaking
    from core.installation import DEALS_APP, AlreadySetUp, NotSetUp, SetUp, set_up_installation
    from core.settings import SIMPLE

    names = tuple(name.strip() for name in apps.split(",") if name.strip())
    if not names and answers["mode"] == SIMPLE:
        names = (DEALS_APP,)
    setup = SetUp(apps=names, country=country.strip().upper(), currency=currency.strip().upper(), **answers)  # type: ignore[arg-type]
    config = load_config()
    with speaking(setup.language if setup.language in LANGUAGES else "en"):
        try:
            set_up_installation(config, setup)
        except NotSetUp as error:
            lines = [f"--{OPTIONS.get(field, field)}: {sentence}" for field, sentence in error.problems]
            raise Wrong("\n       ".join(lines)) from None
        except AlreadySetUp:
            say(f"{config.instance} is set up already; nothing was changed.")
            return
    say(f"{setup.company} is set up in {config.instance}. Start it with: prospecto serve")
