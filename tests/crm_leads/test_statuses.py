"""Statuses of leads: the reason for discarding at every door, reopening, and the time spent in each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.api import references_of
from core.testing.installation import Installation
from plugins.crm_leads.models import Lead, Passage


class Desk:
    """An installation with a lead in work, and the ids of its statuses and reasons by name."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.person = installation.browser()
        self.api = installation.app.test_client()
        self.headers = installation.token()
        self.lead = self.make(name="Farmacia Sol")
        self.person.get("/leads")

    def make(self, **body: Any) -> int:
        answer = self.api.post("/api/v1/leads", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])

    def id_of(self, name: str, of: str = "statuses") -> int:
        with self.installation.session() as session:
            item = references_of(session, self.installation.house).find(of, name)
            assert item is not None
            return item.id

    def told(self, lead: int | None = None) -> dict[str, Any]:
        return dict(self.api.get(f"/api/v1/leads/{lead or self.lead}", headers=self.headers).json)

    def patch(self, **body: Any) -> Any:
        return self.api.patch(f"/api/v1/leads/{self.lead}", json=body, headers=self.headers)

    def passages(self, lead: int | None = None) -> list[tuple[str, bool]]:
        """(status, whether the lead is still there) in order."""
        with self.installation.session() as session:
            names = {
                each.id: each.name
                for each in references_of(session, self.installation.house).items("statuses")
            }
            found = session.execute(
                sa.select(Passage.status_id, Passage.until)
                .where(Passage.lead_id == (lead or self.lead))
                .order_by(Passage.id)
            )
            return [(names[status_id], until is None) for status_id, until in found]


@pytest.fixture
def desk(installation: Installation) -> Desk:
    return Desk(installation)


DOORS = ["path", "inline", "cell", "form", "board", "bulk", "api"]


def discard(desk: Desk, door: str, reason: str = "") -> Any:
    """Ask for the status “Descalificado” through a door, with or without a reason."""
    status, lead = desk.id_of("Descalificado"), desk.lead
    why = str(desk.id_of(reason, "junk_reasons")) if reason else ""
    htmx = {"HX-Request": "true"}
    match door:
        case "path":
            return desk.person.post(f"/leads/{lead}/move", data={"status": status, "junk_reason": why})
        case "inline" | "cell":
            part = "field" if door == "inline" else "cell"
            asked = desk.person.post(f"/leads/{lead}/{part}/status", data={"status": status}, headers=htmx)
            if not why:
                return asked
            return desk.person.post(f"/leads/{lead}/move", data={"status": status, "junk_reason": why})
        case "form":
            body = {"name": "Farmacia Sol", "status": status, "junk_reason": why}
            return desk.person.post(f"/leads/{lead}/edit", data=body)
        case "board":
            if not why:
                return desk.person.post(f"/leads/{lead}/drop", data={"status": status})
            return desk.person.post(
                f"/leads/{lead}/move?to=list&from=look%3Dboard", data={"status": status, "junk_reason": why}
            )
        case "bulk":
            body = {"action": "status", "id": lead, "sure": "y", "status": status, "junk_reason": why}
            return desk.person.post("/leads/bulk", data=body)
    return desk.patch(status="Descalificado", **({"junk_reason": reason} if reason else {}))


@pytest.mark.parametrize("door", DOORS)
def test_every_door_asks_why_a_lead_is_discarded(desk: Desk, door: str) -> None:
    answer = discard(desk, door)
    assert answer.status_code < 500, answer.text
    assert desk.told()["status"]["name"] == "Nuevo"
    told = answer.text + answer.headers.get("HX-Trigger", "")
    assert "junk_reason" in told or "/move?status=" in told
    answer = discard(desk, door, "No contesta")
    assert answer.status_code < 400, answer.text
    lead = desk.told()
    assert (lead["status"]["name"], lead["junk_reason"]["name"]) == ("Descalificado", "No contesta")


def test_the_api_says_which_field_lacks(desk: Desk) -> None:
    answer = desk.patch(status="No Interesado")
    assert answer.status_code == 422
    assert list(answer.json["error"]["fields"]) == ["junk_reason"]
    new = desk.api.post(
        "/api/v1/leads", json={"name": "Otro", "status": "No Interesado"}, headers=desk.headers
    )
    assert new.status_code == 422 and list(new.json["error"]["fields"]) == ["junk_reason"]


