"""Jobs whose effects can be counted, and a listener that fails when it is told to."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from core.api import Errand, Event, JobType, MailEvent, Refused, actor_of, db, hookimpl
from core.db import writing


@dataclass(frozen=True)
class Rung(Event):
    name: str = ""


@dataclass(frozen=True)
class Important(Event):
    retry: ClassVar[bool] = True
    name: str = ""


heard: list[str] = []


def count(job: Any) -> None:
    """Write one row for each number, in steps that may be repeated."""
    for number in range(job.payload["rows"]):
        with writing():
            effect = sa.text(
                "INSERT INTO probe_effect (job_id, number, pid) VALUES (:job, :number, :pid)"
                " ON CONFLICT (job_id, number) DO NOTHING"
            )
            db.session.execute(effect, {"job": job.id, "number": number, "pid": os.getpid()})
            db.session.commit()
        job.progress(number + 1, job.payload["rows"], f"row {number + 1}")
        time.sleep(job.payload.get("pause", 0))
    job.result["figures"] = [["Rows", job.payload["rows"]]]


def refuse(job: Any) -> None:
    raise Refused("The moon is full.")


def crash(job: Any) -> None:
    raise ZeroDivisionError("no such number")


def who(job: Any) -> None:
    actor = actor_of(db.session())
    job.result["text"] = f"{actor.name} {actor.language}" if actor else "system"


@hookimpl
def register_jobs() -> list[JobType]:
    return [
        JobType("probe.count", "Count", count),
        JobType("probe.refuse", "Refuse", refuse),
        JobType("probe.crash", "Crash", crash),
        JobType("probe.who", "Who", who),
        JobType("probe.often", "Often", who, every=3600),
    ]


def _rings(session: Any) -> bool:
    """Somebody has hung up the bell."""
    return (Path(os.environ.get("PROBE_FOLDER", "/nowhere")) / "bell").exists()


def _ring(session: Any) -> bool:
    (Path(os.environ["PROBE_FOLDER"]) / "bell").unlink(missing_ok=True)
    number = session.scalar(sa.text("SELECT count(*) FROM probe_effect WHERE job_id = 0"))
    effect = sa.text("INSERT INTO probe_effect (job_id, number, pid) VALUES (0, :number, :pid)")
    session.execute(effect, {"number": number, "pid": os.getpid()})
    return False


def _fail(session: Any) -> bool:
    raise RuntimeError("no such errand")


@hookimpl
def register_errands() -> list[Errand]:
    return [Errand("probe.fail", waits=_fail, run=_fail), Errand("probe.ring", waits=_rings, run=_ring)]


@hookimpl
def after_commit(event: Event) -> None:
    if isinstance(event, (Rung, Important)):
        if (Path(os.environ.get("PROBE_FOLDER", "/nowhere")) / "deaf").exists():
            raise RuntimeError("cannot hear")
        heard.append(event.name)
    elif isinstance(event, MailEvent):
        heard.append(f"{type(event).__name__} {event.reference}")
