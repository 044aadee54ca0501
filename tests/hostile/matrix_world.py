"""The world in which every door is tried: of each kind of record five, each with a word that stands nowhere else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.access.actor import Scope
from core.access.models import Grant, Role, Share, StageGrant, Team, User
from core.access.service import change_user
from core.access.teams import set_team
from core.fields import MoneyAmount
from core.records.models import Attachment
from core.resources.context import write_context
from core.resources.declare import Resource
from core.resources.write import create
from core.state import forget
from core.testing.installation import Browser, Installation

ANA, TITO, BETO = "ana@example.com", "tito@example.com", "beto@example.com"
OWNERS = {"zqown": ANA, "zqteam": TITO, "zqother": BETO, "zqnobody": None, "zqstage": ANA}
WORTH = {"zqown": 1, "zqteam": 20, "zqother": 300, "zqnobody": 4000, "zqstage": 50_000}
EVERY = frozenset(OWNERS)
MINE = frozenset({"zqown", "zqstage"})
REACH = {
    Scope.NONE: frozenset[str](),
    Scope.OWN: MINE,
    Scope.TEAM: MINE | {"zqteam"},
    Scope.ALL: EVERY,
}
SHIPPED = {
    "salesperson": Scope.OWN,
    "manager": Scope.TEAM,
    "auditor": Scope.ALL,
    "administrator": Scope.ALL,
    "": Scope.NONE,
}


@dataclass
class World:
    """The five records of each resource by their word, each with a file; Ana, who asks; and her one role."""

    installation: Installation
    ids: dict[str, dict[str, int]]
    files: dict[str, dict[str, int]]
    stage: dict[str, int]
    people: dict[str, int]
    role: int
    ana: Browser
    key: Mapping[str, str]
    api: Any = field(init=False)
    usual: Scope = Scope.NONE
    """How far Ana's right to see reaches, statuses and shares apart."""

    def __post_init__(self) -> None:
        self.api = self.installation.app.test_client()
        self.reports: dict[str, list[str]] = {}
        for each in self.api.get("/api/v1/reports", headers=self.installation.token()).json["items"]:
            self.reports.setdefault(each["resource"], []).append(each["name"])

    def asked(self, path: str, method: str = "GET", body: Any = None, match: str = "") -> Any:
        """The API's answer to Ana."""
        headers = {**self.key, **({"If-Match": match} if match else {})}
        return self.api.open(path, method=method, json=body, headers=headers)

    @property
    def resources(self) -> list[Resource]:
        return [each for each in self.installation.house.resources.values() if each.owner]

    def become(self, role: str) -> None:
        """Ana has this shipped role, or none."""
        with self.installation.session() as session:
            user = session.get(User, self.people[ANA])
            assert user is not None
            change_user(session, user, roles=[role] if role else [])
            session.commit()
        self.usual = SHIPPED.get(role, Scope.NONE)

    def seen(
        self, resource: Resource, allowed: frozenset[str], elsewhere: frozenset[str] | None
    ) -> frozenset[str]:
        """The words Ana sees of a resource, of which `allowed` are within her rights; `elsewhere` where no status counts.

        What lies beside a record is seen by whom that is; a task also by whom the right to see tasks reaches.
        """
        if resource.beside is None:
            return allowed if resource.name in self.stage or elsewhere is None else elsewhere
        if self.usual is Scope.NONE:
            return frozenset()
        within = allowed if elsewhere is None else elsewhere
        return within if resource.beside.optional else allowed & within

    def grant(
        self,
        scopes: Callable[[str], Scope],
        stages: Mapping[str, Scope] | None = None,
        share: str = "",
        may_edit: bool = False,
    ) -> None:
        """What Ana's role may on all resources; rights in the status of `zqstage`; one word's records shared to her."""
        self.usual = scopes("view")
        with self.installation.session() as session:
            for table in (Grant, StageGrant):
                session.execute(sa.delete(table).where(table.role_id == self.role))
            session.execute(sa.delete(Share))
            for resource in self.resources:
                actions = {*ACTIONS, *(name for name, _label in resource.permissions)}
                for action in sorted(actions):
                    grant = {"resource": resource.name, "action": action, "scope": int(scopes(action))}
                    session.add(Grant(role_id=self.role, **grant))
                for action, scope in (stages or {}).items():
                    if status := self.stage.get(resource.name):
                        own = {"resource": resource.name, "action": action, "value_id": status}
                        session.add(StageGrant(role_id=self.role, scope=int(scope), **own))
                if share and resource.beside is None:
                    record = self.ids[resource.name][share]
                    session.add(
                        Share(
                            resource=resource.name,
                            record_id=record,
                            user_id=self.people[ANA],
                            may_edit=may_edit,
                        )
                    )
            grants = {("reports", "view"): Scope.ALL}
            for (resource, action), scope in grants.items():
                session.add(Grant(role_id=self.role, resource=resource, action=action, scope=int(scope)))
            forget(session)
            session.commit()


