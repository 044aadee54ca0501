"""The import that an address means, for its owner and administrators only; and what every step's page needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for

from core.db import db
from core.house import current_house
from core.imports.models import CHECKED, MAPPING, ImportRun
from core.imports.survey import shown
from core.jobs import JobRow
from core.resources.pages.here import Here, enter


@dataclass(frozen=True)
class OwnImport:
    """An import and where its reader stands."""

    run: ImportRun
    here: Here

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed: nothing was brought in yet."""
        return self.run.state in (MAPPING, CHECKED)

    @property
    def job(self) -> JobRow | None:
        """The job that works on it, or did last."""
        return self.here.session.get(JobRow, self.run.job_id) if self.run.job_id else None

    @property
    def is_busy(self) -> bool:
        job = self.job
        return job is not None and not job.is_finished

    def step(self, name: str, **also: Any) -> str:
        return url_for(f"imports.{name}", id=self.run.id, **also)


def own(id: int) -> OwnImport:
    """The reader's own import (an administrator's: anyone's); every other answers like a missing one."""
    session = db.session()
    run = session.get(ImportRun, id)
    house = current_house()
    if run is None or run.resource not in house.resources:
        abort(404)
    here = enter(run.resource, "import")
    if not here.actor.is_admin and (here.actor.user_id is None or run.user_id != here.actor.user_id):
        abort(404)
    return OwnImport(run, here)


def sheet_columns(run: ImportRun, here: Here, troubled: set[str]) -> list[tuple[int, str]]:
    """(column, field) of the columns worth showing of a bad row: what names and identifies it, and what is wrong."""
    resource = here.resource
    # the reason stands at the end of the row: a third key that is in order would only push it out of sight
    keys = {attribute for key in resource.identity[:2] for attribute in key.attributes}
    wanted = (
        {resource.title}
        | troubled
        | {each.name for each in resource.fields if keys & set(each.kind.attributes(each))}
    )
    found = sorted((int(column), name) for column, name in run.mapping.items() if name in wanted)
    return sorted(found, key=lambda pair: pair[1] != resource.title)


def cell_text(cells: Any, column: int) -> str:
    """A kept cell as the sheet shows it."""
    return shown(cells[column]) if cells and column < len(cells) and cells[column] is not None else ""
