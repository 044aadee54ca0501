"""The card of a lead, its statuses and its validity."""

from __future__ import annotations

from datetime import date

import pytest

from core.testing.installation import Installation


@pytest.mark.parametrize(
    ("language", "country", "names"),
    [
        ("es", "VE", ["Nuevo", "En Gestión", "Procesado", "Cliente", "Descalificado", "No Interesado"]),
        ("fr", "FR", ["Nouveau", "En cours", "Traité", "Bon prospect", "Défectueux", "Pas intéressé"]),
        ("en", "US", ["New", "In progress", "Processed", "Converted", "Junk", "Not interested"]),
    ],
)
def test_the_shipped_statuses_speak_the_installations_language(
    install, language: str, country: str, names: list[str]
) -> None:  # type: ignore[no-untyped-def]
    installation: Installation = install(language=language, country=country)
    answer = installation.app.test_client().get("/api/v1/lists/statuses", headers=installation.token())
    assert [each["name"] for each in answer.json["items"]] == names
    meanings = [each["meaning"] for each in answer.json["items"]]
    assert meanings == ["open", "open", "open", "converted", "junk", "junk"]


def test_only_the_name_is_needed_and_the_rest_has_its_defaults(installation: Installation) -> None:
    answer = installation.app.test_client().post(
        "/api/v1/leads", json={"name": "  Farmacia   Sol "}, headers=installation.token()
    )
    assert answer.status_code == 201, answer.text
    lead = answer.json
    assert lead["name"] == "Farmacia Sol"
    assert lead["status"]["name"] == "Nuevo"
    assert lead["segment"]["name"] == "Por segmentar"
    assert lead["currency"] == "USD"
    assert lead["salesperson"]["email"] == "admin@example.com"
    nameless = installation.app.test_client().post(
        "/api/v1/leads", json={"email": "a@example.com"}, headers=installation.token()
    )
    assert nameless.status_code == 422
    assert "name" in nameless.json["error"]["fields"]


def test_validity_days_say_when_a_lead_expires(installation: Installation) -> None:
    headers, api = installation.token(), installation.app.test_client()
    made = api.post(
        "/api/v1/leads",
        json={"name": "Taller", "entered_on": "2026-01-01", "validity_days": 30},
        headers=headers,
    )
    from plugins.crm_leads.models import Lead

    with installation.session() as session:
        assert session.get_one(Lead, made.json["id"]).expires_on == date(2026, 1, 31)
    api.patch(f"/api/v1/leads/{made.json['id']}", json={"validity_days": 60}, headers=headers)
    with installation.session() as session:
        assert session.get_one(Lead, made.json["id"]).expires_on == date(2026, 3, 2)


def test_statuses_are_filtered_by_meaning(installation: Installation) -> None:
    headers, api = installation.token(), installation.app.test_client()
    for name, more in (
        ("A", {"status": "Nuevo"}),
        ("B", {"status": "Procesado"}),
        ("C", {"status": "No Interesado", "junk_reason": "Duplicado"}),
    ):
        made = api.post("/api/v1/leads", json={"name": name, **more}, headers=headers)
        assert made.status_code == 201, made.text
    found = api.get("/api/v1/leads?status=~open&sort=name", headers=headers).json["items"]
    assert [each["name"] for each in found] == ["A", "B"]
    assert [
        each["name"] for each in api.get("/api/v1/leads?status=~junk", headers=headers).json["items"]
    ] == ["C"]


@pytest.mark.parametrize(
    "field", ["value", "email", "document_number", "entered_on", "validity_days", "segment", "website"]
)
def test_bad_input_is_told_beside_its_field(installation: Installation, field: str) -> None:
    bad = {
        "value": "-5",
        "email": "juan@",
        "document_number": "J-30456789-X",
        "entered_on": "31/02/2026",
        "validity_days": "muchos",
        "segment": "Nadie",
        "website": "no es",
    }
    body = {"name": "Farmacia", "document_type": "RIF", field: bad[field]}
    answer = installation.app.test_client().post("/api/v1/leads", json=body, headers=installation.token())
    assert answer.status_code == 422, answer.text
    assert list(answer.json["error"]["fields"]) == [field]
    listed = installation.app.test_client().get("/api/v1/leads", headers=installation.token()).json
    assert listed["items"] == []


@pytest.mark.parametrize(
    "typed", ["avila", "ÁVILA", "j-117214", "J11721484", "barbara@ex", "5551234", "feria 20"]
)
def test_search_finds_a_lead_however_it_is_written(installation: Installation, typed: str) -> None:
    headers, api = installation.token(), installation.app.test_client()
    made = api.post(
        "/api/v1/leads",
        json={
            "name": "Inversiones El Ávila 380, S.A.",
            "document_type": "RIF",
            "document_number": "J-11721484-1",
            "email": "Barbara@Example.com",
            "phone_1": "0414-555.12.34",
            "tags": ["feria 2025"],
        },
        headers=headers,
    )
    assert made.status_code == 201, made.text
    api.post("/api/v1/leads", json={"name": "Otro"}, headers=headers)
    found = api.get("/api/v1/leads", query_string={"q": typed}, headers=headers).json["items"]
    assert [each["id"] for each in found] == [made.json["id"]]
