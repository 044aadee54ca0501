"""The Health page: versions, processes, apps that fail, jobs, disk, backup and tables, for who runs the installation."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import core
from core.access.web.gate import require
from core.backup import LAST_BACKUP
from core.config import Config
from core.db import db
from core.fields.moments import DateTime
from core.formats import formats_for, size_text
from core.host.assembly import FAULTS
from core.host.lifecycle.lock import under_way
from core.host.overview import overview
from core.host.processes import processes
from core.host.schema.backup import last_copy
from core.host.schema.check import Fit, read_schemas
from core.house import House, current_house
from core.i18n import Text, _, _l
from core.jobs.service import a_worker_lives, jobs_by_status
from core.outbox import failed_count
from core.settings import settings_of

blueprint = Blueprint("health", __name__, url_prefix="/health")

LOW_DISK = 1_000_000_000
OK, WARN, BAD = "ok", "warn", "bad"

FITS: dict[Fit, tuple[str, Text]] = {
    Fit.CURRENT: (OK, _l("fits")),
    Fit.EMPTY: (WARN, _l("has no tables yet")),
    Fit.BEHIND: (WARN, _l("is older than the code: run prospecto upgrade")),
    Fit.NEWER: (BAD, _l("is newer than the code")),
    Fit.HALFWAY: (BAD, _l("has tables without a version")),
    Fit.BROKEN: (BAD, _l("has revisions that do not follow one another")),
}
JOBS: dict[str, Text] = {
    "queued": _l("Waiting"),
    "running": _l("Running"),
    "paused": _l("Paused"),
    "failed": _l("Failed"),
}


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: ok, warn or bad."""

    label: Text
    value: Text
    tone: str = OK


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("")
@require("apps", "edit")
def page() -> ResponseReturnValue:
    session: Session = db.session()
    house = current_house()
    formats = formats_for(session, g.actor)
    kind = DateTime()
    problems = [each for each in overview(house.config, current_app.extensions[FAULTS]) if each.has_problem]
    return render_template(
        "health/page.html",
        sections=[
            (_("This installation"), list(_versions(session, house))),
            (_("Data"), list(_storage(session, house.config, lambda moment: kind.text(moment, formats)))),
            (_("Tables"), list(_tables(house.config))),
            (_("Background work"), list(_jobs(session))),
        ],
        problems=problems,
        notices=house.notices,
        processes=processes(session),
        generation=house.generation,
        operation=under_way(session),
        moment=lambda moment: kind.text(moment, formats),
    )


def _versions(session: Session, house: House) -> Iterator[Line]:
    yield Line("Prospecto", core.__version__)
    yield Line("Python", platform.python_version())
    yield Line(_("Database"), _database(session))
    yield Line(_("Generation"), str(house.generation))
    yield Line(_("Apps on"), str(len(house.manifests)))
    if house.config.safe_mode:
        yield Line(_("Safe mode"), _("on: no app takes part"), WARN)


def _database(session: Session) -> str:
    connection = session.connection()
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    return f"{'SQLite' if connection.dialect.name == 'sqlite' else 'PostgreSQL'} {version}"


def _storage(session: Session, config: Config, moment: object) -> Iterator[Line]:
    yield Line(_("Size of the database"), size_text(_database_size(session, config), g.actor.language))
    free = shutil.disk_usage(config.instance).free
    yield Line(_("Free disk"), size_text(free, g.actor.language), OK if free > LOW_DISK else WARN)
    copy, written = last_copy(config), settings_of(session).get(LAST_BACKUP)
    made = datetime.fromtimestamp(copy.stat().st_mtime, UTC) if copy else None
    if copy is not None and made is not None and (written is None or made > written):
        yield Line(_("Last backup"), f"{moment(made)} · {copy.name}")  # type: ignore[operator]
    elif written is not None:
        yield Line(_("Last backup"), moment(written))  # type: ignore[operator]
    else:
        yield Line(_("Last backup"), _("none; prospecto backup writes one"), WARN)


def _database_size(session: Session, config: Config) -> int:
    if not config.is_sqlite:
        return int(
            session.connection().execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    name = sa.make_url(config.database_url).database or ""
    return sum(Path(name + suffix).stat().st_size for suffix in ("", "-wal") if Path(name + suffix).exists())


def _tables(config: Config) -> Iterator[Line]:
    for schema in read_schemas(config):
        tone, words = FITS[schema.fit]
        yield Line(schema.owner.name, f"{schema.revision or '–'} · {words}", tone)


def _jobs(session: Session) -> Sequence[Line]:
    counts = jobs_by_status(session)
    works = a_worker_lives(session)
    unsent = failed_count(session)
    return [
        Line(
            _("Worker"),
            _("at work") if works else _("none; prospecto serve or prospecto worker starts one"),
            OK if works else WARN,
        ),
        *(
            Line(label, str(counts.get(status, 0)), WARN if status == "failed" and counts.get(status) else OK)
            for status, label in JOBS.items()
        ),
        Line(_("Mails that could not be sent"), str(unsent), WARN if unsent else OK),
    ]
