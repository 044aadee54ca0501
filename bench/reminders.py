"""Reminders told by two workers of which one is killed: each of them exactly once."""

from __future__ import annotations

import email
import email.policy
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.filters import server
from bench.place import Place, installation
from core.config import Config, load_config
from core.db import dispose_engine, engine_for, utcnow, writing

REMINDERS = 1000
APPS = "crm_clients,crm_interactions"
LONGEST = 120.0


@dataclass(frozen=True)
class Outcome:
    """How long the workers needed from the first that was told to the last, and what came of each task, by its title."""

    seconds: float
    bells: Counter[str]
    mails: Counter[str]


def reminders() -> dict[str, Any]:
    """1,000 reminders that are due at the same moment, two workers, one of them killed (-9) in the midst."""
    with installation(apps=APPS) as place:
        here = race(_config(place), REMINDERS)
    with (
        tempfile.TemporaryDirectory(prefix="prospecto-bench-") as folder,
        server(Path(folder)) as postgres,
        installation(postgres.url(postgres.create_database()), apps=APPS) as place,
    ):
        there = race(_config(place), REMINDERS)
    return {
        "reminders": REMINDERS,
        "told once by the bell": _once(here.bells),
        "told once by mail": _once(here.mails),
        "seconds from the first to the last": round(here.seconds, 1),
        "PostgreSQL told once by the bell": _once(there.bells),
        "PostgreSQL told once by mail": _once(there.mails),
        "PostgreSQL seconds from the first to the last": round(there.seconds, 1),
    }


def race(config: Config, count: int) -> Outcome:
    """Let so many tasks be due while two workers wait for them, kill one when the first are told, see what was told."""
    logs = [config.instance / f"worker{number}.log" for number in range(2)]
    workers = [_worker(config, log) for log in logs]
    try:
        _until(lambda: all("is ready" in log.read_text() for log in logs))
        _put(config, count)
        _until(lambda: _told(config) > 0)
        start = time.perf_counter()
        workers[0].send_signal(signal.SIGKILL)
        _until(lambda: _told(config) >= count)
        seconds = time.perf_counter() - start
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    bells, mails = _bells(config), _mails(config)
    dispose_engine(config.database_url)
    return Outcome(seconds, bells, mails)


def _put(config: Config, count: int) -> None:
    """Tasks of the first person that are due now, each with a reminder."""
    from core.access.models import User
    from core.text import fold
    from plugins.crm_interactions.models import Reminder, Task

    now = utcnow() - timedelta(seconds=1)
    with writing(), Session(engine_for(config.database_url)) as session:
        user_id = session.scalars(sa.select(User.id).order_by(User.id)).first()
        tasks = [
            Task(
                title=f"Task {number}",
                title_folded=fold(f"Task {number}"),
                assignee_id=user_id,
                due_on=now.date(),
                due_time=f"{now:%H:%M}",
                zone="UTC",
                due_at=now,
            )
            for number in range(count)
        ]
        session.add_all(tasks)
        session.flush()
        session.add_all(
            Reminder(task_id=task.id, user_id=user_id, minutes=0, planned_at=now, at=now) for task in tasks
        )
        session.commit()


def _worker(config: Config, log: Path) -> subprocess.Popen[bytes]:
    environ = {
        "PROSPECTO_INSTANCE": str(config.instance),
        "PROSPECTO_DATABASE_URL": str(config.database_url),
    }
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "core.cli", "worker"], env=os.environ | environ, stdout=out, stderr=out
        )


def _told(config: Config) -> int:
    from plugins.crm_interactions.models import Reminder

    told = sa.select(sa.func.count()).where(Reminder.told_at.is_not(None))
    with Session(engine_for(config.database_url)) as session:
        return session.scalar(told) or 0


def _until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST
    while not what():
        if time.monotonic() > until:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.01)


def _bells(config: Config) -> Counter[str]:
    from core.notifications.models import Notification

    with Session(engine_for(config.database_url)) as session:
        return Counter(row.values["task"] for row in session.scalars(sa.select(Notification)))


def _mails(config: Config) -> Counter[str]:
    """Mails by task, those that wait and those that left: without a mail server they lie in a folder, by their id."""
    from core.outbox import OutboxRow

    subjects: dict[str, str] = {}
    with Session(engine_for(config.database_url)) as session:
        for row in session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == "mail")):
            subjects[row.payload["id"]] = row.payload["subject"]
    for path in (config.instance / "mail").glob("*.eml"):
        with path.open("rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        subjects[path.stem.rpartition("-")[2]] = str(message["Subject"])
    return Counter(_task_of(subject) for subject in subjects.values())


def _task_of(subject: str) -> str:
    """`Task 12`, out of the sentence in whatever language."""
    number = subject.partition("Task ")[2]
    return "Task " + "".join(sign for sign in number[:6].partition(" ")[0] if sign.isdigit())


def _once(found: Counter[str]) -> str:
    return f"{sum(1 for count in found.values() if count == 1)} of {REMINDERS}"


def _config(place: Place) -> Config:
    return load_config({"PROSPECTO_INSTANCE": str(place.instance), **place.environment})
