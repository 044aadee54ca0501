"""A worker killed in the middle of an import: the next one ends it, and every row is there once."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import engine_for
from core.imports.models import ImportRow, ImportRun
from core.testing.installation import Installation
from tests.imports.conftest import Wizard, environ
from tests.imports.made import many

ROWS = 5000


@pytest.fixture
def start_worker(installation: Installation) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "core.cli", "worker"], env=environ(installation))
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_every_row_is_there_once_after_a_kill(
    installation: Installation, wizard: Wizard, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    wizard.upload("leads", many(ROWS))
    wizard.check()
    id = int(wizard.at.rpartition("/")[2])
    worker = start_worker()
    _wait(lambda: "HX-Redirect" in wizard.browser.get(f"{wizard.at}/watch").headers)
    wizard.run()
    _wait(lambda: 0 < _run(installation, id).position < ROWS)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    cut = _run(installation, id)
    assert cut.state == "running"
    assert 0 < cut.position < ROWS

    start_worker()
    _wait(lambda: _run(installation, id).state == "done")
    run = _run(installation, id)
    assert run.counts == {
        "rows": ROWS,
        "created": {"leads": ROWS},
        "updated": 0,
        "duplicates": 0,
        "errors": 0,
        "warnings": 0,
    }
    assert run.counts == run.checked
    with installation.session() as session:
        model = installation.house.resources["leads"].model
        assert session.scalar(sa.select(sa.func.count()).select_from(model)) == ROWS
        assert session.scalar(sa.select(sa.func.count(sa.distinct(model.email_folded)))) == ROWS
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(ImportRow).where(ImportRow.import_id == id))
            == ROWS
        )
    page = wizard.browser.get(wizard.at)
    assert wizard.figures(page.text) == [ROWS, 0, 0, 0]
    assert wizard.browser.get("/leads?q=empresa+4321").text.count("Empresa 4321") >= 1


def test_a_cancelled_import_can_go_on(
    installation: Installation, wizard: Wizard, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    wizard.upload("leads", many(ROWS))
    wizard.check()
    id = int(wizard.at.rpartition("/")[2])
    start_worker()
    _wait(lambda: "HX-Redirect" in wizard.browser.get(f"{wizard.at}/watch").headers)
    job = re.search(r"/jobs/(\d+)", wizard.run().text)
    assert job is not None
    _wait(lambda: _run(installation, id).position > 0)
    wizard.browser.post(f"/jobs/{job[1]}/cancel")
    _wait(lambda: "HX-Redirect" in wizard.browser.get(f"{wizard.at}/watch").headers)
    if _run(installation, id).state == "running":  # the worker was not quicker than the word
        assert f"{wizard.at}/run" in wizard.browser.get(wizard.at).text
        wizard.browser.post(f"{wizard.at}/run")
    _wait(lambda: _run(installation, id).state == "done")
    assert _run(installation, id).counts["created"] == {"leads": ROWS}


def _run(place: Installation, id: int) -> ImportRun:
    """The import as it stands; read without waiting for who writes, so that no moment of it is missed."""
    with Session(engine_for(place.config.database_url)) as session:
        run = session.get_one(ImportRun, id)
        session.expunge(run)
        return run


def _wait(what: Callable[[], bool], seconds: float = 90) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
