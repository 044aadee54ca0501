"""The doors that the matrix tries: what each tells of, and what may be done through it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.resources.declare import Resource
from tests.hostile.matrix_world import WORTH, World, words_in
from tests.hostile.matrix_world import beside as beside_lead


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
        name, seen = resource.name, world.seen(resource, allowed, elsewhere)
        doors = [f"/{name}", f"/{name}/choose?q=casa", f"/api/v1/{name}"]
        doors += [f"/{name}/board"] if resource.board is not None else []
        doors += ["/shell/search?q=casa", f"/api/v1/{name}?q=casa"] if resource.search else []
        for door in doors:
            answer = world.asked(door) if door.startswith("/api/") else world.ana.get(door)
            assert words_in(answer.text, resource) == seen, (told, door)
            assert answer.status_code == (403 if not seen and not door.startswith("/shell") else 200), door
        file = world.ana.get(f"/{name}/export?format=csv")
        taken = seen if exported is None or resource.beside is not None else exported
        assert words_in(file.text, resource) == taken, (told, name, "file")
        file.close()
        _check_figures(world, resource, told, seen)


def _check_figures(world: World, resource: Resource, told: str, allowed: frozenset[str]) -> None:
    """How many there are and what they are worth is told of these alone: over the list, on the board, in other looks."""
    summary = world.ana.get(f"/{resource.name}/summary?tabs=1").text
    number = re.search(r'id="view-count"[^>]*>(\d+)', summary)
    assert (int(number[1]) if number else 0) == len(allowed), (told, resource.name, "count")
    if resource.board is not None and allowed:
        worth = f">{sum(WORTH[word] for word in allowed)},00"
        for text in (summary, world.ana.get(f"/{resource.name}/board/heads").text):
            assert worth in re.sub(r"(?<=\d)\.(?=\d)", "", text), (told, resource.name, worth)
    for look in resource.looks:
        page = world.ana.get(f"/{resource.name}/{look.name}").text
        assert words_in(page, resource) <= allowed, (told, look.name)
        amounts = re.findall(r'"(\d+\.\d\d)"', world.asked(f"/api/v1/{resource.name}/{look.name}").text)
        assert all(Decimal(each) <= sum(WORTH[word] for word in allowed) for each in amounts), (
            told,
            look.name,
        )


def check_reports(world: World, told: str, allowed: frozenset[str], elsewhere: frozenset[str]) -> None:
    """No figure of a report is made of other records."""
    for name, reports in world.reports.items():
        resource = next(each for each in world.resources if each.name == name)
        seen = world.seen(resource, allowed, elsewhere)
        for report in reports:
            answer = world.asked(f"/api/v1/reports/{report}")
            assert answer.status_code == (200 if seen else answer.status_code), (told, report, answer.text)
            for each in answer.json.get("figures", ()) if answer.status_code == 200 else ():
                within = seen | elsewhere if resource.beside else seen  # with tasks, which reach further
                assert _is_within(each["value"], within), (told, report, each)


def _is_within(value: Any, allowed: frozenset[str]) -> bool:
    """Whether a figure can be made of these records alone; shares and times are what they are."""
    if isinstance(value, dict):
        return all(Decimal(amount) <= sum(WORTH[word] for word in allowed) for amount in value.values())
    return not isinstance(value, int) or value <= len(allowed)


def check_records(
    world: World,
    told: str,
    allowed: Mapping[str, frozenset[str]],
    beside: Mapping[str, frozenset[str]] | None = None,
) -> None:
    """Each record by its own address: what may not be seen is missing, what may not be done is refused.

    `beside` says it of what lies beside others, where it is otherwise.
    """
    missing, of_all = 404 if allowed["view"] else 403, allowed
    for resource in world.resources:
        allowed = of_all if resource.beside is None or beside is None else {**of_all, **beside}
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


def check_creating(world: World, resource: Resource, email: str, is_allowed: bool) -> None:
    """Make a record that belongs to somebody, and take it away again."""
    owner = resource.owner_field
    assert owner is not None
    body = {resource.title: "Nueva", owner.name: {"id": world.people[email]}}
    body |= beside_lead(resource, world.ids, "zqown")
    answer = world.asked(f"/api/v1/{resource.name}", "POST", body)
    assert (answer.status_code == 201) == is_allowed, (resource.name, email, answer.text)
    assert is_allowed or answer.status_code in (403, 422), answer.text
    if is_allowed:
        with world.installation.session() as session:
            session.delete(session.get_one(resource.model, answer.json["id"]))
            session.commit()


def check_assigning(world: World, resource: Resource, word: str, email: str, is_allowed: bool) -> None:
    """Give a record to somebody, and give it back."""
    owner, id = resource.owner_field, world.ids[resource.name][word]
    assert owner is not None
    before = world.asked(f"/api/v1/{resource.name}/{id}").json[owner.name]["id"]
    body = {owner.name: {"id": world.people[email]}}
    answer = world.asked(f"/api/v1/{resource.name}/{id}", "PATCH", body)
    assert answer.status_code == (200 if is_allowed else 403), (resource.name, word, email, answer.text)
    with world.installation.session() as session:
        record = session.get_one(resource.model, id)
        assert getattr(record, owner.attribute) == (world.people[email] if is_allowed else before)
        setattr(record, owner.attribute, before)
        session.commit()
