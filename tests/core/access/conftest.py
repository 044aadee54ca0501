"""A database with people in teams and a few records of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import core.access.scope
from core.access.actor import Actor, work_for
from core.access.models import (
    Attempt,
    Grant,
    Role,
    SetupLink,
    Share,
    StageGrant,
    Team,
    TeamMember,
    Token,
    User,
    user_roles,
)
from core.access.service import actor_for, create_user, seed_roles
from core.access.teams import set_team
from core.db import dispose_engines, engine_for
from core.house import House
from core.settings import StoredSetting
from core.state import State
from tests.core.access.declared import TABLES, Customer, Phone, Place, Prospect, Ring, make_house

PASSWORD = "grüne Wolke 4711"

assert core.access.scope

CORE = [
    *(
        each.__table__
        for each in (
            *(State, StoredSetting, User, Role, Team, TeamMember),
            *(Grant, StageGrant, Share, Token, Attempt, SetupLink),
        )
    ),
    user_roles,
]


@dataclass(frozen=True)
class People:
    """Ids: Ana and Bea sell in the north that Mia leads, Carl sells in the south; Ada administrates, Otto audits."""

    ana: int
    bea: int
    carl: int
    mia: int
    ada: int
    otto: int


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[str]:
    """The address of a database with the tables of access and of the declared records."""
    engine = engine_for(database_url)
    State.metadata.create_all(engine, tables=[*CORE, *TABLES])
    with Session(engine) as session:
        session.add(State(id=1))
        session.commit()
    yield database_url
    dispose_engines()


@pytest.fixture
def session(database: str, house: House) -> Iterator[Session]:
    """The system's session: no person, no scope."""
    with Session(engine_for(database), info={"house": house}, expire_on_commit=False) as session:
        seed_roles(session, house)
        session.commit()
        yield session


@pytest.fixture
def people(session: Session) -> People:
    roles = {
        "ana": "salesperson",
        "bea": "salesperson",
        "carl": "salesperson",
        "mia": "manager",
        "ada": "administrator",
        "otto": "auditor",
    }
    ids = {
        name: create_user(
            session, email=f"{name}@example.com", password=None, name=name.title(), roles=[role]
        ).id
        for name, role in roles.items()
    }
    set_team(session, Team(), name="North", manager_id=ids["mia"], member_ids=[ids["ana"], ids["bea"]])
    session.commit()
    return People(**ids)


@pytest.fixture
def records(session: Session, people: People) -> dict[str, int]:
    """Ids by `<owner>'s prospect` and `<owner>'s customer`; each prospect has a phone with a ring."""
    found: dict[str, int] = {}
    for name in ("ana", "bea", "carl", "nobody"):
        owner_id = getattr(people, name, None)
        customer = Customer(name=f"{name}'s customer", owner_id=owner_id)
        prospect = Prospect(name=f"{name}'s prospect", note="secret", owner_id=owner_id, customer=customer)
        phone = Phone(number="1", prospect=prospect)
        session.add_all([customer, prospect, phone])
        session.flush()
        session.add(Ring(phone_id=phone.id))
        found |= {customer.name: customer.id, prospect.name: prospect.id, f"{name}'s phone": phone.id}
    # Ana's prospect became Carl's customer: she may see the one and not the other
    session.execute(
        sa.update(Prospect)
        .where(Prospect.owner_id == people.ana)
        .values(customer_id=found["carl's customer"])
    )
    session.add(Place(name="Caracas"))
    session.commit()
    session.expunge_all()
    return found


@pytest.fixture
def as_person(
    session: Session, database: str, house: House, people: People
) -> Iterator[Callable[[str], Session]]:
    """A session that works for the person of this name."""
    opened: list[Session] = []

    def begin(name: str, *, actor: Actor | None = None) -> Session:
        mine = Session(engine_for(database), info={"house": house}, expire_on_commit=False)
        work_for(mine, actor or actor_for(session, getattr(people, name)))
        opened.append(mine)
        return mine

    yield begin
    for each in opened:
        each.close()
