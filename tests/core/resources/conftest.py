"""Leads and people for the tests of the pages that every resource has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.resources.context import write_context
from core.resources.write import create
from core.testing.installation import ADMIN, Installation

WriteLead = Callable[..., int]

ANA, BETO = "ana@example.com", "beto@example.com"


@pytest.fixture
def write_lead(installation: Installation) -> WriteLead:
    """Store a lead through the pipeline and answer its id; `by` is the e-mail of who writes it."""

    def write(by: str = ADMIN, resource: str = "leads", **raw: Any) -> int:
        with installation.session(by) as session:
            context = write_context(session, installation.house, session.info["actor"], "page")
            record = create(
                installation.house.resources[resource], {"name": "Farmacia Doña Bárbara", **raw}, context
            )
            session.commit()
            return int(record.id)

    return write


@pytest.fixture
def two_sellers(installation: Installation) -> None:
    """Ana and Beto, salespeople who see their own leads only."""
    installation.user(ANA, name="Ana Lista")
    installation.user(BETO, name="Beto Otro")
