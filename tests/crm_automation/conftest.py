"""A company with rules: people who sell, rules by the service that page and API use too, and a worker at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.service import find_user
from core.api import query_args
from core.jobs.worker import inner_app, work_off
from core.notifications.models import Notification
from core.outbox import OutboxRow
from core.resources.context import write_context
from core.resources.write import check_draft, read_draft, write_drafts
from core.testing.installation import ADMIN, Installation
from plugins.crm_automation.keeping import Wanted, create_rule
from plugins.crm_automation.kinds import plain_reading
from plugins.crm_automation.models import Run

APPS = ("crm_clients", "crm_leads", "crm_deals", "crm_automation")


class Firm:
    """An installation, and what one does there."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.ana = installation.user("ana@example.com", language="en").id
        self.mia = installation.user("mia@example.com", roles=("manager",), language="en").id
        with installation.session() as session:
            admin = find_user(session, ADMIN)
            assert admin is not None
            admin.language = "en"
            self.admin = admin.id
            session.commit()

    def rule(
        self,
        trigger: str | Mapping[str, Any],
        *actions: Mapping[str, Any],
        name: str = "A rule",
        query: str = "",
        resource: str = "leads",
        owner: int | None = None,
        **also: Any,
    ) -> int:
        """A rule that is on, in the administrator's name."""
        when = {"kind": trigger} if isinstance(trigger, str) else trigger
        with self.installation.session() as session:
            wanted = Wanted(
                resource,
                name,
                when,
                actions,
                query_args(query),
                owner or self.admin,
                **{"active": True, **also},
            )
            rule = create_rule(session, self.installation.house, wanted, plain_reading(session))
            session.commit()
            return rule.id

    def write(
        self,
        raws: Sequence[Mapping[str, Any]],
        *,
        resource: str = "leads",
        by: str = ADMIN,
        source: str = "api",
    ) -> list[int]:
        """Records that come in as one batch; those with an `id` are changed."""
        with self.installation.session(by) as session:
            house = self.installation.house
            context = write_context(
                session, house, session.info.get("actor"), source, decimal=".", date_order="ymd"
            )
            declared = house.resources[resource]
            drafts = []
            for raw in raws:
                stored = session.get(declared.model, raw["id"]) if "id" in raw else None
                draft = read_draft(declared, raw, context, current=stored)
                check_draft(draft, context)
                drafts.append(draft)
            ids = [record.id for record in write_drafts(drafts, context)]
            session.commit()
            return ids

    def work(self) -> int:
        """Do what a worker would do now."""
        return work_off(inner_app(self.installation.app))

    def runs(self, **wanted: Any) -> list[Run]:
        with self.installation.session() as session:
            return list(session.scalars(sa.select(Run).filter_by(**wanted).order_by(Run.id)))

    def results(self, **wanted: Any) -> list[str]:
        return [run.result for run in self.runs(**wanted)]

    def field(self, id: int, name: str, resource: str = "leads") -> Any:
        """A value of a record, as the API tells it."""
        answer = self.installation.app.test_client().get(
            f"/api/v1/{resource}/{id}", headers=self.installation.token()
        )
        assert answer.status_code == 200, answer.text
        return answer.json[name]

    def mails(self) -> list[Mapping[str, Any]]:
        with self.installation.session() as session:
            rows = session.scalars(
                sa.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id)
            )
            return [row.payload for row in rows]

    def bells(self, user_id: int, kind: str) -> list[Mapping[str, Any]]:
        with self.installation.session() as session:
            wanted = sa.select(Notification).filter_by(user_id=user_id, kind=kind).order_by(Notification.id)
            return [row.values for row in session.scalars(wanted)]

    def system(self, deed: Callable[[Session], Any]) -> Any:
        with self.installation.session() as session:
            found = deed(session)
            session.commit()
            return found


@pytest.fixture
def firm(install: Callable[..., Installation]) -> Firm:
    return Firm(install(apps=APPS))
