"""Worker processes that are stopped, killed and replaced in the middle of a job."""

from __future__ import annotations

import signal
from pathlib import Path

from core.jobs import JobRow
from core.jobs.service import cancel, pause, resume

from .conftest import Place


def test_a_killed_workers_job_is_taken_up_by_the_next_and_has_each_effect_once(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=60, pause=0.05)
    first = place.start_worker()
    place.wait(lambda: len(place.effects(job_id)) >= 10)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert place.row(job_id).status == "running"

    second = place.start_worker()
    place.wait(lambda: place.row(job_id).status == "done")

    effects = place.effects(job_id)
    assert [number for number, _pid in effects] == list(range(60))
    assert {pid for _number, pid in effects} == {first.pid, second.pid}
    assert place.row(job_id).attempts == 1


def test_another_worker_that_is_already_there_takes_over(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=60, pause=0.05)
    workers = [place.start_worker(), place.start_worker()]
    place.wait(lambda: len(place.effects(job_id)) >= 5)
    busy = place.effects(job_id)[0][1]
    next(each for each in workers if each.pid == busy).kill()
    place.wait(lambda: place.row(job_id).status == "done", 30)
    assert len(place.effects(job_id)) == 60


def test_a_worker_that_is_told_to_stop_gives_its_job_back(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=200, pause=0.05)
    worker = place.start_worker()
    place.wait(lambda: len(place.effects(job_id)) >= 3)
    worker.terminate()
    assert worker.wait(10) == 0
    row = place.row(job_id)
    assert (row.status, row.attempts, row.worker) == ("queued", 0, None)
    assert row.done >= 3


def test_pausing_resuming_and_cancelling_a_running_job(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=400, pause=0.05)
    place.start_worker()
    place.wait(lambda: place.row(job_id).done >= 3)  # its progress is told while it runs

    with place.session() as session:
        pause(session, session.get_one(JobRow, job_id))
    place.wait(lambda: place.row(job_id).status == "paused")
    stood = len(place.effects(job_id))

    with place.session() as session:
        resume(session, session.get_one(JobRow, job_id))
    place.wait(lambda: len(place.effects(job_id)) > stood + 3)

    with place.session() as session:
        cancel(session, session.get_one(JobRow, job_id))
    place.wait(lambda: place.row(job_id).status == "cancelled")
    assert len(place.effects(job_id)) < 400


def test_an_errand_waits_for_no_job_and_for_no_errand_that_fails(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=400, pause=0.05)
    worker = place.start_worker()
    place.wait(lambda: len(place.effects(job_id)) >= 3)
    for times in (1, 2):
        (Path(place.environ["PROBE_FOLDER"]) / "bell").touch()
        place.wait(lambda times=times: len(place.effects(0)) == times)  # type: ignore[misc]
    assert place.row(job_id).status == "running"
    assert {pid for _number, pid in place.effects(0)} == {worker.pid}
