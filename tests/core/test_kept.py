"""What was counted is kept while it holds, and no longer, however somebody writes; on both databases."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import KEPT
from core.db import engine_for, utcnow
from core.testing.installation import Installation
from core.written import fold_changes, tables_in
from plugins.crm_leads.models import Lead, Passage, Status
from tests.crm_reports.test_budget import statements

ELSEWHERE = """
import sys, sqlalchemy as sa
from core.db import engine_for
with engine_for(sys.argv[1]).begin() as connection:
    connection.exec_driver_sql("UPDATE crm_leads_lead SET value = 30000 WHERE name = 'One'")
"""


def lead(name: str, **also: object) -> Lead:
    return Lead(name=name, name_folded=name.lower(), entered_on=date(2026, 5, 1), created_at=utcnow(), **also)


def counted(installation: Installation, email: str | None = None) -> tuple[tuple[object, ...], bool]:
    """How many leads there are and what they are worth, and whether that was counted anew."""
    with installation.session(email) as session:
        return count(session)


def count(session: Session) -> tuple[tuple[object, ...], bool]:
    wanted = sa.select(sa.func.count(), sa.func.sum(Lead.value)).select_from(Lead)
    with statements(session.get_bind()) as seen:  # type: ignore[arg-type]
        row = session.execute(wanted, execution_options=KEPT).one()
    return tuple(row), any("crm_leads_lead" in each for each in seen)


def test_it_is_counted_anew_after_every_write_and_only_then(installation: Installation) -> None:
    with installation.session() as session:
        ana = installation.user("ana@example.com")
        session.add_all([lead("One", value=1, salesperson_id=ana.id), lead("Two", value=2)])
        session.commit()
    assert counted(installation) == ((2, 3), True)
    assert counted(installation) == ((2, 3), False)
    assert counted(installation, "ana@example.com") == ((1, 1), True)  # another scope is another figure
    assert counted(installation, "ana@example.com") == ((1, 1), False)
    assert counted(installation, "admin@example.com") == ((2, 3), False)  # the same one is not

    with installation.session() as session:  # by another table: nothing happens
        session.execute(sa.update(Status).values(description="…"))
        session.commit()
    assert counted(installation) == ((2, 3), False)

    with installation.session() as session:  # taken back: nothing happened, but inside it was seen
        session.execute(sa.update(Lead).values(value=9))
        assert count(session) == ((2, 18), True)
        session.add(lead("Never"))
        assert count(session) == ((3, 18), True)
        session.rollback()
        assert count(session) == ((2, 3), False)

    with installation.session() as session:  # by a record, half of it in a savepoint that is taken back
        session.add(lead("Three", value=4))
        session.flush()
        inner = session.begin_nested()
        session.execute(sa.delete(Lead))
        inner.rollback()
        session.commit()
    assert counted(installation) == ((3, 7), True)
    assert counted(installation) == ((3, 7), False)

    engine = engine_for(installation.config.database_url)
    with engine.begin() as connection:  # by rows of many at once, past all sessions
        table = Lead.__table__
        names = [column.name for column in table.columns if column.name != "id"]
        copies = sa.select(*(table.c[name] for name in names)).where(table.c.name == "One")
        for _time in range(3):
            connection.execute(sa.insert(Lead).from_select(names, copies.limit(1)))
    assert counted(installation) == ((6, 10), True)

    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, installation.config.database_url], check=True
    )  # by another process
    assert counted(installation) == ((6, 18), True)
    assert counted(installation) == ((6, 18), False)

    with installation.session() as session:  # what a key takes along counts as written too
        stays = sa.select(sa.func.count()).select_from(Passage)
        session.add(Passage(lead_id=session.scalar(sa.select(sa.func.min(Lead.id))), since=utcnow()))
        session.commit()
        assert session.execute(stays, execution_options=KEPT).scalar() == 1
        session.execute(sa.delete(Lead))
        session.commit()
        assert session.execute(stays, execution_options=KEPT).scalar() == 0
    assert counted(installation) == ((0, None), True)


def test_many_changes_become_one_and_no_state_looks_like_another(installation: Installation) -> None:
    counted(installation)
    seen = set()
    for number in range(6):
        with installation.session() as session:
            session.add(lead(f"L{number}"))
            session.commit()
        seen.add(counted(installation))
    assert len(seen) == 6 and all(anew for _row, anew in seen)
    with installation.session() as session:
        assert fold_changes(session, most=3) >= 6
        session.commit()
    assert counted(installation) == ((6, None), True)  # a new state of which nothing is kept
    assert counted(installation) == ((6, None), False)
    with installation.session() as session:
        assert fold_changes(session, most=3) == 0


@pytest.mark.parametrize("backend", ["postgresql"])
def test_who_commits_last_having_begun_first_is_seen(installation: Installation) -> None:
    with installation.session() as early, installation.session() as late:
        early.add(lead("Early"))
        early.flush()
        late.add(lead("Late"))
        late.commit()
        assert counted(installation)[0] == (1, None)
        with installation.session() as folding:
            fold_changes(folding, most=0)
            folding.commit()
        assert counted(installation)[0] == (1, None)
        early.commit()
    assert counted(installation) == ((2, None), True)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT 1 FROM t_a FOR UPDATE", set()),
        ("INSERT INTO t_a (b) VALUES (1) ON CONFLICT (b) DO NOTHING", {"t_a"}),
        ('INSERT OR IGNORE INTO "t_a" SELECT * FROM t_b', {"t_a"}),
        ("WITH t_c AS (SELECT 1) UPDATE ONLY public.t_a SET b = 1", {"t_a"}),
        ("WITH t_c AS (DELETE FROM t_a RETURNING *) INSERT INTO t_b SELECT * FROM t_c", {"t_a", "t_b"}),
        ("DROP TABLE IF EXISTS t_a", {"t_a"}),
        ("truncate table t_a", {"t_a"}),
        ("COPY t_a FROM STDIN", {"t_a"}),
        ("UPDATE t_a SET b = 1", {"t_a"}),
    ],
)
def test_a_statement_says_what_it_writes(statement: str, tables: set[str]) -> None:
    assert tables_in(statement) == tables
