"""Repeat leads: who inquires and is a client already is recognised at every door, and nobody's client is given away."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import sqlalchemy as sa

from core.records.models import History
from core.settings import save_setting
from core.testing.installation import Installation
from plugins.crm_clients.models import Client
from plugins.crm_leads.models import Lead

API = "/api/v1"


def _made(installation: Installation, who: str, path: str, **values: Any) -> dict[str, Any]:
    answer = installation.browser(None).client.post(
        f"{API}/{path}", json=values, headers=installation.token(who)
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def _leads(installation: Installation) -> dict[str, tuple[bool, int | None]]:
    with installation.session() as session:
        return {
            name: (is_repeat, client_id)
            for name, is_repeat, client_id in session.execute(
                sa.select(Lead.name, Lead.is_repeat, Lead.client_id)
            )
        }


def test_whoever_is_a_client_already_is_recognised_at_every_door(installation: Installation) -> None:
    installation.user("ana@example.com", name="Ana Salas")
    installation.user("carlos@example.com", name="Carlos Ruiz")
    caroni = _made(
        installation,
        "ana@example.com",
        "clients",
        name="Ferretería Ávila",
        document_number="J-30112233-4",
        email="ventas@avila.example",
        phone_1="0212-555.12.34",
    )["id"]
    admin, carlos = installation.browser(), installation.browser("carlos@example.com")

    # by the form, the phone written otherwise; Ana's client, so Carlos is told that, and not who it is
    carlos.post("/leads/new", {"name": "Por teléfono", "phone_1": "+58 212 5551234"})
    found = _leads(installation)
    assert found["Por teléfono"] == (True, caroni)
    with installation.session() as session:
        lead_id = session.scalar(sa.select(Lead.id))
        assert session.scalars(sa.select(History.action).where(History.resource == "leads")).all() == [
            "created"
        ]
    page = carlos.get(f"/leads/{lead_id}").text
    assert "Repetido" in page and "Ferretería Ávila" not in page
    told = carlos.client.get(f"{API}/leads/{lead_id}", headers=installation.token("carlos@example.com")).json
    assert told["is_repeat"] is True
    assert told["client"] == {"id": None, "name": None, "hidden": True}
    assert "Ferretería Ávila" in admin.get(f"/leads/{lead_id}").text

    # by the API (document), by a file (e-mail; leads that nobody knows stay first ones); a name alone is no proof
    _made(installation, "ana@example.com", "leads", name="Por documento", document_number="J301122334")
    _made(installation, "ana@example.com", "leads", name="Ferretería Ávila")
    rows = "Nombre;Correo\nPor archivo;VENTAS@avila.example\nNuevo del archivo;nuevo@example.com\n"
    _import(installation, rows)
    found = _leads(installation)
    assert {name for name, (is_repeat, _client) in found.items() if is_repeat} == {
        "Por teléfono",
        "Por documento",
        "Por archivo",
    }

    with installation.session() as session:
        by_file = session.scalar(sa.select(Lead.id).where(Lead.name == "Por archivo"))

    # filter, view, column, export
    listed = admin.get("/leads?is_repeat=1&columns=is_repeat").text
    assert "Por archivo" in listed and "Nuevo del archivo" not in listed
    assert "Por documento" in admin.get("/leads?view=repeat").text
    assert admin.get("/leads/board").text.count('title="Ya es cliente"') == 3
    assert admin.client.get(f"{API}/leads?is_repeat=0", headers=installation.token()).json["items"][0][
        "name"
    ] in ("Ferretería Ávila", "Nuevo del archivo")

    # by hand: linking makes it repeat, taking the link away makes it a first one again; the mark itself is not written
    token = installation.token("ana@example.com")
    mine = _made(installation, "ana@example.com", "leads", name="A mano")
    marked = admin.client.patch(f"{API}/leads/{mine['id']}", json={"is_repeat": True}, headers=token)
    assert marked.status_code == 422
    linked = admin.client.patch(f"{API}/leads/{mine['id']}", json={"client": caroni}, headers=token)
    assert linked.json["is_repeat"] is True and linked.json["client"]["name"] == "Ferretería Ávila"
    freed = admin.client.patch(f"{API}/leads/{mine['id']}", json={"client": None}, headers=token)
    assert freed.json["is_repeat"] is False
    refused = admin.client.patch(
        f"{API}/leads/{lead_id}", json={"client": caroni}, headers=installation.token("carlos@example.com")
    )
    assert refused.status_code == 422, "another's client answers like one that is missing"

    # a client whose leads are never repeat, said on the client's own form; nothing is said where nobody ticks the box
    before = admin.get(f"/clients/{caroni}/edit")
    assert "never_repeat" in before.text
    _edited(installation, caroni, city="Caracas")
    with installation.session() as session:
        changes = session.scalars(
            sa.select(History.changes).where(History.resource == "clients", History.action == "changed")
        ).all()
        assert [set(each) for each in changes] == [{"city"}]
    _edited(installation, caroni, never_repeat=True)
    _made(installation, "ana@example.com", "leads", name="Del mercado", email="ventas@avila.example")
    assert _leads(installation)["Del mercado"] == (False, None)
    assert "Ferretería Ávila" in admin.get("/clients?never_repeat=1").text
    _edited(installation, caroni, never_repeat=False)

    # converted without being asked, a repeat lead completes its client instead of making another
    converted = admin.client.post(f"{API}/leads/{by_file}/convert", json={}, headers=installation.token())
    assert converted.json["client"]["id"] == caroni

    # settings: by which keys, and whether at all
    with installation.session() as session:
        save_setting(session, "leads.repeat_by_email", False)
        session.commit()
    _made(installation, "ana@example.com", "leads", name="Sin correo", email="ventas@avila.example")
    with installation.session() as session:
        save_setting(session, "leads.repeat", False)
        session.commit()
    _made(installation, "ana@example.com", "leads", name="Apagado", document_number="J301122334")
    found = _leads(installation)
    assert found["Sin correo"] == found["Apagado"] == (False, None)
    assert "repeat_by_phone" in admin.get("/settings/sections/leads").text

    # a client that goes takes the mark along
    with installation.session() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Lead.client_id == caroni)) == 3
    gone = admin.client.delete(f"{API}/clients/{caroni}", headers=installation.token())
    assert gone.status_code in (200, 204)
    assert not any(is_repeat or client for is_repeat, client in _leads(installation).values())
    with installation.session() as session:
        assert session.scalar(sa.select(sa.func.count(Client.id))) == 0


def _edited(installation: Installation, id: int, **values: Any) -> None:
    answer = installation.browser(None).client.patch(
        f"{API}/clients/{id}", json=values, headers=installation.token()
    )
    assert answer.status_code == 200, answer.text


def _import(installation: Installation, text: str) -> None:
    answer = installation.browser(None).client.post(
        f"{API}/imports",
        data={
            "resource": "leads",
            "file": (BytesIO(text.encode()), "prospectos.csv"),
            "on_duplicate": "create",
        },
        headers=installation.token(),
    )
    assert answer.status_code == 201, answer.text
