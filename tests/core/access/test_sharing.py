"""A record shown to somebody beyond their role, why they can see it, and rights that hold from the next request."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import sqlalchemy as sa

from core.access.models import Role, Share, Team
from core.access.teams import set_team
from core.records.models import History, Undo
from core.state import forget
from core.testing.installation import Installation

ANA, BETO, MIA, ADA = "ana@example.com", "beto@example.com", "mia@example.com", "admin@example.com"


class People:
    """Ana and Tito in the north that Mia leads, Beto alone in the south; the API in the name of each."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.api = installation.app.test_client()
        self.ids = {
            email: installation.user(email, name=email.split("@")[0].title(), roles=[role]).id
            for email, role in ((ANA, "salesperson"), (BETO, "salesperson"), (MIA, "manager"))
        }
        with installation.session() as session:
            north = Team()
            set_team(session, north, name="Norte", manager_id=self.ids[MIA], member_ids=[self.ids[ANA]])
            session.commit()
            self.north = north.id
        self.keys = {email: installation.token(email) for email in (ANA, BETO, MIA, ADA)}

    def asks(self, email: str, path: str, method: str = "GET", body: Any = None) -> Any:
        return self.api.open(f"/api/v1/{path}", method=method, json=body, headers=self.keys[email])

    def sees(self, email: str, lead: int) -> bool:
        return bool(self.asks(email, f"leads/{lead}").status_code == 200)

    def reasons(self, asker: str, lead: int, of: str) -> dict[str, tuple[bool, str]]:
        answer = self.asks(asker, f"leads/{lead}/access?user={of}")
        assert answer.status_code == 200, answer.text
        return {
            each["action"]: (each["allowed"], " ".join(each["reasons"])) for each in answer.json["actions"]
        }


def test_a_lead_is_shared_explained_and_taken_back(installation: Installation) -> None:
    people = People(installation)
    lead = people.asks(ANA, "leads", "POST", {"name": "La de Ana", "salesperson": ANA}).json["id"]
    other = people.asks(ANA, "leads", "POST", {"name": "Otra de Ana", "salesperson": ANA}).json["id"]
    assert not people.sees(BETO, lead)
    sees, told_why = people.reasons(ADA, lead, BETO)["view"]
    assert not sees and "Ana" in told_why

    shares = f"leads/{lead}/shares"
    assert people.asks(BETO, shares).status_code == 404, "like a missing one"
    made = people.asks(ANA, shares, "POST", {"user": people.ids[BETO]})
    assert made.status_code == 201 and made.json["user"]["name"] == "Beto" and not made.json["may_edit"]
    assert people.sees(BETO, lead) and not people.sees(BETO, other)
    assert people.asks(BETO, f"leads/{lead}", "PATCH", {"city": "Mérida"}).status_code == 403
    assert people.asks(BETO, shares).status_code == 403, "what is shared to one is not one’s to share"
    told = people.asks(BETO, "notifications").json["items"]
    assert any("La de Ana" in str(each) for each in told)
    beto = installation.browser(BETO)
    assert "La de Ana" in beto.get("/leads").text
    assert f'data-edit="/leads/{lead}' not in beto.get("/leads").text

    again = people.asks(ANA, shares, "POST", {"user": people.ids[BETO], "may_edit": True})
    assert again.json["id"] == made.json["id"] and again.json["may_edit"]
    assert people.asks(BETO, f"leads/{lead}", "PATCH", {"city": "Mérida"}).status_code == 200
    page = beto.post(f"/leads/{lead}/edit", {"name": "La de Ana", "notes": "vista por Beto", "version": "2"})
    assert page.status_code in (200, 204, 302, 303), page.text
    assert f'data-edit="/leads/{lead}' in beto.get("/leads").text
    for method, path, body in (
        ("DELETE", f"leads/{lead}", None),
        ("PATCH", f"leads/{lead}", {"salesperson": BETO}),
        ("POST", f"leads/{lead}/convert", {}),
    ):
        assert people.asks(BETO, path, method, body).status_code == 403, method
    why = people.reasons(ADA, lead, BETO)
    assert why["view"][0] and why["edit"][0]
    assert not any(why[action][0] for action in ("delete", "assign", "export", "convert"))
    assert people.asks(BETO, f"leads/{lead}/access?user={ANA}").status_code == 404, "not theirs to ask about"
    assert people.asks(BETO, f"leads/{lead}/access").json["user"]["name"] == "Beto"
    assert people.asks(MIA, f"leads/{lead}/access?user={people.ids[ANA]}").status_code == 200, "she leads Ana"

    ana = installation.browser(ANA)
    dialog = ana.get(f"/leads/{lead}/share").text
    assert "Beto" in dialog and f"/leads/{lead}/share/{made.json['id']}/remove" in dialog
    assert ana.post(f"/leads/{lead}/share", {"with": "person:987654"}).status_code == 422
    ana.post(f"/leads/{lead}/share/{made.json['id']}/remove")
    assert not people.sees(BETO, lead)
    assert people.asks(ANA, f"{shares}/{made.json['id']}", "DELETE").status_code == 404
    ana.post(f"/leads/{lead}/share", {"with": f"team:{people.north}", "may": "view"})
    beto_moves_in(installation, people)
    assert people.sees(BETO, lead), "from the next request"
    assert "Norte" in people.reasons(ADA, lead, BETO)["view"][1]
    with installation.session() as session:
        kept = session.scalars(sa.select(History.action).where(History.record_id == lead)).all()
        assert {"shared", "shared_to_edit", "unshared"} <= set(kept)
        session.rollback()
    installation.browser().post(f"/leads/{lead}/delete")
    with installation.session() as session:
        assert session.scalars(sa.select(Share)).all() == []


