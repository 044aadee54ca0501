"""A plugin whose parts fail while a page is drawn: the page lives, the part is told to the administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.resources.declare import Action, Column, Filter, Panel
from core.testing.installation import Installation
from tests.core.resources.conftest import WriteLead


def fail(*given: Any) -> Any:
    raise RuntimeError("broken on purpose")


@pytest.fixture
def broken(installation: Installation) -> Iterator[Installation]:
    """The installation while leads have a column, filter, panel and action that fail."""
    house = installation.house
    leads = house.resources["leads"]
    house.resources["leads"] = replace(
        leads,
        extra_columns=(
            Column("late", "Late", fail, str),
            Column("drawn", "Drawn", lambda session, ids: dict.fromkeys(ids, 1), fail),
        ),
        extra_filters=(Filter("odd", "Odd", fail, fail),),
        panels=(Panel("rutas", "Rutas", fail), Panel("bien", "Bien", lambda record: "todo bien")),
        actions=(
            *leads.actions,
            Action("odd", "Odd", "x", "nowhere.at.all", visible=fail),
            Action("gone", "Gone", "x", "nowhere"),
        ),
    )
    yield installation
    house.resources["leads"] = leads


def test_the_list_lives_with_a_broken_column_and_filter(broken: Installation, write_lead: WriteLead) -> None:
    write_lead()
    browser = broken.browser()
    page = browser.get("/leads?add=odd").text
    assert "Farmacia Doña Bárbara" in page and "Late" in page
    answer = browser.get("/leads?odd=1")
    assert answer.status_code == 200 and "notice-warn" in answer.text


def test_the_record_lives_with_a_broken_panel_and_action(broken: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    page = broken.browser().get(f"/leads/{id}").text
    assert "panel-failed" in page and "todo bien" in page and "Farmacia Doña Bárbara" in page


def test_what_failed_is_noticed_once(broken: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = broken.browser()
    for _time in range(3):
        browser.get(f"/leads/{id}")
    assert len([each for each in broken.house.notices if "panel rutas" in each.text]) == 1
