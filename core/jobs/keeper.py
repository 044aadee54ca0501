"""The thread beside a worker's jobs: heartbeat and progress of the running one, lost ones, the schedule, errands, the post."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.config import Config
from core.db import engine_for, utcnow, writing
from core.jobs.errands import run_errand
from core.jobs.job import Job
from core.jobs.models import RUNNING, JobRow
from core.jobs.run import house_of
from core.jobs.service import SCHEDULE, forget_finished, put_back_lost, schedule, take_lease
from core.written import fold_changes

log = logging.getLogger(__name__)

TICK = 1.0
HEARTBEAT_EVERY = 4.0
LOOK_AROUND_EVERY = 4.0
LEASE_SECONDS = 15.0
CLEAN_EVERY = 3600.0
CHANGES_EVERY = 60.0
ERRAND_SECONDS = 3.0
ERRAND_RESTS = 60.0


class Keeper(threading.Thread):
    """Does once a second what must not wait for a long job to end."""

    def __init__(self, config: Config, name: str, current_app: Callable[[], Flask]) -> None:
        super().__init__(name="keeper", daemon=True)
        self.config = config
        self.worker = name
        self.current_app = current_app
        self.job: Job | None = None
        self.ended = threading.Event()
        self._last: dict[str, float] = {}
        self._shown: tuple[Any, ...] = ()

    def run(self) -> None:
        while not self.ended.wait(TICK):
            for task in (self.show_progress, self.look_around, self.run_errands, self.deliver):
                try:
                    task()
                except SQLAlchemyError as error:
                    # A database that is away or busy for a moment; the next second tries again.
                    log.warning("%s: %s", task.__name__, str(error).splitlines()[0])
                except Exception:  # without its heartbeat a job would be taken for lost: the thread must live
                    log.exception("%s", task.__name__)

    def show_progress(self) -> None:
        """Write the running job's progress and heartbeat, and learn whether it shall stop."""
        job = self.job
        if job is None:
            return
        state = (job.id, job.done, job.total, job.note)
        mine = (JobRow.id == job.id, JobRow.status == RUNNING, JobRow.worker == self.worker)
        with Session(engine_for(self.config.database_url)) as session:
            found = session.execute(sa.select(JobRow.wanted).where(*mine)).one_or_none()
        if found is None:
            job.stop_for = job.stop_for or "lost"
        elif found.wanted:
            job.stop_for = found.wanted
        elif job.stop_for == "paused":
            job.stop_for = ""
        if state == self._shown and not self._is_due("heartbeat", HEARTBEAT_EVERY):
            return
        values = {"heartbeat_at": utcnow(), "done": job.done, "total": job.total, "note": job.note[:300]}
        with writing(), Session(engine_for(self.config.database_url)) as session:
            session.execute(sa.update(JobRow).where(*mine).values(values))
            session.commit()
        self._shown = state
        self._last["heartbeat"] = time.monotonic()

    def look_around(self) -> None:
        """Put lost jobs back and, as the leader, queue what is due."""
        if not self._is_due("around", LOOK_AROUND_EVERY):
            return
        house = house_of(self.current_app())
        periods = {name: kind.every for name, kind in house.jobs.items() if kind.every}
        with writing(), Session(engine_for(self.config.database_url)) as session:
            found = put_back_lost(session)
            session.commit()
            if take_lease(session, SCHEDULE, self.worker, LEASE_SECONDS):
                schedule(session, periods)
                if self._is_due("clean", CLEAN_EVERY):
                    forget_finished(session)
                if self._is_due("changes", CHANGES_EVERY):
                    fold_changes(session)
            session.commit()
        if found:
            log.warning("Lost jobs are queued again: %s", ", ".join(map(str, found)))

    def deliver(self) -> None:
        """Send what waits in the outbox."""
        from core.outbox import deliver_due

        deliver_due(self.current_app())

    def run_errands(self) -> None:
        """Do what is due of the short work, a little while of each; one that fails rests for a minute."""
        app = self.current_app()
        for errand in house_of(app).errands.values():
            if not self._is_due(f"errand {errand.name}", errand.every):
                continue
            if not run_errand(app, errand, ERRAND_SECONDS):
                self._last[f"errand {errand.name}"] = time.monotonic() + ERRAND_RESTS - errand.every

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -every) < every:
            return False
        self._last[what] = now
        return True
