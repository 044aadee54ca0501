"""People who sell, and rules for what comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.access.service import find_user
from core.assignment.keeping import Wanted, create_rule
from core.assignment.rules import KeptPerson
from core.formats import reading_for
from core.resources.context import write_context
from core.resources.write import check_draft, read_draft, write_drafts
from core.testing.installation import Installation

SELLERS = ("ana", "beto", "carla")


class Desk:
    """An installation with three salespeople, and what one does there."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.ids = {name: installation.user(f"{name}@example.com").id for name in SELLERS}
        self.names = {id: name for name, id in self.ids.items()}

    def rule(
        self,
        name: str = "Turno",
        people: Sequence[KeptPerson] | None = None,
        args: Mapping[str, Sequence[str]] | None = None,
        **also: Any,
    ) -> int:
        with self.installation.session() as session:
            seats = people or [KeptPerson(self.ids[each]) for each in SELLERS]
            wanted = Wanted("leads", name, seats, args or {}, **also)
            rule = create_rule(session, self.installation.house, wanted, reading_for(session, None))
            session.commit()
            return rule.id

    def bring(
        self,
        raws: Sequence[Mapping[str, Any]],
        *,
        source: str = "api",
        by: str | None = "admin@example.com",
        resource: str = "leads",
    ) -> list[str | None]:
        """Records that come in as one batch by this door; answers who got them."""
        house = self.installation.house
        with self.installation.session(by) as session:
            records = self.write(session, raws, source, resource)
            owners = [self.names.get(record.salesperson_id) for record in records]
            session.commit()
        assert house is self.installation.house
        return owners

    def write(
        self,
        session: Session,
        raws: Sequence[Mapping[str, Any]],
        source: str = "api",
        resource: str = "leads",
    ) -> list[Any]:
        house = self.installation.house
        context = write_context(session, house, session.info.get("actor"), source)
        declared = house.resources[resource]
        drafts = [read_draft(declared, raw, context) for raw in raws]
        for draft in drafts:
            check_draft(draft, context)
        return write_drafts(drafts, context)

    def user(self, session: Session, name: str) -> Any:
        return find_user(session, f"{name}@example.com")


@pytest.fixture
def desk(installation: Installation) -> Desk:
    return Desk(installation)
