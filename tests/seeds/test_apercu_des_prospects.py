"""« Prospects : Aperçu » (S1), told as stories in French: ways in, statuses, conversion, who may convert, reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from core.access.models import Team
from core.access.teams import set_team
from core.testing.installation import ALL_APPS, Installation
from tests.seeds.test_prospectos import api, text_of

Install = Callable[..., Installation]
FRENCH = {"apps": ALL_APPS, "language": "fr", "country": "FR", "currency": "EUR", "zone": "Europe/Paris"}


def test_chaque_voie_mene_au_prospect_nouveau_ou_existant(install: Install) -> None:
    crm = install(**FRENCH)
    browser = crm.browser()

    # manuellement, par le bouton
    assert "Nouveau prospect" in text_of(browser.get("/leads").text)
    browser.post("/leads/new", {"name": "Boulangerie de l’Étoile", "phone_1": "01 40 20 50 50"})
    first = api(crm, "get", "leads?q=Étoile")["items"][0]["id"]

    # un modèle du fichier .csv, à télécharger, que l'import relit
    sample = browser.client.get("/leads/import/template.csv")
    assert sample.status_code == 200
    headers = next(csv.reader(io.StringIO(sample.data.decode("utf-8-sig"))))
    assert {"Nom", "E-mail"} <= set(headers)

    # formulaires en ligne : ce que le client remplit est enregistré dans un prospect nouveau
    form = api(
        crm, "post", "inquiries", kind="form", name="Léa Petit", email="lea@example.fr", message="Un devis"
    )
    assert [(each["resource"], each["is_new"]) for each in form["records"]] == [("leads", True)]

    # un appel, même manqué : numéro connu, le prospect existant ; inconnu, un nouveau
    known = api(crm, "post", "inquiries", kind="call", phone="+33 1 40 20 50 50", message="Appel manqué")
    assert known["attached"] and known["records"][0]["id"] == first
    unknown = api(crm, "post", "inquiries", kind="call", phone="01 40 20 51 51")
    assert unknown["records"][0]["is_new"]
    # un e-mail entrant de quelqu'un qui a un prospect ouvert n'en fait pas un second
    mail = api(crm, "post", "inquiries", kind="mail", email="LEA@example.fr", message="Et le délai ?")
    assert mail["attached"] and mail["records"][0]["id"] == form["records"][0]["id"]
    assert "Et le délai" in browser.get(f"/leads/{mail['records'][0]['id']}/timeline").text
    assert len(api(crm, "get", "leads")["items"]) == 3


@pytest.mark.parametrize("backend", ["sqlite"])
def test_le_manager_son_superviseur_et_l_administrateur_convertissent(install: Install) -> None:
    """Par défaut eux seuls ; un défectueux est pris en compte ; les rapports montrent l'efficacité de chacun."""
    crm = install(**FRENCH)
    ana = crm.user("ana@example.com", name="Ana Salas", language="fr")
    berta = crm.user("berta@example.com", roles=["manager"], name="Berta Gil", language="fr")
    crm.user("carlos@example.com", name="Carlos Ruiz", language="fr")
    with crm.session() as session:
        set_team(session, Team(), name="Centre", manager_id=berta.id, member_ids=[ana.id])
        session.commit()
    client = crm.app.test_client()

    def convert(who: str, **lead: str) -> int:
        made = api(crm, "post", "leads", salesperson=ana.id, **lead)["id"]
        answer = client.post(
            f"/api/v1/leads/{made}/convert",
            json={"targets": ["company", "deal"]},
            headers=crm.token(who),
        )
        return answer.status_code

    assert convert("ana@example.com", name="Un") == 200
    assert convert("berta@example.com", name="Deux") == 200
    assert convert("admin@example.com", name="Trois") == 200
    assert convert("carlos@example.com", name="Quatre") == 404

    # l'efficacité avec laquelle les managers travaillent, du prospect à la transaction conclue
    deals = api(crm, "get", "deals")["items"]
    stages = api(crm, "get", "lists/stages")["items"]
    won = next(each["id"] for each in stages if each["meaning"] == "won")
    api(crm, "patch", f"deals/{deals[0]['id']}", stage={"id": won}, value="1500")
    rows = api(crm, "get", "reports/salespeople?period=365d")["rows"]
    values = {row["label"]: row["values"] for row in rows}["Ana Salas"]
    assert (values["leads"], values["converted"], values["deals"], values["won"]) == (4, 3, 3, 1)
    assert 0 <= values["first_step"] < 0.1
    assert values["rate"] == pytest.approx(0.75) and values["won_value"] == {"EUR": "1500.00"}

    # les statuts se personnalisent ; le défectueux est compté, son motif aussi
    statuses = api(crm, "get", "lists/statuses")["items"]
    assert {"Nouveau", "En cours", "Traité", "Bon prospect", "Défectueux"} <= {
        each["name"] for each in statuses
    }
    bad = next(each["id"] for each in statuses if each["name"] == "Défectueux")
    reason = api(crm, "get", "lists/junk_reasons")["items"][0]
    open_lead = api(crm, "get", "leads?status=~open")["items"][0]["id"]
    api(crm, "patch", f"leads/{open_lead}", status=bad, junk_reason=reason["id"])
    told = api(crm, "get", "reports/leads-by-reason?period=365d")
    assert told["total"] is None or told["total"]["values"]["junk"] == 1
    funnel = api(crm, "get", "reports/lead-funnel?period=365d&by=salesperson")
    assert funnel["rows"][0]["values"]["junk"] == 1
