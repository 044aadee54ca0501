"""The list as a workbook or a CSV file: at once, or by a job where there are very many records."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from time import time
from typing import cast
from urllib.parse import parse_qs, urlencode

from flask import Blueprint, abort, g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.config import Config
from core.db import db
from core.declare import JobType
from core.formats import formats_for
from core.house import current_house
from core.i18n import _, _l
from core.jobs import Job, enqueue
from core.jobs.service import job_for
from core.resources.export import FileFormat, export_to
from core.resources.pages.here import Here, arguments, enter, onward
from core.resources.query import COUNT_LIMIT, ListQuery, count, read_query

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
JOB = "core.export"
KEPT_SECONDS = 7 * 86400


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/export", "export", export, methods=["GET", "POST"])


def export(resource: str) -> ResponseReturnValue:
    """GET: the file itself up to ten thousand records, for more the question; POST: let a job make the file."""
    here = enter(resource, "export")
    form = request.args.get("format", "xlsx")
    if form not in TYPES:
        abort(404)
    query = read_query(here.resource, arguments())
    if request.method == "POST":
        return _by_job(here, query, form)
    if count(here.session, here.resource, query, here.reading, here.actor) > COUNT_LIMIT:
        return render_template(
            "resources/export.html",
            here=here,
            resource=here.resource,
            back=here.address,
            action=f"{here.address}/export?{urlencode([*query.arguments(), ('format', form)])}",
        )
    with tempfile.NamedTemporaryFile(prefix="prospecto-", suffix=f".{form}", delete=False) as file:
        path = Path(file.name)
    try:
        export_to(
            path,
            here.session,
            here.house,
            here.resource,
            query,
            here.formats,
            format=cast("FileFormat", form),
        )
        stream = path.open("rb")
    finally:
        path.unlink()  # the open file lives until it is sent
    return send_file(stream, mimetype=TYPES[form], as_attachment=True, download_name=_name(here, form))


def exported(job_id: int) -> ResponseReturnValue:
    """The file that a job has made, for who asked for it."""
    house = current_house()
    row = job_for(db.session(), job_id, g.get("actor", ANONYMOUS))
    if row is None or row.type != JOB or row.payload.get("format") not in TYPES:
        abort(404)
    if not g.actor.may(str(row.payload["resource"]), "export"):
        abort(403)
    form = str(row.payload["format"])
    path = _path(house.config, job_id, form)
    if not path.is_file():
        abort(404)
    return send_file(
        path, mimetype=TYPES[form], as_attachment=True, download_name=f"{row.payload['resource']}.{form}"
    )


def run_export(job: Job) -> None:
    """Write the file of a list; begun again it is written anew."""
    resource = job.house.resources[job.payload["resource"]]
    query = read_query(resource, parse_qs(job.payload["query"]))
    form = cast("FileFormat", job.payload["format"])
    session = db.session()
    path = _path(job.house.config, job.id, form)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    made = export_to(
        draft,
        session,
        job.house,
        resource,
        query,
        formats_for(session, job.actor),
        format=form,
        progress=lambda rows: job.progress(rows),
    )
    draft.replace(path)
    job.result.update(
        links=[[f"/exports/{job.id}", str(_("Download the file"))]], figures={str(resource.plural): made}
    )


def forget_files(config: Config) -> None:
    """Remove the files of jobs that nobody will fetch any more."""
    old = time() - KEPT_SECONDS
    for path in config.exports.glob("*") if config.exports.is_dir() else ():
        if path.stem.isdecimal() and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


EXPORT_JOB = JobType(JOB, _l("Export"), run_export)


def _by_job(here: Here, query: ListQuery, form: str) -> ResponseReturnValue:
    payload = {"resource": here.resource.name, "query": urlencode(query.arguments()), "format": form}
    job = enqueue(
        here.session,
        JOB,
        payload,
        actor=here.actor,
        title=_("Export %(records)s", records=str(here.resource.plural).lower()),
    )
    here.session.commit()
    return onward(f"{request.script_root}/jobs/{job.id}")


def _path(config: Config, job_id: int, form: str) -> Path:
    return config.exports / f"{job_id}.{form}"


def _name(here: Here, form: str) -> str:
    today = datetime.now(here.formats.zone).date()
    return f"{here.resource.name}-{today:%Y-%m-%d}.{form}"
