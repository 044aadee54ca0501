"""Two workers, one of them killed in the midst: every happening is tried by its rule once, whole."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import sqlalchemy as sa

from plugins.crm_automation.models import Happening, Run
from tests.crm_automation.conftest import Firm

RECORDS = 60


def _until(what: Callable[[], bool], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


def test_two_workers_one_of_them_killed_do_everything_once(firm: Firm) -> None:
    rule = firm.rule(
        "created",
        {"kind": "tag", "tags": ["seen"]},
        {"kind": "mail", "to": "record", "subject": "Hello {name}", "text": "x"},
        {"kind": "notify", "people": [str(firm.admin)], "text": "{name}"},
    )
    config = firm.installation.config
    environ = {
        **os.environ,
        "PROSPECTO_INSTANCE": str(config.instance),
        "PROSPECTO_DATABASE_URL": str(config.database_url),
    }
    ids = [
        id
        for start in range(0, RECORDS, 20)
        for id in firm.write(
            [
                {"name": f"Lead {number}", "email": f"l{number}@example.com"}
                for number in range(start, start + 20)
            ]
        )
    ]

    def count(wanted: sa.Select[tuple[int]]) -> int:
        return int(firm.system(lambda session: session.scalar(wanted)))

    done = sa.select(sa.func.count()).select_from(Run)
    workers = [
        subprocess.Popen([sys.executable, "-m", "core.cli", "worker"], env=environ, stderr=subprocess.DEVNULL)
        for _each in range(2)
    ]
    try:
        _until(lambda: count(done) >= 5)
        workers[0].kill()  # SIGKILL: whatever it was doing is lost, or was committed
        workers[0].wait()
        waiting = sa.select(sa.func.count()).where(Happening.done_at.is_(None))
        firm.system(lambda session: _wake(session))
        _until(lambda: count(waiting) == 0)
    finally:
        for each in workers:
            each.kill()
            each.wait()
    runs = firm.runs(rule_id=rule)
    assert sorted(run.record_id for run in runs) == sorted(ids)
    assert {run.result for run in runs} == {"done"} and {len(run.told) for run in runs} == {3}
    told = [each["text"] for each in firm.bells(firm.admin, "automation_told")]
    assert sorted(told) == sorted(f"Lead {number}" for number in range(RECORDS))


def _wake(session: sa.orm.Session) -> None:
    """As the look every two minutes does."""
    from plugins.crm_automation.queueing import wake

    wake(session)
