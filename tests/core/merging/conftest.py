"""Leads that are the same, and somebody to merge them, for the tests of merging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import Scope
from core.access.models import Grant, Role
from core.state import forget
from core.testing.installation import ADMIN, Installation

ANA, BETO = "ana@example.com", "beto@example.com"


@dataclass
class Api:
    """A program that works in somebody's name."""

    installation: Installation
    headers: Mapping[str, str]

    def __post_init__(self) -> None:
        self.client = self.installation.app.test_client()

    def make(self, resource: str = "leads", /, **values: Any) -> int:
        answer: Any = self.client.post(
            f"/api/v1/{resource}", json={"name": "X", **values}, headers=self.headers
        )
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **also: str) -> Any:
        return self.client.post(f"/api/v1/{path}", json=body or {}, headers={**self.headers, **also})

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1/{path}", json=body, headers=self.headers)

    def merge(self, keep: int, *gone: int, resource: Any = "leads", **also: Any) -> Any:
        return self.post(f"{resource}/merge", {"keep": keep, "merge": list(gone), **also})


@pytest.fixture
def api(installation: Installation) -> Api:
    return Api(installation, installation.token(ADMIN))


@pytest.fixture
def sellers(installation: Installation) -> tuple[Api, Api]:
    """Ana and Beto, who see, change and delete their own leads only."""
    let_salespeople_delete(installation)
    installation.user(ANA, name="Ana Lista")
    installation.user(BETO, name="Beto Otro")
    return Api(installation, installation.token(ANA)), Api(installation, installation.token(BETO))


def let_salespeople_delete(installation: Installation) -> None:
    """Their own leads; as shipped they may not."""
    with installation.session() as session:
        role = session.scalars(sa.select(Role).where(Role.name == "salesperson")).one()
        session.merge(Grant(role_id=role.id, resource="leads", action="delete", scope=int(Scope.OWN)))
        forget(session)
        session.commit()


@pytest.fixture
def put_file(installation: Installation) -> Callable[[str, int, str], None]:
    """Put a file on a record, as its page does."""
    from core.records.attachments import attach

    def put(resource: str, id: int, name: str) -> None:
        with installation.session() as session:
            attach(
                session,
                installation.config,
                resource,
                id,
                name=name,
                media_type="text/plain",
                content=BytesIO(b"text"),
                uploaded_by_id=None,
            )
            session.commit()

    return put