def beto_moves_in(installation: Installation, people: People) -> None:
    """Beto joins the north, where he may only see his own: what he sees more is by the share of the team."""
    with installation.session() as session:
        north = session.get(Team, people.north)
        assert north is not None
        members = [people.ids[ANA], people.ids[BETO]]
        set_team(session, north, name="Norte", manager_id=people.ids[MIA], member_ids=members)
        session.commit()


def test_who_converts_is_shipped_and_settable(installation: Installation) -> None:
    people = People(installation)
    leads = {
        email: people.asks(ADA, "leads", "POST", {"name": f"De {email}", "salesperson": email}).json["id"]
        for email in (ANA, BETO)
    }
    nobody = people.asks(ADA, "leads", "POST", {"name": "De nadie", "salesperson": None}).json["id"]
    for email, reached in ((ANA, {leads[ANA]}), (MIA, {leads[ANA]}), (ADA, {*leads.values(), nobody})):
        for lead in (*leads.values(), nobody):
            answers = people.reasons(ADA, lead, email)
            assert answers["convert"][0] == (lead in reached), (email, lead, answers)
            if people.sees(email, lead):
                page = installation.browser(email).get(f"/leads/{lead}/convert")
                assert page.status_code == (200 if lead in reached else 403)
    roles = {each["name"]: each for each in people.asks(ADA, "roles").json["items"]}
    assert roles["salesperson"]["grants"]["leads"]["convert"] == "own"
    assert roles["manager"]["grants"]["leads"]["convert"] == "team"
    at = f"roles/{roles['salesperson']['id']}"
    assert people.asks(ANA, at, "PATCH", {"grants": {"leads": {"convert": "all"}}}).status_code == 403
    for wrong in ({"grants": {"leads": {"fly": "all"}}}, {"statuses": {"leads": {"view": {"999": "own"}}}}):
        assert people.asks(ADA, at, "PATCH", wrong).status_code == 422
    with installation.session() as session:
        statuses = installation.house.lists["statuses"].model
        closed = session.scalars(sa.select(statuses.id).where(statuses.meaning == "converted")).one()
    body = {"statuses": {"leads": {"move": {str(closed): "none"}}}}
    assert people.asks(ADA, at, "PATCH", body).status_code == 200
    mine = people.asks(ANA, "leads", "POST", {"name": "Otra", "document_number": "J-30555666-1"}).json["id"]
    moved = people.asks(ANA, f"leads/{mine}", "PATCH", {"status": {"id": closed}})
    assert moved.status_code in (403, 422), "a closed status is closed"
    assert people.asks(ANA, f"leads/{mine}/convert", "POST", {}).status_code == 200, "closing is converting"
    people.asks(ADA, at, "PATCH", {"statuses": {"leads": {"edit": {"1": "none"}}}})
    answers = people.reasons(ADA, leads[ANA], ANA)
    assert not answers["edit"][0] and not answers["convert"][0], "converting needs editing"
    assert answers["view"][0] and answers["export"][0]
    people.asks(ADA, at, "PATCH", {"statuses": {"leads": {"edit": {"1": "inherit"}}}})
    assert people.reasons(ADA, leads[ANA], ANA)["convert"][0]
    changed = people.asks(ADA, at, "PATCH", {"grants": {"leads": {"convert": "none"}}})
    assert changed.json["grants"]["leads"]["convert"] == "none"
    assert not people.reasons(ADA, leads[ANA], ANA)["convert"][0]
    assert people.asks(ANA, f"leads/{leads[ANA]}/convert", "POST", {}).status_code == 403


