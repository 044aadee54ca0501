"""The shipped plugins come and go: switched off they are absent, switched on again everything is back, no link is dead."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from core.config import load_config
from core.host.discovery import discover
from core.host.lifecycle import disable, enable, uninstall
from core.host.schema.draft import model_differences
from core.switchboard import SWITCHBOARD
from core.testing.installation import Browser, Installation

SHIPPED = tuple(discover(load_config({})).manifests)
START = ("/", "/apps", "/settings", "/leads", "/clients", "/reports", "/health", "/profile")
LINK = re.compile(r'(?:href|action|hx-get|hx-post|data-href)="(/[^"#?]*)')
NOT_FOLLOWED = re.compile(r"/static/|/sign-out|/undo/|\.(xlsx|csv|json)$|/export|/template")


def filled(installation: Installation) -> None:
    headers, api = installation.token(), installation.app.test_client()
    for name in ("Farmacia Sol", "Taller Luna"):
        assert api.post("/api/v1/leads", json={"name": name}, headers=headers).status_code == 201
        assert api.post("/api/v1/clients", json={"name": name}, headers=headers).status_code == 201


def switch_all_on(installation: Installation) -> None:
    """Every app there is, whatever was on before."""
    for name in SHIPPED_IN_ORDER:
        enable(installation.config, name, by=None)


def addresses(installation: Installation, name: str) -> tuple[list[str], list[str]]:
    """Of an app that is on: the lists of its records, and these with the pages it has in the menu."""
    installation.browser().get("/")  # until somebody asks, the app of before the change is kept
    house = installation.house
    lists = [f"/{each.name}" for each in house.resources.values() if each.plugin == name]
    inner = installation.app.extensions[SWITCHBOARD].current()
    address = inner.url_map.bind("localhost")
    menu = [
        address.build(item.endpoint, dict(item.values))
        for item in house.menu
        if house.plugin_behind(inner.view_functions[item.endpoint], "") == name
    ]
    return lists, lists + menu


def dead_links(person: Browser, start: Iterable[str]) -> list[tuple[str, str, int]]:
    """Links of these pages, and of the pages they lead to, that answer 404 or worse: (page, link, status)."""
    seen: set[str] = set()
    dead = []
    pages = list(start)
    for _depth in range(2):
        found: list[str] = []
        for page in pages:
            answer = person.get(page)
            for link in dict.fromkeys(LINK.findall(answer.text)):
                if link in seen or NOT_FOLLOWED.search(link):
                    continue
                seen.add(link)
                status = person.client.get(link).status_code
                if status == 404 or status >= 500:
                    dead.append((page, link, status))
                elif status == 200:
                    found.append(link)
        pages = found[:40]
    return dead


@pytest.mark.parametrize("name", SHIPPED)
def test_its_migrations_go_up_down_and_up_and_end_where_its_models_are(
    name: str, installation: Installation
) -> None:
    config = installation.config
    switch_all_on(installation)
    assert model_differences(config, name) == []
    for other in reversed(SHIPPED_IN_ORDER):
        disable(config, other, by=None, with_dependents=True)
        uninstall(config, other, by=None, typed_name=other)
        if other == name:
            break
    switch_all_on(installation)
    assert model_differences(config, name) == []
    filled(installation)


@pytest.mark.parametrize("name", SHIPPED)
def test_off_it_is_absent_and_on_again_everything_is_back(
    name: str, sqlite_installation: Installation
) -> None:
    installation = sqlite_installation
    switch_all_on(installation)
    filled(installation)
    person = installation.browser()
    lists, own = addresses(installation, name)
    assert [page for page in own if person.get(page).status_code != 200] == []
    on = {page: person.get(page).status_code for page in START}
    assert dead_links(person, START) == []
    disable(installation.config, name, by=None, with_dependents=True)
    assert [page for page in own if person.get(page).status_code != 404] == []
    assert [page for page in lists if person.get(f"/api/v1{page}").status_code != 404] == []
    left = [page for page in START if person.get(page).status_code == 200]
    home = person.get("/").text
    assert [page for page in own if f'href="{page}"' in home] == []
    assert dead_links(person, left) == []
    switch_all_on(installation)
    assert {page: person.get(page).status_code for page in START} == on
    assert dead_links(person, START) == []
    listed = (
        installation.app.test_client()
        .get("/api/v1/leads?sort=name", headers=installation.token())
        .json["items"]
    )
    assert [each["name"] for each in listed] == ["Farmacia Sol", "Taller Luna"]


SHIPPED_IN_ORDER = [manifest.name for manifest in discover(load_config({})).in_order(set(SHIPPED))]
