"""A conversion that a rule refuses says so at every door, and the lead stays as it was."""

from __future__ import annotations

import pytest

from core.api import references_of
from core.testing.installation import Installation
from plugins.crm_leads.models import Lead

DIALOG = ("path", "inline", "form")
"""Doors that open the dialog, which tells it before anything is done."""


def lead_that_cannot_become_a_client(installation: Installation) -> tuple[int, int]:
    """A lead whose document, taken over from elsewhere, breaks its rule; and the status that means converted."""
    made = installation.app.test_client().post(
        "/api/v1/leads", json={"name": "Sol"}, headers=installation.token()
    )
    with installation.session() as session:
        lead = session.get_one(Lead, made.json["id"])
        known = references_of(session)
        rif, status = known.find("document_types", "RIF"), known.find("statuses", "Cliente")
        assert rif is not None and status is not None
        lead.document_type_id, lead.document_number, lead.document_compact = (
            rif.id,
            "J-11721484-9",
            "J117214849",
        )
        session.commit()
        return lead.id, status.id


@pytest.mark.parametrize("door", ["path", "inline", "bulk", "api", "form"])
def test_it_is_told_and_nothing_is_changed(door: str, sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    lead_id, status = lead_that_cannot_become_a_client(installation)
    person = installation.browser()
    person.get(f"/leads/{lead_id}")
    if door == "path":
        answer = person.post(f"/leads/{lead_id}/move", {"status": status})
    elif door == "inline":
        answer = person.post(f"/leads/{lead_id}/field/condition", {"condition": "client"})
    elif door == "bulk":
        answer = person.post(
            "/leads/bulk", {"action": "status", "status": status, "id": lead_id, "sure": "y"}
        )
    elif door == "api":
        answer = installation.app.test_client().patch(
            f"/api/v1/leads/{lead_id}", json={"condition": "client"}, headers=installation.token()
        )
    else:
        answer = person.post(f"/leads/{lead_id}/edit", {"name": "Sol", "condition": "client"})
    assert answer.status_code < 500 and answer.status_code not in (403, 404, 405), answer.text[:2000]
    told = answer.text + person.get(f"/leads/{lead_id}").text
    if door in DIALOG:
        told = person.get(f"/leads/{lead_id}/convert").text
    assert "de control no es correcto" in told
    with installation.session() as session:
        assert session.get_one(Lead, lead_id).converted_at is None
        assert session.get_one(Lead, lead_id).status_id != status
