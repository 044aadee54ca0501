"""`prospecto serve` and `prospecto worker`."""

from __future__ import annotations

import logging

import click

from core.cli.say import say
from core.config import Config, load_config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True, show_envvar=True
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    envvar="PROSPECTO_WORKERS",
    default=2,
    show_default=True,
    help="Processes that answer requests.",
)
@click.option("--demo", is_flag=True, help="Where nothing is set up yet: set up an invented company first.")
@click.option("--no-jobs", is_flag=True, help="Leave background work to `prospecto worker`.")
def serve(host: str, port: int, workers: int, demo: bool, no_jobs: bool) -> None:
    """Serve the pages, and do background work beside it."""
    from core.cli.demo import set_up_demo
    from core.jobs.serve import serve as run

    config = load_config()
    _log_to_stderr()
    if demo:
        _say_sign_in(set_up_demo(config))
    link = _prepare(config, host, port)
    if link:
        say(f"\n  Prospecto is not set up yet. Open this link, once, to do it:\n\n    {link}\n")
    else:
        say(f"Prospecto: http://{_shown(host)}:{port}/")
    run(config, host, port, workers, jobs=not no_jobs)


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process does.")
def worker(parent: int | None) -> None:
    """Do background work until told to stop. Any number of workers may run, on any machine of the database."""
    from core.jobs.worker import run_worker

    config = load_config()
    _log_to_stderr()
    run_worker(config, parent=parent)


def _prepare(config: Config, host: str, port: int) -> str | None:
    """Make the tables of a new installation; answers the link to its first start, if that is still to be done."""
    from sqlalchemy.orm import Session

    from core.db import dispose_engines, engine_for, writing
    from core.host.schema.check import check_schema
    from core.installation import is_set_up, make_tables, new_setup_link

    make_tables(config)
    check_schema(config)
    with writing(), Session(engine_for(config.database_url)) as session:
        secret = None if is_set_up(session) else new_setup_link(session)
        session.commit()
    dispose_engines()  # nothing open may be shared with the processes that are forked now
    return f"http://{_shown(host)}:{port}/setup/{secret}" if secret else None


def _say_sign_in(account: str) -> None:
    if account:
        email, password = account.split()
        say(f"\n  Demo: sign in as {email} with the password {password}\n")
    else:
        say("This installation holds a company already: it is served as it is.")


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host


def _log_to_stderr() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
