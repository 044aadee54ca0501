"""A company with every app, three people, and the doors to their interactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.testing.installation import ADMIN, ALL_APPS, Installation
from tests.fixtures_app import Installer

ANA, BETO = "ana@example.com", "beto@example.com"


class Desk:
    """An installation with two salespeople, and programs that call its API in anybody's name."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.ana = installation.user(ANA, name="Ana Álvarez", language="en").id
        self.beto = installation.user(BETO, name="Beto Rojas", language="en").id
        self.api = installation.app.test_client()
        self._keys: dict[str, Mapping[str, str]] = {}

    def key(self, email: str) -> Mapping[str, str]:
        if email not in self._keys:
            self._keys[email] = self.installation.token(email)
        return self._keys[email]

    def ask(self, method: str, path: str, as_: str = ADMIN, status: int = 0, **body: Any) -> Any:
        """The answer's JSON; with `status` that is what is expected of it."""
        answer = self.api.open(f"/api/v1/{path}", method=method, json=body or None, headers=self.key(as_))
        assert not status or answer.status_code == status, (answer.status_code, answer.text)
        return answer.json if answer.is_json else None

    def make(self, of: str, as_: str = ADMIN, **body: Any) -> Any:
        return self.ask("POST", of, as_, 201, **body)


@pytest.fixture
def desk(install: Installer) -> Desk:
    return Desk(install(apps=ALL_APPS))
