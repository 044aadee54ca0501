"""Rules under load: an import of many rows asks nothing row by row, and several at once still share evenly."""

from __future__ import annotations

import csv
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from sqlalchemy import event

from core.assignment.models import AssignmentLog, AssignmentRule
from core.assignment.rules import KeptPerson
from core.db import db
from core.jobs.worker import inner_app, work_off
from core.notifications.models import Notification
from core.testing.installation import Installation
from tests.core.assignment.conftest import Desk
from tests.imports.conftest import Wizard

ROWS = 1300


def file_of(rows: int) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Nombre", "Ciudad", "Vendedor"])
    for number in range(rows):
        seller = "carla@example.com" if number % 100 == 0 else ""
        table.writerow([f"Empresa {number}", "Coro" if number % 3 == 0 else "Mérida", seller])
    return out.getvalue().encode()


def test_an_import_is_dealt_out_batch_by_batch(desk: Desk, installation: Installation) -> None:
    desk.bring([{"name": "Antes"}])
    asked: list[str] = []
    with installation.session():
        engine = db.session().get_bind().engine

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "core_assignment" in statement or "core_absence" in statement or "salesperson_id=" in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    desk.bring([{"name": "Antes también"}])
    event.remove(engine, "before_cursor_execute", listen)
    assert not asked  # without rules nothing is asked
    desk.rule("Coro", [KeptPerson(desk.ids["carla"])], {"city": ["Coro"]})
    people = [
        KeptPerson(desk.ids["ana"], 2),
        KeptPerson(desk.ids["beto"], 1, most_open=5000, most_a_day=9000),
    ]
    desk.rule("Resto", people, method="capacity")
    wizard = Wizard(installation.browser())
    assert wizard.upload("leads", file_of(ROWS)).status_code == 302
    wizard.check()
    work_off(inner_app(installation.app))
    with installation.session() as session:
        turns = session.scalars(sa.select(AssignmentRule.turn)).all()
        assert not session.scalar(sa.select(sa.func.count()).select_from(AssignmentLog)) and set(turns) == {0}
    event.listen(engine, "before_cursor_execute", listen)
    try:
        wizard.run()
        work_off(inner_app(installation.app))
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    batches = -(-ROWS // 500)
    assert len(asked) <= batches * 12 + 4, asked
    with installation.session() as session:
        model = installation.house.resources["leads"].model
        rows = session.execute(
            sa.select(model.city, model.salesperson_id, sa.func.count()).group_by(
                model.city, model.salesperson_id
            )
        )
        given = {(city, desk.names.get(owner)): number for city, owner, number in rows}
        named = len(range(0, ROWS, 100))
        coro, rest = len(range(0, ROWS, 3)), ROWS - len(range(0, ROWS, 3))
        away = sum(1 for number in range(0, ROWS, 100) if number % 3)
        assert given[("Coro", "carla")] == coro and given[("Mérida", "carla")] == away
        assert abs(given[("Mérida", "ana")] * 3 - (rest - away) * 2) < 3
        lines = session.scalar(sa.select(sa.func.count()).select_from(AssignmentLog))
        assert lines == ROWS - named
        told = session.execute(
            sa.select(Notification.user_id, Notification.values).where(Notification.kind == "assigned_many")
        ).all()
        heard = {desk.names[user_id]: values["count"] for user_id, values in told}
        assert len(told) == 3 and heard["ana"] == given[("Mérida", "ana")]
        assert sum(heard.values()) == lines


def test_several_at_once_share_evenly(desk: Desk, installation: Installation) -> None:
    rule = desk.rule("Turno")
    headers = installation.token()

    def bring(number: int) -> int:
        client = installation.app.test_client()
        return client.post("/api/v1/leads", json={"name": f"Lead {number}"}, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(bring, range(40))) == {201}
    with installation.session() as session:
        model = installation.house.resources["leads"].model
        owners = session.scalars(sa.select(model.salesperson_id)).all()
        counts = Counter(owners)
        assert sorted(counts.values()) == [13, 13, 14]
        assert session.scalar(sa.select(AssignmentRule.turn).where(AssignmentRule.id == rule)) == 1
