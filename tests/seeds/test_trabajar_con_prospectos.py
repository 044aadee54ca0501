"""“Trabajando con los prospectos” (S0), told as stories in Spanish: what it says of a lead's life, done at the doors."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from core.testing.installation import ALL_APPS, Installation
from plugins.crm_leads.models import Lead
from tests.seeds.test_prospectos import api, text_of, value

Install = Callable[..., Installation]

ROSA = {"first_name": "Rosa", "last_name": "Gil", "email": "rosa@example.com", "is_main": True}


def test_un_prospecto_entra_por_cualquier_puerta_y_el_conocido_se_reconoce(install: Install) -> None:
    """A mano, por integración, por teléfono, por formulario, por importación: siempre un prospecto con sus datos."""
    crm = install(apps=ALL_APPS)
    cliente = api(crm, "post", "clients", name="Panadería La Espiga", email="ventas@espiga.example")["id"]

    # a mano: persona o empresa, con teléfono, correo y sitio web, tomados de una tarjeta de visita
    persona = {
        "name": "Zoraida Ávila",
        "kind": "person",
        "phone_1": "0414-555.12.34",
        "email": "zoraida@example.com",
        "website": "https://avila.example",
        "source_detail": "Tarjeta de la conferencia",
    }
    browser = crm.browser()
    assert browser.post("/leads/new", persona).status_code in (302, 303)
    ficha = api(crm, "get", "leads?q=Zoraida")["items"][0]
    assert (ficha["kind"], ficha["source_detail"]) == ("person", "Tarjeta de la conferencia")
    pagina = text_of(browser.get(f"/leads/{ficha['id']}").text)
    for dato in ("Zoraida Ávila", "0414-555.12.34", "zoraida@example.com", "avila.example"):
        assert dato in pagina

    # formulario del sitio, llamada, correo y chat entran por la misma puerta y se guardan como prospectos
    for kind, who in (
        ("form", {"company": "Almacén del formulario", "email": "form@example.com"}),
        ("call", {"phone": "0212-555.00.01"}),
        ("mail", {"name": "Carla del Correo", "email": "carla@example.com"}),
        ("chat", {"name": "Luis del Chat", "phone": "0424-111.22.33"}),
    ):
        made = api(crm, "post", "inquiries", kind=kind, message="Quiero precios", **who)
        assert [each["resource"] for each in made["records"]] == ["leads"], kind

    # quien ya es cliente vuelve a preguntar: prospecto repetido, enlazado con su ficha
    api(crm, "post", "inquiries", kind="mail", name="La Espiga", email="VENTAS@espiga.example")
    archivo = "Nombre;Correo\nEspiga otra vez;ventas@espiga.example\nNuevo del archivo;nuevo@example.com\n"
    sent = crm.app.test_client().post(
        "/api/v1/imports",
        data={
            "resource": "leads",
            "file": (io.BytesIO(archivo.encode()), "base.csv"),
            "on_duplicate": "create",
        },
        headers=crm.token(),
    )
    assert sent.status_code == 201
    with crm.session() as session:
        found = dict(session.execute(sa.select(Lead.name, Lead.client_id)).tuples().all())
        assert len(found) == 8
        assert {name for name, client_id in found.items() if client_id == cliente} == {
            "La Espiga",
            "Espiga otra vez",
        }
    assert "Nuevo del archivo" not in browser.get("/leads?is_repeat=1").text


def test_las_etapas_son_propias_y_el_resultado_se_elige_y_se_deshace(install: Install) -> None:
    """No útil o útil: contacto, compañía o negociación; y lo que terminó sigue a la vista en todas partes."""
    crm = install(apps=ALL_APPS)
    etapa = value(crm, "statuses", "Visita agendada")
    ids = {
        name: int(api(crm, "post", "leads", name=name, contacts=[ROSA], value="900")["id"])
        for name in ("Util", "Inutil", "Abierto")
    }
    browser = crm.browser()
    api(crm, "patch", f"leads/{ids['Util']}", status=etapa)
    assert "Visita agendada" in text_of(browser.get(f"/leads/{ids['Util']}").text)

    # útil: los tres de una vez; la negociación lleva el valor
    made = api(crm, "post", f"leads/{ids['Util']}/convert", targets=["contact", "company", "deal"])
    deal = api(crm, "get", f"deals/{made['deal']['id']}")
    assert deal["value"] == "900.00" and deal["client"]["id"] == made["company"]["id"]

    # no útil: con motivo, contado en la analítica
    motivo = api(crm, "get", "lists/junk_reasons")["items"][0]
    estatus = api(crm, "get", "lists/statuses")["items"]
    junk = next(each["id"] for each in estatus if each["meaning"] == "junk")
    api(crm, "patch", f"leads/{ids['Inutil']}", status=junk, junk_reason=motivo["id"])
    razones = api(crm, "get", "reports/leads-by-reason?period=365d")
    assert {row["label"]: row["values"]["junk"] for row in razones["rows"] if row["values"]["junk"]} == {
        motivo["name"]: 1
    }

    # convertido y descartado se buscan, se filtran, se exportan y cuentan en los reportes
    for name, meaning in (("Util", "converted"), ("Inutil", "junk")):
        assert name in browser.get(f"/shell/search?q={name}", headers={"HX-Request": "true"}).text
        assert name in browser.get(f"/leads?q={name}").text
        listed = api(crm, "get", f"leads?status=~{meaning}")["items"]
        assert [each["name"] for each in listed] == [name]
        sheet = browser.client.get(f"/leads/export?format=xlsx&status=~{meaning}")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
        assert any(name in row for row in rows) and not any("Abierto" in row for row in rows)
    embudo = api(crm, "get", "reports/lead-funnel?period=365d")
    figuras = {each["name"]: each["value"] for each in embudo["figures"]}
    assert (figuras["leads"], figuras["converted"]) == (3, 1)

    # ventas de los empleados: del prospecto a la negociación, cada número abre su lista
    venta = api(crm, "get", "reports/sales-funnel?period=365d")
    assert [row["values"]["reached"] for row in venta["rows"]] == [3, 1, 1, 0]
    gente = api(crm, "get", "reports/salespeople?period=365d")["rows"]
    assert gente[0]["values"]["converted"] == 1 and gente[0]["values"]["deals"] == 1

    # reabrir y deshacer: ambos vuelven a donde estaban
    api(crm, "post", f"leads/{ids['Inutil']}/reopen")
    undone = api(crm, "post", f"conversions/{made['conversion']['id']}/undo")
    assert undone
    vuelta = api(crm, "get", f"leads/{ids['Util']}")
    assert vuelta["status"]["name"] == "Visita agendada" and vuelta["condition"] == "prospect"
    assert api(crm, "get", "deals")["items"] == []
    venta = api(crm, "get", "reports/sales-funnel?period=365d")
    assert [row["values"]["reached"] for row in venta["rows"]] == [3, 0, 0, 0]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_el_acceso_a_los_prospectos_se_restringe(install: Install) -> None:
    crm = install(apps=ALL_APPS)
    crm.user("ana@example.com", name="Ana Salas")
    mio: Any = api(crm, "post", "leads", name="De la administración")["id"]
    ana = crm.browser("ana@example.com")
    assert ana.get(f"/leads/{mio}").status_code == 404
    assert "De la administración" not in ana.get("/leads").text
    roles = text_of(crm.browser().get("/settings/roles").text)
    assert "Vendedor" in roles
