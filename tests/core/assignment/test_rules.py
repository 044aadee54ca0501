"""Records that come in with nobody named go to whom the rules say, and the log says why."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from core.assignment.absences import add_absence
from core.assignment.keeping import switch_rule
from core.assignment.models import AssignmentLog, AssignmentPerson
from core.assignment.rules import KeptPerson
from core.assignment.words import reason_text
from core.formats import formats_for
from core.notifications.models import Notification
from core.records.models import History
from core.state import forget
from tests.core.assignment.conftest import Desk


def leads(number: int, **also: object) -> list[dict[str, object]]:
    return [{"name": f"Lead {each}", **also} for each in range(number)]


def test_rules_deal_out_what_comes_in(desk: Desk) -> None:
    """In turn, by filter, past who is away or full; whoever was named stays; nothing is said twice."""
    assert desk.bring(leads(2)) == [None, None]  # no rule: theirs who brought them, the administrator
    city = desk.rule("Valencia", [KeptPerson(desk.ids["carla"])], {"city.contains": ["Valencia"]})
    desk.rule("Turno")
    assert desk.bring(leads(3)) == ["ana", "beto", "carla"]
    mixed = [*leads(1), {"name": "V", "city": "Valencia"}, {"name": "N", "salesperson": "beto@example.com"}]
    assert desk.bring([*mixed, *leads(1)]) == ["ana", "carla", "beto", "beto"]
    assert desk.bring(leads(1), source="page") == [None]  # by hand it stays with who enters it
    assert desk.bring(leads(1), source="conversion") == [None]
    assert desk.bring(leads(1), source="inquiry", by=None) == ["carla"]
    with desk.installation.session() as session:
        switch_rule(session, desk.installation.house, city, False)
        today = date.today()
        add_absence(session, desk.ids["ana"], today - timedelta(1), today + timedelta(3))
        add_absence(session, desk.ids["beto"], today - timedelta(1), today + timedelta(9), desk.ids["carla"])
        desk.user(session, "carla").active = True
        session.commit()
    assert desk.bring([{"name": "V2", "city": "Valencia"}, *leads(1)]) == ["carla", "carla"]
    with desk.installation.session() as session:
        lines = session.scalars(sa.select(AssignmentLog).order_by(AssignmentLog.id)).all()
        formats = formats_for(session, None)
        formats.references.items("users")
        told = [reason_text(each.reason, formats) for each in lines]
        assert len(lines) == 3 + 3 + 1 + 1 + 2 and {each.source for each in lines} == {"api", "inquiry"}
        assert "Turno" in told[0] and "1" in told[0] and "3" in told[0]
        assert "Ana" in told[-2] and "Beto" in told[-2]  # passed over, and in place of
        last = lines[-1]
        created = session.scalar(
            sa.select(History).where(History.record_id == last.record_id, History.action == "created")
        )
        assert created is not None and created.changes == {"assignment": last.reason}
        heard = session.execute(
            sa.select(Notification.user_id, sa.func.count()).group_by(Notification.user_id)
        ).all()
        assert {user_id: number for user_id, number in heard} == {
            desk.ids["ana"]: 2,
            desk.ids["beto"]: 3,
            desk.ids["carla"]: 5,
        }


def test_capacity_weights_and_nobody_left(desk: Desk) -> None:
    """Shares to within one at every moment; nobody has more than their maximum of open ones or of a day."""
    ana, beto, carla = (desk.ids[name] for name in ("ana", "beto", "carla"))
    people = [KeptPerson(ana, 2), KeptPerson(beto, 1, most_open=3), KeptPerson(carla, 1, most_a_day=4)]
    rule = desk.rule("Reparto", people, method="capacity", doors=["import", "api"])
    first = desk.bring(leads(8), source="import")
    assert [first.count(name) for name in ("ana", "beto", "carla")] == [4, 2, 2]
    second = desk.bring(leads(8), source="import")
    assert [second.count(name) for name in ("ana", "beto", "carla")] == [5, 1, 2]  # both are full now
    with desk.installation.session() as session:
        assert session.scalar(sa.select(AssignmentPerson.given).where(AssignmentPerson.user_id == carla)) == 4
        session.execute(sa.update(AssignmentPerson).values(day=date(2020, 1, 1)))  # a new day
        desk.user(session, "ana").active = False
        forget(session)
        session.commit()
    third = desk.bring(leads(6))
    assert third == ["carla"] * 4 + [None] * 2
    with desk.installation.session() as session:
        nobody = session.scalars(sa.select(AssignmentLog).where(AssignmentLog.user_id.is_(None))).all()
        assert [each.rule_id for each in nobody] == [rule] * 2
        reason = nobody[0].reason
        assert reason["how"] == "nobody"
        assert {each[1] for each in reason["passed"]} == {"inactive", "full", "full_today"}
