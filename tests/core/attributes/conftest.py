"""Attributes made as an administrator makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.testing.installation import Installation


@pytest.fixture
def make(installation: Installation) -> Callable[..., dict[str, Any]]:
    """`make("Colour", "choice", choices=[…])`: a new attribute of leads and clients, by the API."""
    headers = installation.token()

    def made(name: str, kind: str = "text", **also: Any) -> dict[str, Any]:
        body = {"name": name, "type": kind, "resources": ["leads", "clients"], **also}
        answer = installation.app.test_client().post("/api/v1/attributes", json=body, headers=headers)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    return made