ACTIONS = ("view", "create", "edit", "delete", "assign", "import", "export")


def made_world(installation: Installation) -> World:
    """The five records of every resource, and the people they belong to, in a fresh installation."""
    people = {
        email: installation.user(email, name=email.split("@")[0].title(), roles=[]).id
        for email in (ANA, TITO, BETO)
    }
    admin = installation.browser()
    ids: dict[str, dict[str, int]] = {}
    files: dict[str, dict[str, int]] = {}
    stage: dict[str, int] = {}
    with installation.session() as session:
        set_team(session, Team(), name="Norte", manager_id=None, member_ids=[people[ANA], people[TITO]])
        role = Role(name="tried", label="Tried", position=90)
        session.add(role)
        session.flush()
        house = installation.house
        context = write_context(session, house, None, "command")
        for resource in sorted(house.resources.values(), key=lambda each: each.beside is not None):
            if resource.owner is None:
                continue
            items = context.formats.references.items(resource.path.list) if resource.path else ()
            usual = context.formats.references.default(resource.path.list) if resource.path else None
            other = next(
                (each for each in items if usual and each != usual and each.meaning == usual.meaning), None
            )
            if other is not None:
                stage[resource.name] = other.id
            ids[resource.name] = {}
            for word in OWNERS:
                raw = _values(resource, word, people, other.id if other and word == "zqstage" else None)
                raw |= beside(resource, ids, word)
                ids[resource.name][word] = create(resource, raw, context).id
        session.commit()
        role_id = role.id
    for name, records in ids.items():
        for word, id in records.items():
            sent = {"file": (io.BytesIO(b"plan"), f"plan-{word}.txt")}
            assert admin.post(f"/{name}/{id}/files", sent).status_code < 400
    with installation.session() as session:
        for row in session.scalars(sa.select(Attachment)):
            word = next(each for each, id in ids[row.resource].items() if id == row.record_id)
            files.setdefault(row.resource, {})[word] = row.id
    found = World(
        installation, ids, files, stage, people, role_id, installation.browser(ANA), installation.token(ANA)
    )
    return found


def beside(resource: Resource, ids: Mapping[str, Mapping[str, int]], word: str) -> dict[str, Any]:
    """Where a record of this word lies, of a resource whose records lie beside others: beside the lead of the word."""
    declared = resource.beside_field
    return {} if declared is None else {declared.name: {"resource": "leads", "id": ids["leads"][word]}}


def _values(resource: Resource, word: str, people: Mapping[str, int], status: int | None) -> dict[str, Any]:
    owner, email = resource.owner_field, OWNERS[word]
    assert owner is not None
    raw: dict[str, Any] = {
        resource.title: f"Casa {word}{resource.name}",
        owner.name: people[email] if email else None,
    }
    if status is not None and resource.path is not None:
        raw[resource.path.field] = {"id": status}
    amount = next((each for each in resource.fields if isinstance(each.kind, MoneyAmount)), None)
    if amount is not None:
        raw |= {amount.name: str(WORTH[word]), amount.kind.currency: "USD"}
    return raw


def words_in(text: str, resource: Resource) -> frozenset[str]:
    """Which of the resource's five records a text tells of."""
    return frozenset(re.findall(rf"({'|'.join(OWNERS)}){resource.name}", text.lower()))
