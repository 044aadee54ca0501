"""A shop that sells without leads: clients and deals, two pipelines, and the words for its lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.api import forget, references_of, utcnow
from core.testing.installation import ADMIN, Installation
from plugins.crm_deals.models import LOST, OPEN, WON, Deal, DealPassage, Pipeline, Stage
from tests.fixtures_app import Installer

HTMX = {"HX-Request": "true"}


class Shop:
    """An installation, somebody at its pages and a program at its API."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.person = installation.browser()
        self.api = installation.app.test_client()
        self.headers = installation.token()
        self.person.get("/deals")

    def make(self, _of: str = "deals", _as: str = ADMIN, **body: Any) -> Any:
        headers = self.headers if _as == ADMIN else self.installation.token(_as)
        answer = self.api.post(f"/api/v1/{_of}", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    def told(self, id: int) -> Any:
        return dict(self.api.get(f"/api/v1/deals/{id}", headers=self.headers).json or {})

    def patch(self, id: int, **body: Any) -> Any:
        return self.api.patch(f"/api/v1/deals/{id}", json=body, headers=self.headers)

    def press(self, id: int, name: str, **headers: str) -> Any:
        return self.api.post(f"/api/v1/deals/{id}/{name}", json={}, headers=headers or self.headers)

    def names(self, query: str) -> list[str]:
        answer = self.api.get(f"/api/v1/deals?{query}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return sorted(each["title"] for each in (answer.json or {})["items"])

    def id_of(self, name: str, of: str = "stages") -> int:
        with self.installation.session() as session:
            items = references_of(session, self.installation.house).items(of)
            return next(item.id for item in items if item.name == name)

    def second_pipeline(self) -> int:
        """A pipeline “Alquiler” with the stages Nueva, Ganada, Perdida."""
        with self.installation.session() as session:
            pipeline = Pipeline(name="Alquiler", position=2)
            session.add(pipeline)
            session.flush()
            for place, (name, meaning) in enumerate((("Nueva", OPEN), ("Ganada", WON), ("Perdida", LOST))):
                session.add(Stage(name=name, meaning=meaning, pipeline_id=pipeline.id, position=10 + place))
            forget(session)
            session.commit()
            return pipeline.id

    def stood(self, deal: int, days: int) -> None:
        """Let the deal have come into its stage so many days ago."""
        moment = utcnow() - timedelta(days=days)
        with self.installation.session() as session:
            session.execute(sa.update(Deal).where(Deal.id == deal).values(stage_since=moment))
            session.execute(sa.update(DealPassage).where(DealPassage.deal_id == deal).values(since=moment))
            session.commit()


@pytest.fixture
def shop(install: Installer) -> Shop:
    return Shop(install(apps=("crm_clients", "crm_deals"), mode="simple"))
