"""`prospecto doctor`: is everything in order, and what mends what is not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.cli.say import Failed, json_option, say, say_json
from core.config import Config, load_config
from core.db import engine_for

OK, WARNING, BAD = "ok", "warning", "bad"
MARKS = {OK: "✓", WARNING: "!", BAD: "✗"}
LOW_DISK = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, how it is, and a sentence that says so or what mends it."""

    check: str
    state: str
    text: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say whether everything is in order. Imports no app. Exit code 1 when something is broken."""
    findings = list(examine(load_config()))
    broken = any(each.state == BAD for each in findings)
    if as_json:
        say_json({"ok": not broken, "checks": [asdict(each) for each in findings]})
    else:
        for each in findings:
            say(f"{MARKS[each.state]} {each.check}: {each.text}")
    if broken:
        sys.exit(Failed.exit_code)


def examine(config: Config) -> Iterator[Finding]:
    """Every check, in the order in which one would mend things."""
    yield from _instance(config)
    yield from _secrets(config)
    reachable = _database(config)
    yield reachable
    if reachable.state == BAD:
        return
    fits = list(_schema(config))
    yield from fits
    yield from _plugins(config)
    if any(each.state != OK for each in fits):
        return
    with Session(engine_for(config.database_url)) as session:
        yield _set_up(session)
        yield from _jobs(session)
        yield from _mail(session)


def _instance(config: Config) -> Iterator[Finding]:
    if not config.instance.is_dir():
        yield Finding(
            "instance", WARNING, f"{config.instance} does not exist yet; prospecto init or serve makes it"
        )
        return
    yield Finding("instance", OK, str(config.instance))
    free = shutil.disk_usage(config.instance).free
    text = f"{free / 1_000_000_000:.1f} GB free"
    yield Finding("disk", OK, text) if free > LOW_DISK else Finding("disk", WARNING, f"only {text}")


def _secrets(config: Config) -> Iterator[Finding]:
    private = [*config.instance.glob("*.key"), *config.instance.glob("*.sqlite")]
    loose = [path for path in private if path.suffix == ".key" and path.stat().st_mode & 0o077]
    for path in loose:
        yield Finding("secrets", BAD, f"others may read {path}; run: chmod 600 {path}")
    readable = [path for path in private if path.suffix != ".key" and path.stat().st_mode & 0o004]
    if readable and config.instance.stat().st_mode & 0o001:
        yield Finding(
            "secrets",
            WARNING,
            f"everybody on this machine may read the database; run: chmod 700 {config.instance}",
        )
    elif not loose:
        yield Finding("secrets", OK, "readable by their owner only")


def _database(config: Config) -> Finding:
    shown = sa.make_url(config.database_url).render_as_string(hide_password=True)
    if config.is_sqlite and not config.instance.is_dir():
        return Finding(
            "database", BAD, f"{shown} does not exist yet; run: prospecto init, or prospecto serve"
        )
    try:
        with engine_for(config.database_url).connect() as connection:
            connection.execute(sa.select(1))
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        return Finding("database", BAD, f"{shown} cannot be reached: {str(cause).strip().splitlines()[0]}")
    return Finding("database", OK, shown)


def _schema(config: Config) -> Iterator[Finding]:
    from core.host.schema.check import Fit, SchemaMismatch, check_schema, read_schemas

    try:
        check_schema(config)
    except SchemaMismatch as error:
        yield Finding("schema", BAD, str(error))
        return
    schemas = read_schemas(config)
    if schemas[0].fit is Fit.EMPTY:
        yield Finding("schema", WARNING, "the database is empty; run: prospecto init, or prospecto serve")
    else:
        yield Finding(
            "schema", OK, ", ".join(f"{each.owner.name} {each.revision or '–'}" for each in schemas)
        )


def _plugins(config: Config) -> Iterator[Finding]:
    from core.host.assembly import present_stand
    from core.host.discovery import discover
    from core.host.state import Standing

    catalogue, stand = discover(config), present_stand(config)
    for broken in catalogue.broken:
        yield Finding("plugins", WARNING, f"{broken.place}: {broken.reason}")
    for name, plugin in stand.plugins.items():
        if plugin.state is Standing.QUARANTINED:
            facts = (plugin.fault or {}).get("facts", {})
            reason = facts.get("error") or (plugin.fault or {}).get("code", "")
            yield Finding("plugins", BAD, f"{name} is in quarantine: {reason}")
        elif name not in catalogue:
            yield Finding("plugins", BAD, f"{name} is missing: its code is gone, its data is kept")
    yield Finding("plugins", OK, f"on: {', '.join(sorted(stand.enabled)) or 'none'}")


def _set_up(session: Session) -> Finding:
    from core.installation import is_set_up

    if is_set_up(session):
        return Finding("first start", OK, "done")
    return Finding(
        "first start", WARNING, "not done; run: prospecto init, or open the link that prospecto serve prints"
    )


def _jobs(session: Session) -> Iterator[Finding]:
    from core.jobs.models import FAILED, QUEUED, RUNNING
    from core.jobs.service import a_worker_lives, jobs_by_status

    counts = jobs_by_status(session)
    waiting, running, failed = (counts.get(status, 0) for status in (QUEUED, RUNNING, FAILED))
    if a_worker_lives(session):
        yield Finding("jobs", OK, f"a worker is at work; {waiting} waiting, {running} running")
    else:
        state = WARNING if waiting or running else OK
        yield Finding("jobs", state, f"no worker runs (prospecto serve has one); {waiting} waiting")
    if failed:
        yield Finding("jobs", WARNING, f"{failed} failed; see: prospecto jobs list --status failed")


def _mail(session: Session) -> Iterator[Finding]:
    from core.mail.settings import MailServer
    from core.outbox import failed_count
    from core.settings import settings_of

    server = MailServer.of(settings_of(session))
    if server.host:
        yield Finding("mail", OK, f"by {server.host}:{server.port}")
    else:
        yield Finding(
            "mail", WARNING, "no server is set: mails are kept as files in the folder mail of the instance"
        )
    if lost := failed_count(session):
        yield Finding("mail", WARNING, f"{lost} could not be sent")
