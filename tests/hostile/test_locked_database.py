"""Work in the background beside others who write: it waits for them, and a database that does not answer is asked again."""

from __future__ import annotations

import io

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core.declare import JobType
from core.imports.models import ImportRun
from core.imports.run import run_import
from core.imports.uploads import folder_of
from core.jobs.models import QUEUED, RUNNING, JobRow
from core.jobs.run import open_job, run_job
from core.switchboard import SWITCHBOARD
from core.testing.installation import Installation

ROWS = 3000


def test_an_import_whose_run_was_read_before_somebody_wrote(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    rows = b"name,email\n" + b"".join(b"N%d,n%d@example.com\n" % (number, number) for number in range(ROWS))
    form = {"resource": "leads", "file": (io.BytesIO(rows), "many.csv")}
    made = installation.app.test_client().post("/api/v1/imports", data=form, headers=installation.token())
    assert made.status_code == 202
    app = installation.app.extensions[SWITCHBOARD].current()
    with app.app_context():
        from core.access.actor import work_for
        from core.db import db

        session = db.session()
        session.info["house"] = installation.house
        work_for(session, None)
        run = session.get_one(ImportRun, made.json["id"])
        other = sa.create_engine(installation.config.database_url)
        with other.begin() as connection:
            connection.execute(sa.text("UPDATE core_job SET note = 'heartbeat'"))
        other.dispose()
        counts = run_import(session, installation.house, None, run, folder_of(installation.config))
        session.commit()
    assert counts["created"] == {"leads": ROWS}


def test_a_job_that_met_a_locked_database_is_tried_again(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    met: list[int] = []

    def locked(job: object) -> None:
        met.append(1)
        raise OperationalError("UPDATE x", {}, Exception("database is locked"))

    house = installation.house
    house.jobs["hostile.locked"] = JobType("hostile.locked", "Locked", locked)
    with installation.session() as session:
        row = JobRow(type="hostile.locked", title="Locked", payload={}, status=RUNNING, worker="w")
        session.add(row)
        session.flush()
        job = open_job(row, house, session)
        session.commit()
    assert run_job(installation.app.extensions[SWITCHBOARD].current(), job, "w") == QUEUED
    with installation.session() as session:
        kept = session.get_one(JobRow, job.id)
        assert (kept.status, kept.attempts, kept.worker) == (QUEUED, 1, None)
        job.attempts = 4
        kept.status, kept.worker = RUNNING, "w"
        session.commit()
    assert run_job(installation.app.extensions[SWITCHBOARD].current(), job, "w") == "failed"
    assert len(met) == 2
