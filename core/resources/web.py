"""Hangs the pages of the resources on the app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from core.db import db, writing
from core.declare import JobType
from core.formats import size_text
from core.house import House
from core.i18n import _l
from core.jobs import Job
from core.mail.files import forget_outgoing
from core.records.attachments import sweep
from core.records.staging import forget_staged
from core.records.undo import anything_to_bring_back, forget_old
from core.resources.bulk import JOB_TYPE, UNDO_JOB_TYPE
from core.resources.pages import pages_of
from core.resources.pages.exporting import EXPORT_JOB, forget_files

DAY = 86400


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(pages_of(house))
    for job in (
        JOB_TYPE,
        UNDO_JOB_TYPE,
        EXPORT_JOB,
        JobType("core.sweep", _l("Remove what nobody needs"), sweep_up, every=DAY),
    ):
        house.jobs[job.name] = job
    app.jinja_env.filters.setdefault("file_size", file_size)
    app.jinja_env.globals["export_url"] = export_url


def sweep_up(job: Job) -> None:
    """Remove what can no longer be taken back, then the bytes of files that are gone for good."""
    with writing():
        forget_old(db.session())
        forget_staged(db.session())
        forget_outgoing(db.session())
        db.session.commit()
    forget_files(job.house.config)
    if not anything_to_bring_back(db.session()):
        sweep(db.session(), job.house.config)


def export_url(here: Any, pairs: Iterable[tuple[str, str]], form: str) -> str:
    """The address of the list as a file."""
    kept = [(name, value) for name, value in pairs if name not in ("view", "limit")]
    return f"{here.address}/export?{urlencode([*kept, ('format', form)])}"


def file_size(size: int, formats: Any) -> str:
    return size_text(size, formats.language)