def test_the_page_of_a_role_sets_single_statuses(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    with installation.session() as session:
        role = session.scalars(sa.select(Role.id).where(Role.name == "salesperson")).one()
    page = installation.browser()
    assert 'name="stage.leads.view.1"' in page.get(f"/settings/roles/{role}").text
    page.post(f"/settings/roles/{role}", {"stage.leads.view.1": "0", "stage.leads.move.2": "3"})
    key = installation.token()
    sheet = installation.app.test_client().get(f"/api/v1/roles/{role}", headers=key).json
    assert sheet["statuses"] == {"leads": {"view": {"1": "none"}, "move": {"2": "all"}}}
    assert sheet["grants"]["leads"]["view"] == "own", "what the form does not name stays"
    page.post(f"/settings/roles/{role}", {"stage.leads.view.1": "", "stage.leads.move.2": "7"})
    sheet = installation.app.test_client().get(f"/api/v1/roles/{role}", headers=key).json
    assert sheet["statuses"]["leads"]["view"] == {"1": "none"}, "what makes no sense changes nothing"


def test_another_process_takes_a_right_away(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    people = People(installation)
    lead = people.asks(ANA, "leads", "POST", {"name": "La de Ana"}).json["id"]
    assert people.sees(ANA, lead)
    for right, sees in (("leads.view=none", False), ("leads.view@1=own", True)):
        done = command(installation, "roles", "set", "salesperson", right)
        assert done.returncode == 0, done.stderr
        assert people.sees(ANA, lead) is sees, right
    told = command(installation, "access", "leads", str(lead), "--user", ANA)
    assert "La de Ana" in told.stdout and "\n  yes" in told.stdout and "\n  no " in told.stdout


def command(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    """The product's command in a process of its own."""
    environ = {**os.environ, "PROSPECTO_INSTANCE": str(installation.config.instance)}
    environ.pop("PROSPECTO_DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *words], env=environ, capture_output=True, text=True, timeout=60
    )


def test_a_share_comes_back_with_its_record_and_moves_in_a_merge(installation: Installation) -> None:
    people = People(installation)
    lead, other = (
        people.asks(ANA, "leads", "POST", {"name": name, "salesperson": ANA}).json["id"]
        for name in ("Una", "Otra")
    )
    assert people.asks(ANA, f"leads/{lead}/shares", "POST", {"user": people.ids[BETO]}).status_code == 201
    admin = installation.browser()
    admin.post(f"/leads/{lead}/delete")
    assert not people.sees(BETO, lead)
    with installation.session() as session:
        undo = session.scalars(sa.select(Undo.id)).one()
        forget(session)
        session.commit()
    assert people.asks(BETO, "leads").json["items"] == []
    admin.post(f"/undo/{undo}")
    assert people.sees(BETO, lead), "it came back with its record"
    merged = people.asks(ADA, "leads/merge", "POST", {"keep": other, "merge": [lead]})
    assert merged.status_code < 300, merged.text
    assert people.sees(BETO, other), "what was shared of it is now in the other"
