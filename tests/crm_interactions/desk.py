"""A desk with tasks: an installation with every app in English, people, and their words at the API and at the pages."""

from __future__ import annotations

from typing import Any

from core.testing.installation import ADMIN, ALL_APPS, Browser, Installation
from tests.fixtures_app import Installer

CARACAS = "America/Caracas"


class Desk:
    """Ada (administrator), Sol and Leo (salespeople, Caracas), each at pages and API."""

    def __init__(self, install: Installer) -> None:
        self.installation: Installation = install(apps=ALL_APPS, language="en")
        self.sol = self.installation.user("sol@example.com", name="Sol Vera", language="en").id
        self.leo = self.installation.user("leo@example.com", name="Leo Paz", language="en").id
        self.client = self.installation.app.test_client()
        self._tokens: dict[str, Any] = {}

    def call(self, method: str, path: str, body: Any = None, as_: str = ADMIN) -> Any:
        if as_ not in self._tokens:
            self._tokens[as_] = self.installation.token(as_)
        return self.client.open(f"/api/v1/{path}", method=method, json=body, headers=self._tokens[as_])

    def add(self, title: str, as_: str = ADMIN, **body: Any) -> Any:
        answer = self.call("POST", "tasks", {"title": title, **body}, as_)
        assert answer.status_code == 201, answer.text
        return answer.json

    def told(self, id: int, as_: str = ADMIN) -> Any:
        return self.call("GET", f"tasks/{id}", as_=as_).json

    def change(self, id: int, as_: str = ADMIN, **body: Any) -> Any:
        return self.call("PATCH", f"tasks/{id}", body, as_)

    def press(self, id: int, name: str, as_: str = ADMIN) -> Any:
        return self.call("POST", f"tasks/{id}/{name}", {}, as_)

    def titles(self, query: str, as_: str = ADMIN) -> list[str]:
        answer = self.call("GET", f"tasks?{query}", as_=as_)
        assert answer.status_code == 200, answer.text
        return [each["title"] for each in answer.json["items"]]

    def browser(self, email: str = ADMIN) -> Browser:
        return self.installation.browser(email)
