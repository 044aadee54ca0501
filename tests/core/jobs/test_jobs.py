"""Jobs from being asked for to their end, run in this process."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.access.service import actor_for, create_user, seed_roles
from core.db import utcnow
from core.house import EXTENSION
from core.jobs import JobRow, enqueue
from core.jobs.models import Lease
from core.jobs.service import (
    MAX_ATTEMPTS,
    WORKER_LOST,
    a_worker_lives,
    cancel,
    job_for,
    pause,
    put_back_lost,
    resume,
    schedule,
    take_lease,
    take_next,
)
from core.jobs.worker import work_off

from .conftest import Place


def test_a_job_does_its_work_once_and_tells_its_result(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=5)

    assert work_off(place.app()) == 1
    assert work_off(place.app()) == 0

    row = place.row(job_id)
    assert (row.status, row.done, row.total) == ("done", 5, 5)
    assert row.result == {"figures": [["Rows", 5]]}
    assert len(place.effects(job_id)) == 5


@pytest.mark.parametrize(
    ("kind", "error"),
    [("probe.refuse", "The moon is full."), ("probe.crash", "ZeroDivisionError: no such number")],
)
def test_a_job_that_fails_says_why_and_hurts_nobody_else(place: Place, kind: str, error: str) -> None:
    failing, next_one = place.enqueue(kind), place.enqueue("probe.count", rows=1)

    work_off(place.app())

    assert (place.row(failing).status, place.row(failing).error) == ("failed", error)
    assert place.row(next_one).status == "done"


def test_a_job_of_an_app_that_is_off_waits_for_it(place: Place) -> None:
    from core.host import lifecycle

    job_id = place.enqueue("probe.count", rows=1)
    lifecycle.disable(place.config, "probe", by=None)
    assert work_off(place.app()) == 0
    assert place.row(job_id).status == "queued"

    lifecycle.enable(place.config, "probe", by=None)
    assert work_off(place.app()) == 1


def test_a_job_works_in_the_name_and_language_of_who_asked(place: Place) -> None:
    app = place.app()
    with place.session() as session:
        seed_roles(session, app.extensions[EXTENSION])
        ana = create_user(
            session,
            email="ana@example.com",
            password="a-Long-enough-1",
            name="Ana",
            roles=["salesperson"],
            language="fr",
        )
        actor = actor_for(session, ana)
        job_id = enqueue(session, "probe.who", actor=actor, title="Who").id

    work_off(app)

    assert place.row(job_id).result == {"text": "Ana fr"}
    with place.session() as session:
        assert job_for(session, job_id, actor) is not None
        ben = create_user(
            session, email="ben@example.com", password="a-Long-enough-1", name="Ben", roles=["salesperson"]
        )
        assert job_for(session, job_id, actor_for(session, ben)) is None
        ana = session.get_one(type(ana), ana.id)
        ana.active = False
        late = enqueue(session, "probe.who", actor=actor, title="Who").id

    work_off(app)
    assert place.row(late).status == "failed"


def test_pausing_cancelling_and_resuming_what_waits(place: Place) -> None:
    first, second = place.enqueue("probe.count", rows=1), place.enqueue("probe.count", rows=1)
    with place.session() as session:
        pause(session, session.get_one(JobRow, first))
        cancel(session, session.get_one(JobRow, second))
    assert work_off(place.app()) == 0
    assert (place.row(first).status, place.row(second).status) == ("paused", "cancelled")

    with place.session() as session:
        resume(session, session.get_one(JobRow, first))
        resume(session, session.get_one(JobRow, second))
    assert work_off(place.app()) == 1
    assert (place.row(first).status, place.row(second).status) == ("done", "cancelled")


def test_a_lost_job_is_queued_again_and_fails_for_good_after_five_workers(place: Place) -> None:
    job_id = place.enqueue("probe.count", rows=1)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with place.session() as session:
            row = take_next(session, ["probe.count"], "elsewhere|1|1|x")
            assert row is not None
            assert take_next(session, ["probe.count"], "elsewhere|2|2|y") is None
        with place.session() as session:
            assert put_back_lost(session) == []  # it has just shown itself
            session.execute(sa.update(JobRow).values(heartbeat_at=utcnow() - timedelta(seconds=21)))
            assert put_back_lost(session) == [job_id]
        assert place.row(job_id).attempts == attempt
    row = place.row(job_id)
    assert (row.status, row.error) == ("failed", WORKER_LOST)


def test_one_worker_leads_until_its_lease_runs_out(place: Place) -> None:
    with place.session() as session:
        assert take_lease(session, "schedule", "one|1|1|a", 15)
        assert not take_lease(session, "schedule", "two|1|1|b", 15)
        assert take_lease(session, "schedule", "one|1|1|a", 15)
        assert a_worker_lives(session)
    with place.session() as session:
        session.execute(sa.update(Lease).values(until=utcnow() - timedelta(seconds=1)))
        assert not a_worker_lives(session)
        assert take_lease(session, "schedule", "two|1|1|b", 15)
        assert not take_lease(session, "schedule", "one|1|1|a", 15)


def test_periodic_work_is_queued_once_for_each_slot(place: Place) -> None:
    now = utcnow().replace(minute=5)
    with place.session() as session:
        (first,) = schedule(session, {"probe.often": 3600}, now)
        assert schedule(session, {"probe.often": 3600}, now + timedelta(minutes=1)) == []
        assert (
            schedule(session, {"probe.often": 3600}, now + timedelta(hours=1)) == []
        )  # the first still waits
    work_off(place.app())
    assert place.row(first).result == {"text": "system"}
    with place.session() as session:
        assert schedule(session, {"probe.often": 3600}, now) == []
        assert len(schedule(session, {"probe.often": 3600}, now + timedelta(hours=1))) == 1
