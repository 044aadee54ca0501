"""Rights that were taken away are gone for what was begun with them, too."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from core.access.models import User
from core.access.service import change_user
from core.jobs.models import JobRow
from core.records.models import Undo
from core.testing.installation import Installation

PERSON = "ana@example.com"


def become(installation: Installation, *roles: str) -> None:
    with installation.session() as session:
        user = cast(User, session.scalar(sa.select(User).where(User.email == PERSON)))
        change_user(session, user, roles=roles)
        session.commit()


def test_who_may_no_longer_delete_brings_nothing_back(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    installation.user(PERSON, roles=("administrator",))
    person = installation.browser(PERSON)
    person.post("/leads/new", {"name": "Uno"})
    person.post("/leads/1/delete")
    with installation.session() as session:
        undo = session.scalars(sa.select(Undo.id)).one()
    become(installation, "auditor")
    person.post(f"/undo/{undo}")
    assert person.get("/leads/1").status_code == 404
    become(installation, "administrator")
    person.post(f"/undo/{undo}")
    assert person.get("/leads/1").status_code == 200


def test_who_may_no_longer_export_gets_no_file_made_before(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    installation.user(PERSON, roles=("administrator",))
    person = installation.browser(PERSON)
    person.post("/leads/export?format=csv")
    with installation.session() as session:
        job = session.scalars(sa.select(JobRow)).one()
        made = installation.config.exports / f"{job.id}.csv"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("ID\n")
    answer = person.get(f"/exports/{job.id}")
    assert answer.status_code == 200
    answer.close()
    with installation.session() as session:
        user = cast(User, session.scalar(sa.select(User).where(User.email == PERSON)))
        change_user(session, user, roles=())
        session.commit()
    assert person.get(f"/exports/{job.id}").status_code == 403
