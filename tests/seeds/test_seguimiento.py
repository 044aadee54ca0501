"""What the manual (S3, S4) promises under history, analysis and reminders, told as a story in Spanish, done at the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.db import utcnow
from core.jobs.errands import run_errand
from core.switchboard import SWITCHBOARD
from core.testing.installation import ALL_APPS, Installation
from plugins.crm_interactions.models import Reminder
from plugins.crm_interactions.reminders.telling import ERRAND
from tests.fixtures_app import Installer
from tests.seeds.test_prospectos import api, text_of

ANA = "ana@example.com"
CARACAS = ZoneInfo("America/Caracas")


@pytest.fixture
def casa(install: Installer) -> Installation:
    """La empresa con todas sus aplicaciones."""
    casa = install(apps=ALL_APPS)
    casa.user(ANA, name="Ana Salas")
    return casa


def pide(casa: Installation, method: str, at: str, body: Any = None, *, quien: str = ANA) -> Any:
    answer = casa.app.test_client().open(f"/api/v1/{at}", method=method, json=body, headers=casa.token(quien))
    assert answer.status_code < 300, answer.text
    return answer.json


def test_el_historial_guarda_llamadas_correos_reuniones_visitas_notas_y_comentarios(
    casa: Installation,
) -> None:
    """S3, 3: «Registrar y almacenar un historial de comunicaciones»; 4.2: «en este lado derecho, exclusivamente»."""
    farmacia = pide(casa, "POST", "leads", {"name": "Farmacia Doña Bárbara"})["id"]
    otra = pide(casa, "POST", "leads", {"name": "Panadería Ávila"})["id"]
    for kind, text in (
        ("Llamada", "Pregunta por precios"),
        ("Correo", "Envía su lista"),
        ("Reunión", "Vimos el contrato"),
        ("Visita", "El local es grande"),
        ("Nota", "Compra cada trimestre"),
        ("Comentario", "¿Le hacemos descuento?"),
    ):
        pide(casa, "POST", f"leads/{farmacia}/interactions", {"kind": kind, "text": text})
    pide(casa, "POST", f"leads/{otra}/interactions", {"kind": "Llamada", "text": "De la panadería"})

    browser = casa.browser(ANA)
    lado_derecho = text_of(browser.get(f"/leads/{farmacia}/timeline").text)
    for dicho in ("Pregunta por precios", "Envía su lista", "Vimos el contrato", "El local es grande"):
        assert dicho in lado_derecho
    assert "Compra cada trimestre" in lado_derecho and "¿Le hacemos descuento?" in lado_derecho
    assert "De la panadería" not in lado_derecho
    ficha = browser.get(f"/leads/{farmacia}").text
    assert all(kind in ficha for kind in ("Llamada", "Reunión", "Visita", "Nota")), (
        "se agregan desde la ficha"
    )
    assert [each["text"] for each in pide(casa, "GET", "interactions?kind=~visit")["items"]] == [
        "El local es grande"
    ]


def test_una_tarea_periodica_recuerda_y_al_hacerla_programa_la_siguiente(casa: Installation) -> None:
    """S3, 7: «Programar tareas y recordatorios para seguimientos periódicos»."""
    lead = pide(casa, "POST", "leads", {"name": "Farmacia Doña Bárbara"})["id"]
    hoy = datetime.now(CARACAS).date()
    tarea = pide(
        casa,
        "POST",
        "tasks",
        {
            "title": "Llamar para dar seguimiento",
            "record": {"resource": "leads", "id": lead},
            "due_on": (hoy + timedelta(days=1)).isoformat(),
            "due_time": "09:00",
            "repeat_every": 1,
            "repeat_unit": "week",
            "remind": [10],
        },
    )
    with casa.session() as session:
        planned = session.scalars(sa.select(Reminder.at).where(Reminder.task_id == tarea["id"])).one()
        nine = datetime.combine(hoy + timedelta(days=1), datetime.min.time(), CARACAS).replace(hour=9)
        assert planned == (nine - timedelta(minutes=10)).astimezone(UTC), "a su hora local"
        session.execute(sa.update(Reminder).values(at=utcnow() - timedelta(seconds=1)))
        session.commit()
    app = casa.app.extensions[SWITCHBOARD].current()
    run_errand(app, ERRAND, 5)
    run_errand(app, ERRAND, 5)
    told = [each for each in pide(casa, "GET", "notifications")["items"] if each["kind"] == "task_reminder"]
    assert len(told) == 1 and "Llamar para dar seguimiento" in told[0]["text"]

    pide(casa, "POST", f"tasks/{tarea['id']}/done", {})
    (siguiente,) = [each for each in pide(casa, "GET", "tasks")["items"] if not each["done"]]
    assert siguiente["due_on"] == (hoy + timedelta(days=8)).isoformat() and siguiente["due_time"] == "09:00"
    assert siguiente["record"]["id"] == lead


def test_los_informes_dicen_con_que_frecuencia_se_compra_por_cuanto_y_cuanto_se_trata(
    casa: Installation,
) -> None:
    """S3, 6: «frecuencia de compra, valor de ventas o nivel de engagement»; S0: «los productos comprados con más
    frecuencia», «las ventas de sus empleados», «las fuentes»."""
    nombres = {each["name"] for each in api(casa, "get", "reports")["items"]}
    assert {
        "engagement",
        "products",
        "deals-by-salesperson",
        "activity",
        "leads-by-source",
        "trends",
    } <= nombres

    fiel = api(casa, "post", "clients", name="Farmacia Doña Bárbara", kind="company")["id"]
    api(casa, "post", "clients", name="Panadería Ávila", kind="company")
    for cantidad in ("10", "5"):
        venta = api(
            casa,
            "post",
            "deals",
            client={"id": fiel},
            lines=[{"name": "Harina", "quantity": cantidad, "price": "2"}],
        )["id"]
        api(casa, "patch", f"deals/{venta}", stage="Ganada")
    api(casa, "post", f"clients/{fiel}/interactions", kind="Llamada", text="¿Qué tal la harina?")

    def cifras(name: str, **ask: str) -> dict[str, dict[str, Any]]:
        query = "&".join(f"{key}={value}" for key, value in {"period": "all", **ask}.items())
        rows = api(casa, "get", f"reports/{name}?{query}")["rows"]
        return {row["label"]: row["values"] for row in rows}

    assert cifras("products")["Harina"]["quantity"] in (15, "15", "15.00")
    compras = cifras("engagement", by="purchases")
    assert sum(int(each["clients"]) for each in compras.values()) == 2
    listed = api(casa, "get", "clients?purchases=2-4")["items"]
    assert [each["name"] for each in listed] == ["Farmacia Doña Bárbara"], "cada cifra abre su lista"
