"""Every kind of record through every door, for every role, scope, status and share: exactly what is allowed, and nothing else.

The resources, their rights, their statuses and the reports are taken from the declarations, so that what an app adds
later is tried too. Of each resource five records carry a word each that stands nowhere else; whatever a door answers is
read for these words.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import MOVE, Scope
from core.resources.declare import RestAction
from core.testing.installation import ALL_APPS
from tests.hostile.matrix_doors import (
    check,
    check_assigning,
    check_creating,
    check_records,
    check_reports,
)
from tests.hostile.matrix_world import (
    ANA,
    BETO,
    EVERY,
    MINE,
    REACH,
    SHIPPED,
    TITO,
    World,
    made_world,
    words_in,
)

ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"])
"""For what the product decides itself, whatever the database."""


@pytest.fixture
def world(install: Any) -> World:
    return made_world(install(apps=ALL_APPS))


def test_every_scope_and_role_through_every_door(world: World) -> None:
    for role, scope in SHIPPED.items():
        world.become(role)
        check(world, role or "no role", REACH[scope])
        if role in ("", "salesperson", "manager"):
            check_reports(world, role or "no role", REACH[scope], REACH[scope])
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


@ONE_DATABASE
def test_what_may_be_done_at_every_door(world: World) -> None:
    """Each action by its own right: creating, assigning, exporting, importing, and whatever the declarations add."""
    world.become("tried")
    for scope, reached in REACH.items():
        world.grant(lambda action, scope=scope: Scope.ALL if action in ("view", "edit") else scope)
        for resource in world.resources:
            name, told = resource.name, (scope.name, resource.name)
            file = world.ana.get(f"/{name}/export?format=csv")
            lies = resource.beside is not None  # then these rights are there, or they are not
            assert words_in(file.text, resource) == ((EVERY if scope else reached) if lies else reached), told
            file.close()
            assert world.ana.get(f"/{name}/import").status_code == (200 if scope else 403), told
            for email, word in ((ANA, "zqown"), (TITO, "zqteam"), (BETO, "zqother")):
                check_creating(world, resource, email, bool(scope) if lies else word in reached)
            check_assigning(world, resource, "zqown", TITO, scope > (Scope.NONE if lies else Scope.OWN))
            check_assigning(
                world, resource, "zqown", BETO, scope > Scope.NONE if lies else scope is Scope.ALL
            )
            check_assigning(world, resource, "zqother", ANA, scope is Scope.ALL)
    world.grant(lambda action: Scope.ALL if action == "view" else Scope.NONE)
    asked = 0
    for resource in world.resources:
        at = f"{resource.name}/{world.ids[resource.name]['zqown']}"
        for each in (*resource.rest_actions, *resource.shortcuts):
            is_rest = isinstance(each, RestAction)
            if each.permission == "view" or (is_rest and each.method == "GET"):
                continue
            door = f"/api/v1/{at}/{each.name}" if is_rest else f"/{at}/do/{each.name}"
            answer = world.asked(door, "POST", {}) if is_rest else world.ana.post(door)
            assert answer.status_code == 403, door
            asked += 1
        for action in resource.actions:
            answer = world.ana.get(f"/{at}/{action.name}")
            if answer.status_code == 405:
                answer = world.ana.post(f"/{at}/{action.name}")
            led_back = answer.status_code == 302 and answer.location == f"/{at}"
            assert led_back or answer.status_code in (403, 404), (at, action.name)
    assert asked > 4


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
        if in_status is Scope.NONE:
            check_reports(world, told, allowed, elsewhere)
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


@ONE_DATABASE
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
        assert said.status_code == 403 and "«" in said.json["error"]["message"], "it names the status"
        made = {resource.title: "Nueva", field: {"id": status}}
        assert world.asked(f"/api/v1/{name}", "POST", made).status_code in (403, 422)
        dropped = world.ana.post(f"/{name}/{id}/drop", {field: str(status)})
        assert dropped.status_code == 409 and "toast" in dropped.headers["HX-Trigger"], dropped.text
        assert f'value="{status}"' not in world.ana.get(f"/{name}/{id}/move").text, "it is not offered"
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


@ONE_DATABASE
def test_who_moves_a_record_out_of_their_sight_is_told_and_led_on(world: World) -> None:
    world.become("tried")
    for name, status in world.stage.items():
        world.grant(lambda _action: Scope.ALL, {"view": Scope.NONE})
        path = world.installation.house.resources[name].path
        assert path is not None
        ids = [world.ids[name][word] for word in ("zqown", "zqteam", "zqother")]
        moved = world.asked(f"/api/v1/{name}/{ids[0]}", "PATCH", {path.field: {"id": status}})
        assert (moved.status_code, moved.text) == (204, "")
        assert world.ana.post(f"/{name}/{ids[1]}/move", {path.field: str(status)}).location == f"/{name}"
        dropped = world.ana.post(f"/{name}/{ids[2]}/drop", {path.field: str(status)})
        assert dropped.status_code == 204 and "toast" in dropped.headers["HX-Trigger"]
        assert all(world.ana.get(f"/{name}/{id}").status_code == 404 for id in ids)
        world.grant(lambda _action: Scope.ALL)
        kept = [world.asked(f"/api/v1/{name}/{id}").json[path.field]["id"] for id in ids]
        assert kept == [status] * 3, "what was done is done"


def test_what_is_shared_through_every_door(world: World) -> None:
    world.become("tried")
    own, nothing = (lambda _action, scope=each: scope for each in (Scope.OWN, Scope.NONE))
    shared = frozenset({"zqother"})
    world.grant(own, share="zqother")
    check(world, "own and one shared", MINE | shared, exported=MINE)
    check_records(world, "shared", {"view": MINE | shared, "edit": MINE, "delete": MINE})
    world.grant(own, share="zqother", may_edit=True)
    to_edit = {"view": MINE | shared, "edit": MINE | shared, "delete": MINE}
    check_records(world, "shared to edit", to_edit, beside={"edit": MINE})
    world.grant(nothing, share="zqother", may_edit=True)
    check(world, "only what is shared", shared, exported=frozenset())
    check_reports(world, "only what is shared", shared, shared)
    for resource in world.resources:
        owner, id = resource.owner_field, world.ids[resource.name]["zqother"]
        assert owner is not None
        body = {owner.name: {"id": world.people[ANA]}}
        answer = world.asked(f"/api/v1/{resource.name}/{id}", "PATCH", body)
        assert answer.status_code == 403, (resource.name, "a share gives nobody a record")
        assert world.ana.get(f"/{resource.name}/{id}/share").status_code == 403
