"""Every kind of record through every door, for every role, scope, status and share: exactly what is allowed, and nothing else.

The resources, their rights, their statuses and the reports are taken from the declarations, so that what an app adds
later is tried too. Of each resource five records carry a word each that stands nowhere else; whatever a door answers is
read for these words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import MOVE, Scope
from core.access.models import Grant, Role, Share, StageGrant, Team, User
from core.access.service import change_user
from core.access.teams import set_team
from core.fields import MoneyAmount
from core.records.models import Attachment
from core.resources.context import write_context
from core.resources.declare import Resource
from core.resources.write import create
from core.state import forget
from core.testing.installation import ALL_APPS, Browser, Installation

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

    def grant(
        self,
        scopes: Callable[[str], Scope],
        stages: Mapping[str, Scope] | None = None,
        share: str = "",
        may_edit: bool = False,
    ) -> None:
        """What Ana's role may on all resources; rights in the status of `zqstage`; one word's records shared to her."""
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
                if share:
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


@pytest.fixture
def world(install: Any) -> World:
    installation: Installation = install(apps=ALL_APPS)
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
        for resource in house.resources.values():
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


def check(
    world: World,
    told: str,
    allowed: frozenset[str],
    *,
    elsewhere: frozenset[str] | None = None,
    exported: frozenset[str] | None = None,
) -> None:
    """Every door of every resource tells of exactly these records; `elsewhere` is of resources without statuses."""
    for resource in world.resources:
        name, has_path = resource.name, resource.name in world.stage
        seen = allowed if has_path or elsewhere is None else elsewhere
        doors = [f"/{name}", f"/{name}/choose?q=casa", f"/api/v1/{name}"]
        doors += [f"/{name}/board"] if resource.board is not None else []
        doors += ["/shell/search?q=casa", f"/api/v1/{name}?q=casa"] if resource.search else []
        for door in doors:
            answer = world.asked(door) if door.startswith("/api/") else world.ana.get(door)
            assert words_in(answer.text, resource) == seen, (told, door)
            assert answer.status_code == (403 if not seen and not door.startswith("/shell") else 200), door
        file = world.ana.get(f"/{name}/export?format=csv")
        assert words_in(file.text, resource) == (seen if exported is None else exported), (told, name, "file")
        file.close()
        _check_counts(world, resource, told, seen)


def _check_counts(world: World, resource: Resource, told: str, allowed: frozenset[str]) -> None:
    summary = world.ana.get(f"/{resource.name}/summary?tabs=1")
    number = re.search(r'id="view-count"[^>]*>(\d+)', summary.text)
    assert (int(number[1]) if number else 0) == len(allowed), (told, resource.name, "count")
    for report in world.reports.get(resource.name, ()):
        answer = world.asked(f"/api/v1/reports/{report}")
        assert answer.status_code == (200 if allowed else answer.status_code), (told, report)
        for each in answer.json.get("figures", ()) if answer.status_code == 200 else ():
            assert _is_within(each["value"], allowed), (told, report, each)


def _is_within(value: Any, allowed: frozenset[str]) -> bool:
    """Whether a figure can be made of these records alone; shares and times are what they are."""
    if isinstance(value, dict):
        return all(Decimal(amount) <= sum(WORTH[word] for word in allowed) for amount in value.values())
    return not isinstance(value, int) or value <= len(allowed)


def check_records(world: World, told: str, allowed: Mapping[str, frozenset[str]]) -> None:
    """Each record by its own address: what may not be seen is missing, what may not be done is refused."""
    missing = 404 if allowed["view"] else 403
    for resource in world.resources:
        for word, id in world.ids[resource.name].items():
            sees = word in allowed["view"]
            page, api = f"/{resource.name}/{id}", f"/api/v1/{resource.name}/{id}"
            file = f"{page}/files/{world.files[resource.name][word]}"
            for door in (page, f"{page}/timeline", file):
                answer = world.ana.get(door)
                assert answer.status_code == (200 if sees else missing), (told, door, word)
                answer.close()
            asked = {
                "edit": world.asked(api, "PATCH", {}),
                "delete": world.asked(api, "DELETE", match='"0-0"'),
            }
            for action, answer in asked.items():
                expected = {200, 412} if word in allowed[action] else {403} if sees else {403, 404}
                assert answer.status_code in expected, (told, action, api, word)
            assert world.asked(api).status_code == (200 if sees else missing), (told, api)


def test_every_scope_and_role_through_every_door(world: World) -> None:
    for role, scope in SHIPPED.items():
        world.become(role)
        check(world, role or "no role", REACH[scope])
    world.become("tried")
    for scope, allowed in REACH.items():  # of pages and of records, of seeing and of doing
        world.grant(lambda _action, scope=scope: scope)
        check(world, f"scope {scope.name}", allowed)
        if scope in (Scope.NONE, Scope.TEAM):
            check_records(world, f"scope {scope.name}", dict.fromkeys(("view", "edit", "delete"), allowed))
        world.grant(lambda action, scope=scope: Scope.ALL if action == "view" else scope)
        check_records(
            world, f"sees all, does {scope.name}", {"view": EVERY, "edit": allowed, "delete": allowed}
        )


def test_rights_of_single_statuses_through_every_door(world: World) -> None:
    world.become("tried")
    without = EVERY - {"zqstage"}
    everything, nothing, own = (
        lambda _action, scope=each: scope for each in (Scope.ALL, Scope.NONE, Scope.OWN)
    )
    for told, usual, in_status, allowed, elsewhere in (
        ("all but one status", everything, Scope.NONE, without, EVERY),
        ("only one status", nothing, Scope.ALL, frozenset({"zqstage"}), frozenset[str]()),
        ("own, one status not", own, Scope.NONE, frozenset({"zqown"}), MINE),
        ("all, of one status own", everything, Scope.OWN, EVERY, EVERY),
    ):
        world.grant(usual, {"view": in_status})
        exported = None if usual is not nothing else frozenset[str]()
        check(world, told, allowed, elsewhere=elsewhere, exported=exported)
    world.grant(everything, {"edit": Scope.NONE})
    for name, status in world.stage.items():
        for word, id in world.ids[name].items():
            answer = world.asked(f"/api/v1/{name}/{id}", "PATCH", {})
            assert answer.status_code == (403 if word == "zqstage" else 200), (name, word, status)
    assert "data-edit" not in _row(world, "leads", "zqstage") and "data-edit" in _row(world, "leads", "zqown")


def _row(world: World, name: str, word: str) -> str:
    page = world.ana.get(f"/{name}").text
    found = re.search(rf'<tr id="row-{world.ids[name][word]}"[^>]*>', page)
    assert found is not None
    return found[0]


def test_a_status_that_is_closed_is_closed_at_every_door(world: World) -> None:
    world.become("tried")
    world.grant(lambda _action: Scope.ALL, {MOVE: Scope.NONE})
    for name, status in world.stage.items():
        resource = world.installation.house.resources[name]
        assert resource.path is not None
        field, id = resource.path.field, world.ids[name]["zqown"]
        model: Any = resource.model
        attribute = resource.deciding[1]
        said = world.asked(f"/api/v1/{name}/{id}", "PATCH", {field: {"id": status}})
        assert said.status_code == 403 and "“" in said.json["error"]["message"], said.text
        made = {resource.title: "Nueva", field: {"id": status}}
        assert world.asked(f"/api/v1/{name}", "POST", made).status_code in (403, 422)
        dropped = world.ana.post(f"/{name}/{id}/drop", {field: str(status)})
        assert dropped.status_code == 409 and "toast" in dropped.headers["HX-Trigger"], dropped.text
        world.ana.post(f"/{name}/{id}/move", {field: str(status)})
        world.ana.post(f"/{name}/{id}/cell/{field}", {field: str(status)})
        world.ana.post(f"/{name}/{id}/edit", {field: str(status), "version": "1"})
        world.ana.post(f"/{name}/bulk", {"action": "status", "value": str(status), "go": "1", "id": str(id)})
        with world.installation.session() as session:
            assert getattr(session.get(model, id), attribute) != status, name
            others = session.scalars(sa.select(model.id).where(getattr(model, attribute) == status)).all()
            assert others == [world.ids[name]["zqstage"]]
    world.grant(lambda _action: Scope.ALL, {MOVE: Scope.OWN})
    for name, status in world.stage.items():
        resource = world.installation.house.resources[name]
        assert resource.path is not None
        body = {resource.path.field: {"id": status}}
        for word, code in (("zqown", 200), ("zqother", 403)):
            answer = world.asked(f"/api/v1/{name}/{world.ids[name][word]}", "PATCH", body)
            assert answer.status_code == code, (name, word, answer.text)


def test_what_is_shared_through_every_door(world: World) -> None:
    world.become("tried")
    own, nothing = (lambda _action, scope=each: scope for each in (Scope.OWN, Scope.NONE))
    shared = frozenset({"zqother"})
    world.grant(own, share="zqother")
    check(world, "own and one shared", MINE | shared, exported=MINE)
    check_records(world, "shared", {"view": MINE | shared, "edit": MINE, "delete": MINE})
    world.grant(own, share="zqother", may_edit=True)
    check_records(world, "shared to edit", {"view": MINE | shared, "edit": MINE | shared, "delete": MINE})
    world.grant(nothing, share="zqother", may_edit=True)
    check(world, "only what is shared", shared, exported=frozenset())
    for resource in world.resources:
        owner, id = resource.owner_field, world.ids[resource.name]["zqother"]
        assert owner is not None
        body = {owner.name: {"id": world.people[ANA]}}
        answer = world.asked(f"/api/v1/{resource.name}/{id}", "PATCH", body)
        assert answer.status_code == 403, (resource.name, "a share gives nobody a record")
        assert world.ana.get(f"/{resource.name}/{id}/share").status_code == 403
