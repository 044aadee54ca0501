"""A lead becomes a client: wholly, once, and only by who may."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.testing.installation import ADMIN, Installation
from plugins.crm_clients.models import Client
from plugins.crm_leads.models import Conversion, Lead

FARMACIA = {
    "name": "Farmacia Doña Bárbara",
    "legal_name": "Farmacia Doña Bárbara, C.A.",
    "document_type": "RIF",
    "document_number": "J-11721484-1",
    "email": "barbara@example.com",
    "phone_1": "0414-5551234",
    "segment": "Minorista",
    "value": "900.50",
    "tags": ["VIP", "feria 2025"],
    "city": "Caracas",
}


def new_lead(installation: Installation, headers: Mapping[str, str], **also: Any) -> int:
    answer = installation.app.test_client().post("/api/v1/leads", json={**FARMACIA, **also}, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def counts(installation: Installation) -> tuple[int, int]:
    with installation.session() as session:
        return (
            session.scalar(sa.select(sa.func.count(Client.id))) or 0,
            session.scalar(sa.select(sa.func.count(Conversion.id))) or 0,
        )


def test_a_lead_becomes_a_client_with_all_it_had(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    api = installation.app.test_client()
    answer = api.post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
    assert answer.status_code == 200
    client = api.get(f"/api/v1/clients/{answer.json['client']['id']}", headers=headers).json
    for name in ("name", "legal_name", "document_number", "email", "phone_1", "city"):
        assert client[name] == FARMACIA[name]
    assert client["segment"]["name"] == "Minorista"
    assert sorted(client["tags"]) == ["VIP", "feria 2025"]
    lead = api.get(f"/api/v1/leads/{lead_id}", headers=headers).json
    assert lead["condition"] == "client"
    assert lead["status"]["name"] == "Cliente"


def test_a_lead_converts_only_once_however_often_it_is_pressed(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    answers: list[tuple[int, Any]] = []
    gate = threading.Barrier(20)

    def press() -> None:
        client = installation.app.test_client()
        gate.wait()
        answer = client.post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
        answers.append((answer.status_code, answer.json))

    people = [threading.Thread(target=press) for _ in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert {status for status, _json in answers} == {200}, answers
    assert len({json["client"]["id"] for _status, json in answers}) == 1
    assert counts(installation) == (1, 1)


def test_choosing_the_condition_client_is_the_short_way(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    answer = installation.app.test_client().patch(
        f"/api/v1/leads/{lead_id}", json={"condition": "client"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert counts(installation) == (1, 1)
    again = installation.app.test_client().patch(
        f"/api/v1/leads/{lead_id}", json={"condition": "client"}, headers=headers
    )
    assert again.status_code == 200
    assert counts(installation) == (1, 1)


def test_a_status_that_means_converted_converts(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    answer = installation.app.test_client().patch(
        f"/api/v1/leads/{lead_id}", json={"status": "Cliente"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert counts(installation) == (1, 1)


def test_a_client_with_the_same_document_is_completed_not_doubled(installation: Installation) -> None:
    headers = installation.token()
    api = installation.app.test_client()
    known = api.post(
        "/api/v1/clients",
        json={"name": "Droguería Doña Bárbara", "document_type": "RIF", "document_number": "J117214841"},
        headers=headers,
    )
    assert known.status_code == 201, known.text
    lead_id = new_lead(installation, headers)
    answer = api.post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
    assert answer.json["client"]["id"] == known.json["id"]
    client = api.get(f"/api/v1/clients/{known.json['id']}", headers=headers).json
    assert client["name"] == "Droguería Doña Bárbara"
    assert client["email"] == "barbara@example.com"


def test_the_button_converts_and_leads_to_the_client(installation: Installation) -> None:
    lead_id = new_lead(installation, installation.token())
    person = installation.browser()
    preview = person.get(f"/leads/{lead_id}/convert")
    assert preview.status_code == 200 and "Farmacia Doña Bárbara" in preview.text
    assert counts(installation) == (0, 0)
    answer = person.post(f"/leads/{lead_id}/convert")
    assert answer.status_code in (302, 303)
    assert "/clients/" in answer.location
    assert person.get(answer.location).status_code == 200


def test_a_forged_form_converts_nothing(installation: Installation) -> None:
    lead_id = new_lead(installation, installation.token())
    person = installation.browser()
    person.token = "forged"
    assert person.post(f"/leads/{lead_id}/convert").status_code in (400, 403)
    assert counts(installation) == (0, 0)


def test_only_the_owner_their_manager_and_administrators_convert(installation: Installation) -> None:
    installation.user("ana@example.com")
    installation.user("berta@example.com")
    lead_id = new_lead(installation, installation.token(), salesperson="ana@example.com")
    stranger = installation.app.test_client().post(
        f"/api/v1/leads/{lead_id}/convert", headers=installation.token("berta@example.com")
    )
    missing = installation.app.test_client().post(
        "/api/v1/leads/999999/convert", headers=installation.token("berta@example.com")
    )
    assert stranger.status_code == missing.status_code == 404
    assert stranger.text.replace(str(lead_id), "N") == missing.text.replace("999999", "N")
    assert counts(installation) == (0, 0)
    owner = installation.app.test_client().post(
        f"/api/v1/leads/{lead_id}/convert", headers=installation.token("ana@example.com")
    )
    assert owner.status_code == 200
    assert counts(installation) == (1, 1)


def test_a_conversion_that_fails_leaves_nothing(installation: Installation) -> None:
    """The client's own rules are asked too; where they say no, the lead stays as it was."""
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    with installation.session() as session:
        lead = session.get_one(Lead, lead_id)
        before = (lead.status_id, lead.version)
        lead.document_number, lead.document_compact = "J-11721484-9", "J117214849"
        session.commit()
    answer = installation.app.test_client().post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
    assert answer.status_code in (409, 422), answer.text
    assert counts(installation) == (0, 0)
    with installation.session() as session:
        lead = session.get_one(Lead, lead_id)
        assert (lead.status_id, lead.version, lead.converted_at) == (*before, None)


def test_who_did_it_stands_in_both_histories(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    client_id = (
        installation.app.test_client()
        .post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
        .json["client"]["id"]
    )
    with installation.session(ADMIN) as session:
        from core.records.models import History

        actions = {
            (entry.resource, entry.action)
            for entry in session.scalars(
                sa.select(History).where(
                    sa.or_(
                        sa.and_(History.resource == "leads", History.record_id == lead_id),
                        sa.and_(History.resource == "clients", History.record_id == client_id),
                    )
                )
            )
        }
    assert {("leads", "converted"), ("clients", "from_lead"), ("clients", "created")} <= actions


def test_each_side_of_a_conversion_names_the_other(installation: Installation) -> None:
    headers = installation.token()
    lead_id = new_lead(installation, headers)
    person = installation.browser()
    assert "card-became" not in person.get(f"/leads/{lead_id}").text
    client_id = (
        installation.app.test_client()
        .post(f"/api/v1/leads/{lead_id}/convert", headers=headers)
        .json["client"]["id"]
    )
    assert f'href="/clients/{client_id}"' in person.get(f"/leads/{lead_id}").text
    assert f'href="/leads/{lead_id}"' in person.get(f"/clients/{client_id}").text
