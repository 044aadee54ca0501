"""The worker process: takes queued jobs one by one and runs them in the app of the plugins that are on."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.config import Config
from core.db import dispose_engines, engine_for, writing
from core.jobs.job import Job
from core.jobs.keeper import Keeper
from core.jobs.models import FAILED, QUEUED
from core.jobs.run import ActorGone, close, house_of, open_job, run_job
from core.jobs.service import has_work, put_back_lost, take_next
from core.jobs.whereabouts import own_name

log = logging.getLogger(__name__)

POLL = 0.5
GRACE = 10.0
"""How long a running job may take to reach its next step when the worker is told to stop."""
PR_SET_PDEATHSIG = 1


def run_worker(config: Config, *, parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is gone."""
    from core.host.processes import Pulse
    from core.switchboard import create_app

    if parent is not None:
        _die_with(parent)
    outer, pulse = create_app(config), Pulse(config, "worker")

    def current_app() -> Flask:
        app = inner_app(outer)
        pulse.beat(house_of(app).generation)
        return app

    Worker(config, current_app, parent=parent).work()


def inner_app(outer: Flask) -> Flask:
    """The app of the current generation; a changed set of plugins is noticed here."""
    from core.switchboard import SWITCHBOARD

    app: Flask = outer.extensions[SWITCHBOARD].current()
    return app


def work_off(app: Flask) -> int:
    """Run here and now what is queued, until nothing is; answers how many jobs. For commands and tests."""
    config = house_of(app).config
    worker = Worker(config, lambda: app)
    count = 0
    while worker.work_once():
        count += 1
    return count


class Worker:
    """One worker; `current_app` answers the app to run the next job in."""

    def __init__(
        self, config: Config, current_app: Callable[[], Flask], *, parent: int | None = None
    ) -> None:
        self.config = config
        self.current_app = current_app
        self.parent = parent
        self.name = own_name()
        self.keeper = Keeper(config, self.name, current_app)
        self._stopping = threading.Event()

    def work(self) -> None:
        """Take and run jobs until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        log.info("Worker %s is ready", os.getpid())
        self._put_back_lost()
        self.keeper.start()
        while not self._stopping.is_set() and not self._is_orphan():
            try:
                found = self.work_once()
            except SQLAlchemyError as error:
                log.warning("The database does not answer: %s", str(error).splitlines()[0])
                found = False
            if not found:
                self._stopping.wait(POLL)
        self.keeper.ended.set()
        log.info("Worker %s ends", os.getpid())
        dispose_engines()

    def work_once(self) -> bool:
        """Run the next job, if there is one."""
        app = self.current_app()
        job = self._take(app)
        if job is None:
            return False
        log.info("Job %s (%s) starts", job.id, job.type)
        self.keeper.job = job
        try:
            if self._stopping.is_set():
                job.stop_for = QUEUED
            status = run_job(app, job, self.name)
        finally:
            self.keeper.job = None
        log.info("Job %s: %s", job.id, status)
        return True

    def _take(self, app: Flask) -> Job | None:
        house = house_of(app)
        if not house.jobs:
            return None
        with Session(engine_for(self.config.database_url)) as session:
            if not has_work(session, house.jobs):
                return None
        with writing(), Session(engine_for(self.config.database_url), expire_on_commit=False) as session:
            row = take_next(session, house.jobs, self.name)
            session.commit()
            if row is None:
                return None
            session.info["house"] = house
            try:
                return open_job(row, house, session)
            except ActorGone as error:
                job = Job(row.id, row.type, row.title, row.payload, row.attempts, None, house)
                session.rollback()
                close(job, self.name, {"status": FAILED, "error": str(error)})
                return None

    def _put_back_lost(self) -> None:
        try:
            with writing(), Session(engine_for(self.config.database_url)) as session:
                put_back_lost(session)
                session.commit()
        except SQLAlchemyError as error:
            log.warning("The database does not answer: %s", str(error).splitlines()[0])

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """A running job goes back into the queue at its next step, or is left for the next worker after the grace."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        job = self.keeper.job
        if job is not None:
            job.stop_for = QUEUED
            last = threading.Timer(GRACE, self._give_up, args=(job,))
            last.daemon = True
            last.start()

    def _give_up(self, job: Job) -> None:
        """The job did not reach a step in time: give it back as it is (its open transaction is lost) and end."""
        log.warning("Job %s did not stop within %s s; it will start again elsewhere", job.id, GRACE)
        try:
            close(job, self.name, {"status": QUEUED})
        except SQLAlchemyError:
            log.warning("%s", traceback.format_exc(limit=1))
        os._exit(0)

    def _is_orphan(self) -> bool:
        return self.parent is not None and os.getppid() != self.parent


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however it does; elsewhere the parent's id is watched."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)
