"""Two pipelines whose stages are called the same, and the doors to their deals."""

from __future__ import annotations

import json
from typing import Any

from core.testing.installation import Installation
from tests.crm_deals.conftest import HTMX as SCRIPT
from tests.crm_deals.conftest import Shop

__all__ = ["SCRIPT", "TwoPipelines", "toast"]


class TwoPipelines(Shop):
    """The shipped pipeline (Ventas) and one made like it (Mayoreo)."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation)
        added = self.setting("pipelines", name="Mayoreo")
        assert "Mayoreo" in added.text
        self.sales, self.wholesale = (self.id_of(name, "pipelines") for name in ("Ventas", "Mayoreo"))

    def get(self, path: str) -> Any:
        answer = self.api.get(f"/api/v1/{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def values(self, name: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get(f"lists/{name}")["items"]
        return items

    def stage(self, called: str, pipeline: int) -> int:
        found = (each for each in self.values("stages") if each["pipeline"]["id"] == pipeline)
        return int(next(each["id"] for each in found if each["name"] == called))

    def setting(self, path: str, **form: Any) -> Any:
        """POST below Settings, as its script sends it."""
        return self.person.post(f"/settings/lists/{path}", data=form, headers=SCRIPT)


def toast(answer: Any) -> dict[str, str]:
    told: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["toast"]
    return told
