"""A lead becomes a contact, a company, a deal: any of the seven combinations, each new or known, through the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from core.testing.installation import ALL_APPS, Installation
from plugins.crm_clients.models import Client
from plugins.crm_leads.models import Conversion

LEAD: dict[str, Any] = {
    "name": "Farmacia Doña Bárbara",
    "title": "Primer pedido",
    "document_type": "RIF",
    "document_number": "J-11721484-1",
    "email": "barbara@example.com",
    "phone_1": "0414-5551234",
    "segment": "Minorista",
    "value": "900.50",
    "source": "Recomendación",
    "tags": ["VIP"],
    "contacts": [
        {"first_name": "José", "last_name": "Núñez", "email": "jose@example.com", "is_main": True},
        {"first_name": "Zoraida", "last_name": "Ávila"},
    ],
    "addresses": [{"city": "Caracas", "address": "Av. Urdaneta", "is_main": True}],
}


@dataclass
class Desk:
    """Somebody at the API."""

    installation: Installation
    email: str = "admin@example.com"
    headers: Any = field(init=False)

    def __post_init__(self) -> None:
        self.headers = self.installation.token(self.email)
        self.client = self.installation.app.test_client()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        also = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=also)

    def make(self, path: str, **values: Any) -> dict[str, Any]:
        answer = self("POST", path, values)
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def get(self, path: str) -> dict[str, Any]:
        answer = self("GET", path)
        assert answer.status_code == 200, (path, answer.text)
        return dict(answer.json)

    def convert(self, lead: int, **body: Any) -> dict[str, Any]:
        answer = self("POST", f"/leads/{lead}/convert", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json)


@pytest.fixture
def desk(install: Callable[..., Installation]) -> Desk:
    return Desk(install(apps=ALL_APPS))


def test_seven_combinations_of_new_records(desk: Desk) -> None:
    names = ("contact", "company", "deal")
    every = [targets for size in (1, 2, 3) for targets in combinations(names, size)]
    assert len(every) == 7
    for number, targets in enumerate(every):
        document = f"V-{12345670 + number}"
        card = {**LEAD, "document_type": "Cédula", "document_number": document}
        card |= {"email": f"b{number}@example.com", "phone_1": f"0414-555123{number}"}
        lead = desk.make("/leads", **card)["id"]
        foreseen = desk("POST", f"/leads/{lead}/preview-conversion", {"targets": targets}).json
        assert foreseen["ready"], foreseen
        assert {each["target"] for each in foreseen["made"]} == set(targets)
        done = desk.convert(lead, targets=targets)
        assert {name for name in names if done[name]} == set(targets)
        contact, company, deal = (
            desk.get(f"/{'deals' if name == 'deal' else 'clients'}/{done[name]['id']}")
            if done[name]
            else None
            for name in names
        )
        if contact:
            assert (contact["kind"], contact["name"], contact["email"]) == (
                "person",
                "José Núñez",
                "jose@example.com",
            )
            assert contact["tags"] == ["VIP"]
            assert contact["belongs_to"] == (
                {"id": company["id"], "name": company["name"]} if company else None
            )
        if contact and not company:  # nothing is left behind: the person has the card
            assert contact["document_number"] == document and contact["legal_name"] == LEAD["name"]
            assert [row["first_name"] for row in contact["contacts"]] == ["Zoraida"]
        if company:
            assert (company["kind"], company["name"], company["document_number"]) == (
                "company",
                LEAD["name"],
                document,
            )
            people = ["Zoraida"] if contact else ["José", "Zoraida"]
            assert [row["first_name"] for row in company["contacts"]] == people
            assert company["city"] == "Caracas" and company["segment"]["name"] == "Minorista"
        if deal:
            assert (deal["title"], deal["value"], deal["source"]["name"]) == (
                "Primer pedido",
                "900.50",
                "Recomendación",
            )
            assert deal["stage"]["name"] == "Nueva" and deal["pipeline"]["name"] == "Ventas"
            owner = company or contact
            assert deal["client"] == ({"id": owner["id"], "name": owner["name"]} if owner else None)
            assert deal["contact"] == ({"id": contact["id"], "name": contact["name"]} if contact else None)
        assert desk.get(f"/leads/{lead}")["status"]["name"] == "Cliente"
        assert desk.convert(lead, targets=["deal"]) == done, "asked again, the same answer"


def test_into_known_records_field_by_field(desk: Desk) -> None:
    company = desk.make(
        "/clients",
        name="Droguería Doña Bárbara",
        document_type="RIF",
        document_number="J117214841",
        segment="Mayorista",
        phone_1="+58 414 5551234",
        contacts=[{"first_name": "Zoraida", "last_name": "Ávila", "email": "z@example.com", "is_main": True}],
        tags=["viejo"],
    )
    person = desk.make("/clients", name="José Núñez", kind="person", email="JOSE@example.com")
    deal = desk.make("/deals", title="Reposición trimestral", client=company["id"], value="10")
    lead = desk.make("/leads", **LEAD)["id"]
    wanted = {"targets": ["contact", "company", "deal"]}
    existing = {"contact": person["id"], "company": company["id"], "deal": deal["id"]}
    shown = desk("POST", f"/leads/{lead}/preview-conversion", {**wanted, "existing": existing}).json
    parts = {each["name"]: each for each in shown["targets"]}
    assert [each["id"] for each in parts["company"]["suggestions"]] == [company["id"]]
    assert len(parts["company"]["suggestions"][0]["why"]) == 3, (
        "linked, the same document, and the same phone"
    )
    assert [each["id"] for each in parts["contact"]["suggestions"]] == [person["id"]]
    assert [each["title"] for each in parts["deal"]["suggestions"]] == ["Reposición trimestral"]
    takes = {each["field"]: each["take"] for each in parts["company"]["differences"]}
    assert (takes["name"], takes["segment"], takes["email"]) == ("kept", "kept", "lead"), takes
    assert "phone_1" not in takes and "document_number" not in takes, "they say the same"
    assert {each["target"] for each in shown["completed"]} == set(existing) and not shown["made"]
    places = [f"/clients/{company['id']}", f"/clients/{person['id']}", f"/deals/{deal['id']}"]
    before = [desk.get(place) for place in places]
    done = desk.convert(
        lead,
        **wanted,
        existing=existing,
        take={"company": {"segment": "lead"}, "deal": {"value": "lead"}},
        values={"deal": {"expected_close": "2030-01-31"}},
    )
    assert {name: done[name]["id"] for name in existing} == existing
    assert done["client"] == {"id": company["id"]}
    now = desk.get(f"/clients/{company['id']}")
    assert (now["name"], now["segment"]["name"]) == ("Droguería Doña Bárbara", "Minorista")
    assert now["email"] == "barbara@example.com" and set(now["tags"]) == {"viejo", "VIP"}
    assert [(row["first_name"], row["email"]) for row in now["contacts"]] == [("Zoraida", "z@example.com")]
    assert desk.get(f"/clients/{person['id']}")["belongs_to"]["id"] == company["id"]
    deal = desk.get(f"/deals/{deal['id']}")
    assert (deal["value"], deal["title"], deal["expected_close"]) == (
        "900.50",
        "Reposición trimestral",
        "2030-01-31",
    )
    assert deal["contact"]["id"] == person["id"]
    assert len(now["addresses"]) == 1
    desk("POST", f"/conversions/{done['conversion']['id']}/undo")
    for place, was in zip(places, before, strict=True):
        again = desk.get(place)
        told = {name: (was[name], again[name]) for name in was if again[name] != was[name]}
        assert told.keys() <= {"updated_at", "version"}, told
    wrong = desk(
        "POST", f"/leads/{lead}/convert", {**wanted, "existing": existing, "take": {"deal": {"x": "lead"}}}
    )
    assert wrong.json["error"]["fields"].keys() == {"take.deal.x"}


def test_what_cannot_be_is_told_field_by_field_and_nothing_is_done(desk: Desk) -> None:
    installation = desk.installation
    installation.user("ana@example.com")
    ana = Desk(installation, "ana@example.com")
    company = desk.make("/clients", name="De otra persona")
    person = ana.make("/clients", name="Mía", kind="person")
    lead = ana.make("/leads", name="Sin nadie")["id"]

    def refused(body: Any, *, status: int = 422) -> Any:
        answer = ana("POST", f"/leads/{lead}/convert", body)
        assert answer.status_code == status, answer.text
        return answer.json["error"]

    hidden = refused({"targets": ["company"], "existing": {"company": company["id"]}})
    missing = refused({"targets": ["company"], "existing": {"company": 999999}})
    assert hidden == missing, "another's record is as absent as one that is not there"
    assert refused({"targets": ["company"], "existing": {"company": person["id"]}})["fields"].keys() == {
        "existing.company"
    }
    needed = refused({"targets": ["contact", "company"]})
    assert needed["fields"]["contact.name"][0]["code"] == "required", needed
    assert refused({"targets": ["castle"]})["fields"]["targets"][0]["code"] == "unknown_target"
    assert refused({"targets": "deal"})["fields"]["targets"][0]["code"] == "invalid_type"
    assert refused({"tragets": ["deal"]})["fields"]["tragets"][0]["code"] == "unknown_field"
    assert (
        refused({"targets": ["deal"], "existing": {"company": person["id"]}})["fields"]["targets"][0]["code"]
        == "not_chosen"
    )
    wrong = refused({"targets": ["deal"], "values": {"deal": {"value": "mucho", "nope": 1}}})
    assert set(wrong["fields"]) == {"deal.value", "deal.nope"}
    stale = refused({"targets": ["deal"], "versions": {"lead": 77}})
    assert stale["fields"]["versions.lead"][0]["code"] == "changed_meanwhile"
    with installation.session() as session:
        session.execute(
            sa.text("UPDATE core_grant SET scope = 0 WHERE resource = 'deals' AND action = 'create'")
        )
        from core.api import forget

        forget(session)
        session.commit()
    wanted = {"targets": ["contact", "deal"], "values": {"contact": {"name": "A"}}}
    assert refused(wanted, status=403)["code"] == "forbidden"
    with installation.session() as session:
        assert session.scalar(sa.select(sa.func.count(Conversion.id))) == 0
        assert session.scalar(sa.select(sa.func.count(Client.id))) == 2
    assert ana.get(f"/leads/{lead}")["version"] == 1
    asked = {"targets": ["contact"], "values": {"contact": {"name": "Alguien"}}}
    first = ana("POST", f"/leads/{lead}/convert", asked, Idempotency_Key="k1")
    again = ana("POST", f"/leads/{lead}/convert", asked, Idempotency_Key="k1")
    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"


def test_attributes_find_a_place_or_stay(desk: Desk) -> None:
    for name, resources in (("Talla", ["leads"]), ("Color", ["leads", "deals"]), ("Piso", ["leads"])):
        desk.make("/attributes", name=name, type="text", resources=resources)
    desk = Desk(desk.installation)
    lead = desk.make("/leads", **LEAD, x_talla="M", x_color="azul", x_piso="3")["id"]
    shown = desk("POST", f"/leads/{lead}/preview-conversion", {"targets": ["company", "deal"]}).json
    assert {each["name"]: each["offers"] for each in shown["attributes"]} == {
        "x_talla": ["company", "deal"],
        "x_piso": ["company", "deal"],
    }
    done = desk.convert(lead, targets=["company", "deal"], attributes={"x_talla": ["company"], "x_piso": []})
    company, deal = desk.get(f"/clients/{done['company']['id']}"), desk.get(f"/deals/{done['deal']['id']}")
    assert company["x_talla"] == "M" and "x_piso" not in company
    assert deal["x_color"] == "azul" and "x_talla" not in deal
    assert desk.get(f"/leads/{lead}")["x_piso"] == "3"
    desk.make("/attributes", name="Régimen", type="text", resources=["clients"], required=True)
    desk.installation.user("ana@example.com")
    ana = Desk(desk.installation, "ana@example.com")
    other = ana.make("/leads", name="Otra", x_piso="4")["id"]
    parts = ana("POST", f"/leads/{other}/preview-conversion", {"targets": ["company"]}).json["targets"]
    asked = {each["field"]: each["required"] for part in parts for each in part["asked"]}
    assert asked["x_regimen"] is True
    needed = ana("POST", f"/leads/{other}/convert", {"targets": ["company"]})
    assert needed.json["error"]["fields"].keys() == {"company.x_regimen"}
    refused = ana(
        "POST", f"/leads/{other}/convert", {"targets": ["company"], "attributes": {"x_piso": ["company"]}}
    )
    assert refused.status_code == 403, refused.text
    given = {"targets": ["company"], "values": {"company": {"x_regimen": "común"}}}
    assert desk.get(f"/clients/{ana.convert(other, **given)['company']['id']}")["x_regimen"] == "común"


def test_the_short_way_is_a_setting_and_several_leads_of_one_client_are_one(desk: Desk) -> None:
    settings = desk.installation.browser()
    assert 'value="both_deal"' in settings.get("/settings/sections/leads").text
    assert settings.post("/settings/sections/leads", {"becomes": "both_deal"}).status_code == 302
    done = desk.convert(desk.make("/leads", **LEAD)["id"])
    assert done["contact"] and done["company"] and done["deal"]
    again = desk.convert(desk.make("/leads", **{**LEAD, "tags": ["otra"]})["id"])
    assert again["company"] == done["company"] and again["deal"] != done["deal"]
    person = desk.make("/leads", name="Luisa", kind="person", legal_name="Luisa, C.A.")["id"]
    made = desk.convert(person)
    assert desk.get(f"/clients/{made['company']['id']}")["name"] == "Luisa, C.A."
    assert desk.get(f"/clients/{made['contact']['id']}")["name"] == "Luisa"
