"""Custom attributes at the other doors: files in and out, conversion, bulk, the command, other processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.testing.installation import Installation

Make = Callable[..., dict[str, Any]]


def command(installation: Installation, *words: str) -> Any:
    from core.cli import main

    environ = {
        "PROSPECTO_INSTANCE": str(installation.config.instance),
        "PROSPECTO_DATABASE_URL": installation.config.database_url,
    }
    return CliRunner(env={**os.environ, **environ}).invoke(main, words)


def leads(installation: Installation, query: str = "") -> dict[str, dict[str, Any]]:
    answer = installation.app.test_client().get(f"/api/v1/leads?{query}", headers=installation.token())
    assert answer.status_code == 200, answer.json
    return {each["name"]: each for each in (answer.json or {})["items"]}


@pytest.fixture
def attributes(make: Make) -> None:
    make("Color", "choice", multiple=True, choices=[{"name": "Rojo"}, {"name": "Azul Marino"}])
    make("Metros", "number")
    make("Desde", "date")
    make("Activo", "boolean")
    make("Nota propia")


def test_a_file_brings_them_and_takes_them_along(
    installation: Installation, attributes: None, tmp_path: Path
) -> None:
    source = tmp_path / "leads.csv"
    source.write_text(
        "Nombre;Color;Metros;Desde;Activo;Nota propia\n"
        "Ana;azul marino; 1.234,5;28/02/2026;sí;una; \n"
        "Berta;Rojo;muchos;;no;\n"
        'Carla;"Rojo; Azul marino";10,25;;no;"dos"\n'.replace("una; ", "una")
    )
    done = command(installation, "import", "leads", str(source), "--json")
    assert json.loads(done.stdout)["errors"] == 1, done.output
    there = leads(installation)
    assert there["Ana"]["x_color"] == ["azul_marino"] and there["Ana"]["x_metros"] == "1234.5"
    assert (there["Ana"]["x_desde"], there["Ana"]["x_activo"]) == ("2026-02-28", True)
    assert there["Carla"]["x_color"] == ["rojo", "azul_marino"] and there["Carla"]["x_metros"] == "10.25"
    assert "Berta" not in there
    for name in ("leads.xlsx", "again.csv"):
        target = tmp_path / name
        assert command(installation, "export", "leads", str(target)).exit_code == 0
        again = command(installation, "import", "leads", str(target), "--on-duplicate", "update", "--json")
        counts = json.loads(again.stdout)
        assert (counts["created"]["leads"], counts["updated"], counts["errors"]) == (0, 0, 0), again.output
    assert leads(installation) == there


def test_a_required_one_is_needed_of_each_row(installation: Installation, make: Make, tmp_path: Path) -> None:
    make("Metros", "number", required=True)
    source = tmp_path / "leads.csv"
    source.write_text("Nombre;Metros\nAna;2\nBerta;\n")
    done = json.loads(command(installation, "import", "leads", str(source), "--json").stdout)
    assert (done["created"]["leads"], done["errors"]) == (1, 1)


def test_conversion_carries_them(installation: Installation, make: Make) -> None:
    make("Nota propia")
    make("Solo aquí", resources=["leads"])
    client, headers = installation.app.test_client(), installation.token()
    values = {"name": "Ana", "x_nota_propia": "hola", "x_solo_aqui": "x"}
    lead = client.post("/api/v1/leads", json=values, headers=headers).json
    answer = client.post(f"/api/v1/leads/{lead['id']}/convert", json={}, headers=headers)
    assert answer.status_code == 200, answer.json
    made = client.get("/api/v1/clients", headers=headers).json["items"][0]
    assert made["x_nota_propia"] == "hola" and "x_solo_aqui" not in made


def test_the_command_makes_lists_and_deletes(installation: Installation) -> None:
    words = (
        "attributes",
        "add",
        "Talla",
        "--type",
        "choice",
        "--choice",
        "S:red",
        "--choice",
        "M",
        "--on",
        "leads",
    )
    made = json.loads(command(installation, *words, "--json").stdout)
    assert made["field"] == "x_talla" and made["choices"][0] == {"key": "s", "name": "S", "hue": "red"}
    assert (
        "x_talla"
        in installation.app.test_client().get("/api/v1/openapi.json", headers=installation.token()).text
    )  # the serving process knows at its next request
    client, headers = installation.app.test_client(), installation.token()
    assert (
        client.post("/api/v1/leads", json={"name": "A", "x_talla": "m"}, headers=headers).status_code == 201
    )
    assert command(installation, *words).exit_code != 0
    listed = json.loads(command(installation, "attributes", "list", "--json").stdout)
    assert [(each["key"], each["uses"]) for each in listed] == [("talla", 1)]
    assert "talla" in command(installation, "attributes", "list").stdout
    assert command(installation, "attributes", "delete", "talla").exit_code != 0
    assert command(installation, "attributes", "delete", "talla", "--yes").exit_code == 0
    assert command(installation, "attributes", "delete", "talla").exit_code != 0


def test_what_was_deleted_long_ago_is_swept(installation: Installation, make: Make) -> None:
    from datetime import timedelta

    from core.attributes.models import Attribute, AttributeValue
    from core.db import utcnow
    from core.jobs import enqueue
    from core.jobs.worker import work_off
    from core.switchboard import SWITCHBOARD

    made = make("Nota propia")
    client, headers = installation.app.test_client(), installation.token()
    client.post("/api/v1/leads", json={"name": "A", "x_nota_propia": "irrepetible"}, headers=headers)
    client.delete(f"/api/v1/attributes/{made['id']}", headers=headers)
    with installation.session() as session:
        session.query(Attribute).update({"deleted_at": utcnow() - timedelta(hours=2)})
        enqueue(session, "core.attributes", actor=None, title="Barrer")
        session.commit()
    work_off(installation.app.extensions[SWITCHBOARD].current())
    with installation.session() as session:
        assert session.query(Attribute).count() == session.query(AttributeValue).count() == 0
    assert leads(installation, "q=irrepetible") == {}


def test_many_records_get_the_same_at_once_and_back(installation: Installation, attributes: None) -> None:
    client, headers = installation.app.test_client(), installation.token()
    made = [
        client.post("/api/v1/leads", json={"name": name, "x_color": ["rojo"]}, headers=headers).json["id"]
        for name in ("Ana", "Berta")
    ]
    browser = installation.browser()
    browser.get("/leads")
    chosen = {"action": "edit:x_color", "id": [str(id) for id in made], "sure": "y"}
    answer = browser.post("/leads/bulk", {**chosen, "x_color": ["azul_marino", "rojo", ""]})
    assert answer.status_code == 302
    there = leads(installation)
    assert there["Ana"]["x_color"] == there["Berta"]["x_color"] == ["azul_marino", "rojo"]
    way_back = browser.get("/leads").text.split("/undo/")[1].split('"')[0].split("&")[0]
    browser.post(f"/undo/{way_back}")
    assert leads(installation)["Berta"]["x_color"] == ["rojo"]
    cell = browser.post(
        f"/leads/{made[0]}/cell/x_metros", {"x_metros": "2,5"}, headers={"HX-Request": "true"}
    )
    assert cell.status_code == 200 and leads(installation)["Ana"]["x_metros"] == "2.5"


def test_a_merge_keeps_what_is_filled(installation: Installation, attributes: None) -> None:
    client, headers = installation.app.test_client(), installation.token()
    made = [
        client.post("/api/v1/leads", json=values, headers=headers).json["id"]
        for values in (
            {"name": "Ana", "x_metros": 2},
            {"name": "Ana", "x_nota_propia": "hola", "x_metros": 3},
        )
    ]
    body = {"keep": made[0], "merge": [made[1]]}
    answer = client.post("/api/v1/leads/merge", json=body, headers=headers)
    assert answer.status_code == 200, answer.json
    kept = client.get(f"/api/v1/leads/{made[0]}", headers=headers).json
    assert (kept["x_metros"], kept["x_nota_propia"]) == ("2", "hola")


def test_an_import_is_taken_back_with_them(
    installation: Installation, attributes: None, tmp_path: Path
) -> None:
    client, headers = installation.app.test_client(), installation.token()
    values = {"name": "Ana", "email": "ana@example.com", "x_metros": 2, "x_color": ["rojo"]}
    client.post("/api/v1/leads", json=values, headers=headers)
    source = tmp_path / "leads.csv"
    source.write_text("Nombre;Correo;Metros;Color\nAna;ana@example.com;7;Azul marino\n")
    words = ("import", "leads", str(source), "--on-duplicate", "update", "--json")
    done = json.loads(command(installation, *words).stdout)
    assert done["updated"] == 1 and leads(installation)["Ana"]["x_metros"] == "7"
    with installation.session() as session:
        from core.imports.models import ImportRun

        run = session.query(ImportRun.id).order_by(ImportRun.id.desc()).first()[0]
    undone = command(installation, "import", "undo", str(run))
    assert undone.exit_code == 0, undone.output
    ana = leads(installation)["Ana"]
    assert (ana["x_metros"], ana["x_color"]) == ("2", ["rojo"])