def test_a_reason_belongs_to_a_discarded_lead_only(desk: Desk) -> None:
    answer = desk.patch(junk_reason="Duplicado")
    assert answer.status_code == 422 and list(answer.json["error"]["fields"]) == ["junk_reason"]
    assert (
        desk.patch(status="No Interesado", junk_reason="Duplicado", junk_note="dos veces").status_code == 200
    )
    assert desk.patch(junk_reason=None).status_code == 422
    assert desk.patch(name="Farmacia Luna").status_code == 200
    assert desk.patch(status="Nuevo").status_code == 200
    lead = desk.told()
    assert lead["junk_reason"] is None and lead["junk_note"] is None


def test_an_import_is_never_refused_for_want_of_a_reason(desk: Desk) -> None:
    from core.resources.context import write_context
    from core.resources.write import check_draft, read_draft, write_drafts

    installation = desk.installation
    with installation.session() as session:
        context = write_context(session, installation.house, session.info["actor"], "import", lenient=True)
        leads = installation.house.resources["leads"]
        rows: list[dict[str, Any]] = [
            {"name": "A", "status": "Descalificado"},
            {"name": "B", "status": "Descalificado", "junk_reason": "Duplicado"},
            {"name": "C", "status": "Nuevo", "junk_reason": "Duplicado"},
        ]
        drafts = [read_draft(leads, row, context) for row in rows]
        for draft in drafts:
            check_draft(draft, context)
            assert not draft.problems
        ids = [record.id for record in write_drafts(drafts, context)]
        session.commit()
    reasons = [desk.told(id)["junk_reason"] for id in ids]
    assert [reason and reason["name"] for reason in reasons] == ["Sin indicar", "Duplicado", None]
    assert [desk.passages(id) for id in ids] == [
        [("Descalificado", True)],
        [("Descalificado", True)],
        [("Nuevo", True)],
    ]


def test_reasons_are_filtered_shown_and_counted(desk: Desk) -> None:
    desk.patch(status="Descalificado", junk_reason="Duplicado")
    reason = desk.id_of("Duplicado", "junk_reasons")
    page = desk.person.get(f"/leads?junk_reason={reason}&columns=junk_reason").text
    assert "Farmacia Sol" in page and "Duplicado" in page
    assert "Farmacia Sol" not in desk.person.get("/leads?junk_reason=~empty").text
    assert "Duplicado" in desk.person.get(f"/leads/{desk.lead}").text


@pytest.mark.parametrize("door", ["page", "api", "bulk"])
def test_a_discarded_lead_returns_to_the_status_it_had(desk: Desk, door: str) -> None:
    desk.patch(status="Procesado")
    desk.patch(status="Descalificado", junk_reason="Duplicado")
    desk.patch(status="No Interesado")
    if door == "page":
        assert f"/leads/{desk.lead}/do/reopen" in desk.person.get(f"/leads/{desk.lead}").text
        desk.person.post(f"/leads/{desk.lead}/do/reopen")
    elif door == "api":
        answer = desk.api.post(f"/api/v1/leads/{desk.lead}/reopen", headers=desk.headers)
        assert answer.status_code == 200 and answer.json["status"]["name"] == "Procesado", answer.text
        assert answer.json == desk.told()  # the whole record, its addresses and contact persons too
    else:
        desk.person.post("/leads/bulk", data={"action": "press:reopen", "id": desk.lead})
    lead = desk.told()
    assert lead["status"]["name"] == "Procesado" and lead["junk_reason"] is None
    assert f"/leads/{desk.lead}/do/reopen" not in desk.person.get(f"/leads/{desk.lead}").text
    story = desk.person.get(f"/leads/{desk.lead}/timeline").text
    assert "Duplicado" in story  # what the reason was is still told
    again = desk.api.post(f"/api/v1/leads/{desk.lead}/reopen", headers=desk.headers)
    assert again.status_code == 200 and again.json["version"] == lead["version"]


