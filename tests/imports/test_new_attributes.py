"""Columns that no field is for become attributes in the step of the columns."""

from __future__ import annotations

import re
from typing import Any

from core.imports.web.attributes import NEW, type_of
from core.testing.installation import Installation

FILE = (
    "Nombre;Máquinas;Contrato;Última visita;Asistió;Ficha\n"
    "Ana;3,5;00017;28/02/2026;sí;https://example.com/1\n"
    "Berta;12;00018;01/03/2026;no;https://example.com/2\n"
).encode()


def column_of(page: str, header: str) -> str:
    """The name of the select of a column."""
    row = next(part for part in page.split("<tr>") if part.startswith(f"<td>{header}<"))
    found = re.search(r'name="(column-\d+)"', row)
    assert found is not None
    return found.group(1)


def test_columns_become_attributes_of_the_type_they_look_like(
    installation: Installation, wizard: Any
) -> None:
    wizard.upload("leads", FILE)
    assert NEW in wizard.page
    headers = ("Máquinas", "Contrato", "Última visita", "Asistió", "Ficha")
    wizard.page = wizard.check(**{column_of(wizard.page, name): NEW for name in headers}).text
    assert wizard.form()[column_of(wizard.page, "Contrato")] == "x_contrato"
    wizard.check()
    assert wizard.figures(wizard.run().text) == [2, 0, 0, 0]
    client, token = installation.app.test_client(), installation.token()
    made = {each["name"]: each for each in client.get("/api/v1/attributes", headers=token).json["items"]}
    assert {name: made[name]["type"] for name in headers} == {
        "Máquinas": "number",
        "Contrato": "text",
        "Última visita": "date",
        "Asistió": "boolean",
        "Ficha": "link",
    }
    assert made["Ficha"]["resources"] == ["clients", "leads"]
    ana = client.get("/api/v1/leads?q=Ana", headers=token).json["items"][0]
    assert (ana["x_maquinas"], ana["x_contrato"], ana["x_asistio"]) == ("3.5", "00017", True)


def test_only_who_may_change_settings_makes_them(installation: Installation, wizard: Any) -> None:
    installation.user("mara@example.com", roles=("manager",))
    wizard.browser = installation.browser("mara@example.com")
    wizard.upload("leads", FILE)
    assert NEW not in wizard.page
    answer = wizard.check(**{column_of(wizard.page, "Contrato"): NEW})
    assert answer.status_code == 422
    listed = installation.app.test_client().get("/api/v1/attributes", headers=installation.token())
    assert listed.json["items"] == []


def test_types_are_told_from_values(installation: Installation) -> None:
    from core.formats import reading_for

    with installation.session() as session:
        reading = reading_for(session, None)
        for kind, cells in {
            "text": ["a", "1"],
            "number": ["1.234,5", "-2"],
            "boolean": ["Sí", "NO"],
            "date": ["2026-01-31", "01/02/2026"],
            "email": ["a@b.ve", "c@d.com"],
            "link": ["www.a.com", "https://b.com/x"],
            "long_text": ["uno\ndos", "tres"],
        }.items():
            assert type_of(cells, reading) == kind, cells
        assert type_of(["1", "0", "1"], reading) == "number"
        assert type_of([], reading) == "text"
