"""A database with the tables of settings and one reference list, and a house that declares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from core.db import dispose_engines, engine_for
from core.settings import StoredSetting
from core.state import State
from tests.core.settings.declared import COLOUR_LIST, EXAMPLE_SECTION, Colour


@dataclass
class DeclaredHouse:
    """The part of a house that settings and references read."""

    lists: dict
    settings: dict


@pytest.fixture
def house() -> DeclaredHouse:
    return DeclaredHouse({COLOUR_LIST.name: COLOUR_LIST}, {EXAMPLE_SECTION.name: EXAMPLE_SECTION})


@pytest.fixture
def database(database_url: str) -> Iterator[str]:
    """The address of a database with these tables."""
    engine = engine_for(database_url)
    State.metadata.create_all(engine, tables=[each.__table__ for each in (State, StoredSetting, Colour)])
    with Session(engine) as session:
        session.add(State(id=1))
        session.commit()
    yield database_url
    dispose_engines()


@pytest.fixture
def session(database: str, house: DeclaredHouse) -> Iterator[Session]:
    with Session(engine_for(database), info={"house": house}) as session:
        yield session


@pytest.fixture
def other_session(database: str, house: DeclaredHouse) -> Iterator[Session]:
    """Another request's session."""
    with Session(engine_for(database), info={"house": house}) as session:
        yield session