def test_reopening_is_undone_with_its_reason(desk: Desk) -> None:
    desk.patch(status="Descalificado", junk_reason="Duplicado", junk_note="dos veces")
    page = desk.person.post(f"/leads/{desk.lead}/do/reopen", follow_redirects=True).text
    undo = page.split('data-undo="')[1].split('"')[0] if 'data-undo="' in page else ""
    assert undo
    desk.person.post(undo)
    lead = desk.told()
    assert lead["status"]["name"] == "Descalificado"
    assert (lead["junk_reason"]["name"], lead["junk_note"]) == ("Duplicado", "dos veces")


def test_bulk_discarding_is_undone(desk: Desk) -> None:
    other = desk.make(name="Otro")
    status, why = desk.id_of("Descalificado"), desk.id_of("Duplicado", "junk_reasons")
    body = {"action": "status", "id": [desk.lead, other], "sure": "y", "status": status, "junk_reason": why}
    page = desk.person.post("/leads/bulk", data=body, follow_redirects=True).text
    assert desk.told(other)["junk_reason"]["name"] == "Duplicado"
    desk.person.post(page.split('data-undo="')[1].split('"')[0])
    for id in (desk.lead, other):
        assert desk.told(id)["status"]["name"] == "Nuevo" and desk.told(id)["junk_reason"] is None


def test_time_in_each_status_is_kept_whatever_the_door(desk: Desk) -> None:
    assert desk.passages() == [("Nuevo", True)]
    desk.patch(status="En Gestión")
    desk.person.post(f"/leads/{desk.lead}/drop", data={"status": desk.id_of("Procesado")})
    desk.patch(phone_1="0414-555.12.34")
    desk.patch(status="Procesado")
    desk.api.post(f"/api/v1/leads/{desk.lead}/convert", headers=desk.headers)
    assert desk.passages() == [
        ("Nuevo", False),
        ("En Gestión", False),
        ("Procesado", False),
        ("Cliente", True),
    ]


def test_the_time_of_a_status_that_is_replaced_goes_to_its_replacement(desk: Desk) -> None:
    desk.patch(status="En Gestión")
    with desk.installation.session() as session:
        for each in session.scalars(sa.select(Passage)):
            each.since -= timedelta(days=4)
            if each.until is not None:
                each.until -= timedelta(days=2)
        session.commit()
    gone, kept = desk.id_of("Nuevo"), desk.id_of("En Gestión")
    answer = desk.person.post(
        f"/settings/lists/statuses/{gone}/delete", data={"replacement": kept, "sure": "y"}
    )
    assert answer.status_code < 400, answer.text
    assert desk.passages() == [("En Gestión", False), ("En Gestión", True)]
    with desk.installation.session() as session:
        from plugins.crm_leads.passages import PASSAGES

        spent = PASSAGES.spent(session, session.get_one(Lead, desk.lead))
        assert spent[kept].days == 6


def test_the_reason_is_asked_for_only_where_a_lead_is_discarded(sqlite_installation: Installation) -> None:
    browser, headers = sqlite_installation.browser(), sqlite_installation.token()
    made = browser.client.post("/api/v1/leads", json={"name": "Farmacia Sol"}, headers=headers).json
    at = f"/leads/{made['id']}"
    assert "junk_reason" not in browser.get(at).text
    assert 'name="junk_reason"' not in browser.get(f"{at}/edit").text
    assert 'name="junk_reason"' not in browser.get("/leads/new").text
    lists = browser.client.get("/api/v1/lists/statuses", headers=headers).json["items"]
    status = next(each["id"] for each in lists if each["meaning"] == "junk")
    # chosen in the form all the same, it is asked for where it is missing
    answer = browser.post(f"{at}/edit", {"name": "Farmacia Sol", "status": str(status)})
    assert answer.status_code == 422 and 'name="junk_reason"' in answer.text
    reasons = browser.client.get("/api/v1/lists/junk_reasons", headers=headers).json["items"]
    sent = {"name": "Farmacia Sol", "status": str(status), "junk_reason": str(reasons[0]["id"])}
    assert browser.post(f"{at}/edit", sent).status_code in (302, 303)
    assert "junk_reason" in browser.get(at).text
    assert 'name="junk_reason"' in browser.get(f"{at}/edit").text
