"""A conversion is taken back: the lead is what it was, what was made goes if nobody touched it, what stays is told."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from core.records.models import Attachment, Follower, History
from core.testing.installation import ALL_APPS, Installation
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import Deal
from plugins.crm_leads.models import Conversion, Lead, Passage
from tests.crm_leads.test_conversion_targets import LEAD, Desk

ALL = {"targets": ["contact", "company", "deal"]}


@pytest.fixture
def desk(install: Any) -> Desk:
    installation = install(apps=ALL_APPS)
    installation.user("ana@example.com")
    return Desk(installation, "ana@example.com")


def state(installation: Installation, lead_id: int) -> dict[str, Any]:
    """All that an undo has to bring back, as it is in the database."""
    with installation.session() as session:
        lead = session.get_one(Lead, lead_id)
        names = ("status_id", "status_since", "salesperson_id", "junk_reason_id", "junk_note", "converted_at")
        passages = session.execute(
            sa.select(Passage.status_id, Passage.since, Passage.until)
            .where(Passage.lead_id == lead_id)
            .order_by(Passage.id)
        ).all()
        files = session.scalars(
            sa.select(Attachment.name).where(Attachment.resource == "leads", Attachment.record_id == lead_id)
        ).all()
        found: dict[str, Any] = {name: getattr(lead, name) for name in names}
        return found | {"passages": [tuple(each) for each in passages], "files": sorted(files)}


def counts(installation: Installation) -> tuple[int, int]:
    with installation.session() as session:
        found = [session.scalar(sa.select(sa.func.count(model.id))) or 0 for model in (Client, Deal)]
        return found[0], found[1]


def attach(desk: Desk, path: str, name: str) -> None:
    sent = desk.installation.browser(desk.email)
    answer = sent.post(
        f"{path}/files", {"file": (io.BytesIO(b"x"), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code < 400, answer.text


def undo(desk: Desk, conversion: int) -> dict[str, Any]:
    answer = desk("POST", f"/conversions/{conversion}/undo")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def test_what_nobody_touched_is_as_if_it_had_never_been(desk: Desk) -> None:
    installation = desk.installation
    lead = desk.make("/leads", **LEAD)["id"]
    desk("PATCH", f"/leads/{lead}", {"status": "Descalificado", "junk_reason": "Sin presupuesto"})
    attach(desk, f"/leads/{lead}", "lista.txt")
    with installation.session() as session:
        ana = session.get_one(Lead, lead).salesperson_id
        session.merge(Follower(resource="leads", record_id=lead, user_id=ana))
        session.commit()
    before = state(installation, lead)
    done = desk.convert(lead, **ALL)
    after = state(installation, lead)
    assert after["junk_reason_id"] is None and after["files"] == [] and after["converted_at"] is not None
    with installation.session() as session:
        file = session.scalars(sa.select(Attachment)).one()
        assert (file.resource, file.record_id) == ("clients", done["company"]["id"])
        followed = sa.select(Follower.resource).where(Follower.user_id == ana).order_by(Follower.resource)
        assert set(session.scalars(followed)) == {"leads", "clients"}
    plan = desk.get(f"/conversions/{done['conversion']['id']}")
    assert [each["target"] for each in plan["removed"]] == ["company", "contact", "deal"], plan
    assert plan["staying"] == [] and plan["undone_at"] is None and counts(installation) == (2, 1)
    undone = undo(desk, done["conversion"]["id"])
    assert [each["target"] for each in undone["removed"]] == ["company", "contact", "deal"]
    assert undone["undone_at"] and undone["records"] == {}
    assert undo(desk, done["conversion"]["id"]) == undone, "asked again, the same answer"
    assert state(installation, lead) == before
    assert counts(installation) == (0, 0)
    with installation.session() as session:
        told = session.scalars(
            sa.select(History.action)
            .where(History.resource == "leads", History.record_id == lead)
            .order_by(History.id)
        ).all()
        assert told[-2:] == ["converted", "conversion_undone"]
    again = desk.convert(lead, **ALL)
    assert again["conversion"] != done["conversion"] and counts(installation) == (2, 1)
    assert undo(desk, done["conversion"]["id"]) == undone, "the old one stays what it was"
    assert counts(installation) == (2, 1)
    undo(desk, again["conversion"]["id"])
    assert state(installation, lead) == before and counts(installation) == (0, 0)


def test_what_was_touched_stays_and_says_why(desk: Desk) -> None:
    installation = desk.installation
    lead = desk.make("/leads", **LEAD)["id"]
    done = desk.convert(lead, **ALL)
    company, contact, deal = (done[name]["id"] for name in ("company", "contact", "deal"))
    attach(desk, f"/clients/{contact}", "nuevo.txt")
    other = desk.make("/deals", title="Otra", client=company)
    undone = undo(desk, done["conversion"]["id"])
    assert [each["target"] for each in undone["removed"]] == ["deal"]
    why = {each["target"]: each["why"] for each in undone["staying"]}
    assert set(why) == {"company", "contact"} and len(why["company"]) == 2, why
    assert "1" in why["contact"][0]
    assert desk("GET", f"/deals/{deal}").status_code == 404
    assert desk.get(f"/deals/{other['id']}")["client"]["id"] == company
    assert desk.get(f"/leads/{lead}")["status"]["name"] == "Nuevo"
    # into what stayed, and back again: its values return, except what somebody changed since
    desk("PATCH", f"/clients/{company}", {"email": None, "legal_name": None, "phone_1": None})
    existing = {"company": company, "contact": contact}
    done = desk.convert(
        lead, **ALL, existing=existing, values={"company": {"legal_name": "Doña Bárbara, C.A."}}
    )
    now = desk.get(f"/clients/{company}")
    assert (now["email"], now["phone_1"]) == (LEAD["email"], "0414-5551234")
    desk("PATCH", f"/clients/{company}", {"phone_1": "0212-5550000"})
    undone = undo(desk, done["conversion"]["id"])
    kept = {each["target"]: each for each in undone["staying"]}
    assert len(kept["company"]["restored"]) == 2 and len(kept["company"]["kept"]) == 1, kept
    now = desk.get(f"/clients/{company}")
    assert (now["email"], now["legal_name"], now["phone_1"]) == (None, None, "0212-5550000")
    assert counts(installation) == (2, 1)


def test_merged_deleted_or_anothers(desk: Desk) -> None:
    installation = desk.installation
    admin = Desk(installation)
    lead = desk.make("/leads", **LEAD)["id"]
    done = desk.convert(lead, targets=["company"])
    installation.user("berta@example.com")
    berta = Desk(installation, "berta@example.com")
    number = done["conversion"]["id"]
    hidden, missing = berta("POST", f"/conversions/{number}/undo"), berta("POST", "/conversions/99999/undo")
    assert hidden.status_code == missing.status_code == 404 and hidden.json == missing.json
    assert berta("GET", f"/conversions/{number}").json == missing.json
    known = admin.make("/clients", name="Otra farmacia", salesperson="ana@example.com")["id"]
    merged = admin("POST", "/clients/merge", {"keep": known, "merge": [done["company"]["id"]]})
    assert merged.status_code == 200, merged.text
    undone = undo(desk, number)
    assert undone["removed"] == [] and [each["id"] for each in undone["staying"]] == [known]
    assert desk.get(f"/leads/{lead}")["condition"] == "prospect"
    # what was made was deleted since: converting makes it anew
    done = desk.convert(lead, targets=["deal"])
    assert admin("DELETE", f"/deals/{done['deal']['id']}").status_code == 204
    again = desk.convert(lead, targets=["deal", "contact"])
    assert again["conversion"] != done["conversion"] and again["contact"]
    with installation.session() as session:
        held = sa.select(Conversion.id).where(Conversion.undone_at.is_(None))
        assert session.scalars(held).all() == [again["conversion"]["id"]]
        # a role without the right to convert cannot take back either
        session.execute(sa.text("UPDATE core_grant SET scope = 0 WHERE action = 'convert'"))
        from core.api import forget

        forget(session)
        session.commit()
    assert desk("POST", f"/conversions/{again['conversion']['id']}/undo").status_code == 403
    assert undo(admin, again["conversion"]["id"])["staying"] == []


def test_many_are_converted_and_taken_back_together(desk: Desk) -> None:
    """Two of them come to one client; the one that made it goes too, since only the others touched it."""
    from core.api import references_of, work_for, write_context
    from plugins.crm_leads.conversion.service import convert
    from plugins.crm_leads.conversion.undo import undo as take_back
    from plugins.crm_leads.conversion.wish import Wish

    installation = desk.installation
    admin = Desk(installation)
    numbers = ["J-11721484-1", "J-11721484-1", None]
    leads = []
    for place, number in enumerate(numbers):
        document = {"document_type": "RIF", "document_number": number} if number else {}
        name = {"name": f"Lead {place}", "phone_2": f"0212-555000{place}", "notes": "n" if place else None}
        leads.append(admin.make("/leads", **name, **document, email=f"e{place}@example.com")["id"])
    bad = admin.make("/leads", name="Mala")["id"]
    before = [state(installation, id) for id in leads]
    with installation.session("admin@example.com") as session:
        lead = session.get_one(Lead, bad)
        work_for(session, None)
        rif = references_of(session).find("document_types", "RIF")
        lead.document_type_id = rif.id if rif else None
        lead.document_number, lead.document_compact = "J-11721484-9", "J117214849"
        session.commit()
    with installation.session("admin@example.com") as session:
        context = write_context(session, installation.house, session.info["actor"])
        found = session.scalars(sa.select(Lead).order_by(Lead.id)).all()
        wish = Wish(("company", "deal"), match=("document",))
        outcomes = convert(context, [(each, wish) for each in found], batch="run:1")
        assert [each.ok for each in outcomes] == [True, True, True, False]
        assert outcomes[0].records["company"] == outcomes[1].records["company"]
        assert outcomes[3].problems[0].field.startswith("company.document")
        session.commit()
    assert counts(installation) == (2, 3)
    with installation.session("admin@example.com") as session:
        context = write_context(session, installation.house, session.info["actor"])
        held = session.scalars(sa.select(Conversion).where(Conversion.batch == "run:1")).all()
        assert all(
            each.is_done and not [one for one in each.staying if one.is_made]
            for each in take_back(context, held)
        )
        session.commit()
    assert counts(installation) == (0, 0)
    assert [state(installation, id) for id in leads] == before
