"""Two pipelines whose stages are called the same, and the doors to their deals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.testing.installation import Installation

SCRIPT = {"HX-Request": "true"}


class Shop:
    """The shipped pipeline (Ventas) and one made like it (Mayoreo)."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.person = installation.browser()
        self.client = installation.app.test_client()
        self.headers: Mapping[str, str] = installation.token()
        added = self.setting("pipelines", name="Mayoreo")
        assert "Mayoreo" in added.text
        self.sales, self.wholesale = (self.value("pipelines", name)["id"] for name in ("Ventas", "Mayoreo"))

    def api(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1/{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def deal(self, **body: Any) -> Any:
        answer = self.client.post("/api/v1/deals", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    def change(self, id: int, **body: Any) -> Any:
        return self.client.patch(f"/api/v1/deals/{id}", json=body, headers=self.headers)

    def values(self, name: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api(f"lists/{name}")["items"]
        return items

    def value(self, name: str, called: str) -> dict[str, Any]:
        return next(each for each in self.values(name) if each["name"] == called)

    def stage(self, called: str, pipeline: int) -> int:
        found = (each for each in self.values("stages") if each["pipeline"]["id"] == pipeline)
        return int(next(each["id"] for each in found if each["name"] == called))

    def setting(self, path: str, **form: Any) -> Any:
        """POST below Settings, as its script sends it."""
        return self.person.post(f"/settings/lists/{path}", data=form, headers=SCRIPT)

    def titles(self, query: str) -> list[str]:
        return sorted(each["title"] for each in self.api(f"deals?{query}")["items"])


def toast(answer: Any) -> dict[str, str]:
    told: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["toast"]
    return told
