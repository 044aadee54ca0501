"""A value is changed in its cell of the list: the row comes back as the list shows it, a wrong value is told beside it."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.installation import Installation

SARA = "sara@example.com"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/leads?sort=name"}


@pytest.fixture
def company(installation: Installation) -> Installation:
    installation.user(SARA, ["salesperson"], name="Sara")
    return installation


def lead(company: Installation, **values: Any) -> int:
    answer = company.app.test_client().post(
        "/api/v1/leads", json={"name": "Taller Luna"} | values, headers=company.token()
    )
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def stored(company: Installation, id: int) -> dict[str, Any]:
    return dict(company.app.test_client().get(f"/api/v1/leads/{id}", headers=company.token()).json)


def test_a_cell_is_opened_saved_and_taken_back(company: Installation) -> None:
    id = lead(company, value="10.00")
    ada = company.browser()
    page = ada.get("/leads").text
    assert f'id="row-{id}"' in page and 'data-field="value"' in page and 'data-field="name"' not in page
    form = ada.get(f"/leads/{id}/cell/value", headers=HTMX).text
    assert 'name="value"' in form and "data-cell-form" in form
    saved = ada.post(f"/leads/{id}/cell/value", data={"value": "1.234,50"}, headers=HTMX)
    assert saved.status_code == 200, saved.text
    assert saved.text.startswith(f'<tr id="row-{id}"') and "1.234,50" in saved.text
    assert saved.headers["HX-Retarget"] == f"#row-{id}"
    assert stored(company, id)["value"] == "1234.50"
    undo = saved.headers["HX-Trigger"].split('"undo_url": "')[1].split('"')[0]
    ada.post(undo)
    assert stored(company, id)["value"] == "10.00"


def test_the_row_keeps_the_columns_of_its_list(company: Installation) -> None:
    id = lead(company, city="Mérida")
    ada = company.browser()
    on = HTMX | {"HX-Current-URL": "http://localhost/leads?columns=city,value"}
    row = ada.post(f"/leads/{id}/cell/city", data={"city": "Carora", "at": "7"}, headers=on).text
    assert "at=7" in row  # its place in the list, which the record's page tells
    assert "Carora" in row and 'data-field="city"' in row and 'data-field="segment"' not in row


def test_a_wrong_value_is_told_beside_the_cell_and_nothing_is_stored(company: Installation) -> None:
    id = lead(company, value="10.00")
    answer = company.browser().post(f"/leads/{id}/cell/value", data={"value": "diez"}, headers=HTMX)
    assert answer.status_code == 422 and "cell-error" in answer.text and 'value="diez"' in answer.text
    assert stored(company, id)["value"] == "10.00"


def test_anothers_cells_and_what_is_no_cell_stay_shut(company: Installation) -> None:
    id = lead(company)
    sara = company.browser(SARA)
    assert sara.get(f"/leads/{id}/cell/value", headers=HTMX).status_code == 404
    assert sara.post(f"/leads/{id}/cell/value", data={"value": "1"}, headers=HTMX).status_code == 404
    ada = company.browser()
    for name in ("notes", "tags", "nothing"):
        assert ada.get(f"/leads/{id}/cell/{name}", headers=HTMX).status_code == 404


def test_without_script_the_form_opens_at_the_field(company: Installation) -> None:
    id = lead(company)
    answer = company.browser().get(f"/leads/{id}/cell/city")
    assert answer.headers["Location"].endswith(f"/leads/{id}/edit#city")
