"""What lies beside a record goes where it goes: converted, merged, deleted, and each of them taken back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.host.lifecycle import disable, enable, uninstall
from core.records.models import Attachment, Undo
from core.testing.installation import ALL_APPS
from plugins.crm_interactions.models import Interaction, Mention, Participant
from plugins.crm_leads.models import Lead
from tests.crm_interactions.conftest import Desk
from tests.fixtures_app import Installer


def lying(desk: Desk) -> dict[str, Any]:
    """Where everything is, as the database has it."""
    with desk.installation.session() as session:
        rows = session.execute(sa.select(Interaction.subject, Interaction.resource, Interaction.record_id))
        files = session.execute(sa.select(Attachment.name, Attachment.resource, Attachment.record_id))
        return {
            "interactions": {subject: (resource, id) for subject, resource, id in rows},
            "files": {name: (resource, id) for name, resource, id in files},
            "participants": sorted(session.scalars(sa.select(Participant.name))),
            "mentions": session.scalar(sa.select(sa.func.count()).select_from(Mention)),
        }


def found(desk: Desk, words: str) -> int:
    return len(desk.ask("GET", f"interactions?q={words}", status=200)["items"])


def content(browser: Any, path: str) -> bytes:
    with browser.get(path) as answer:
        return bytes(answer.data)


def take_back_last(desk: Desk, browser: Any) -> None:
    with desk.installation.session() as session:
        last = session.scalar(sa.select(sa.func.max(Undo.id)))
    assert browser.post(f"/undo/{last}").status_code in (204, 302)


def test_converted_merged_deleted_and_back(desk: Desk) -> None:
    browser = desk.installation.browser()
    first, second = (
        desk.make("leads", name=name, contact_email="rosa@example.com")["id"] for name in ("Rosa", "Rosita")
    )
    now = datetime.now(UTC).replace(microsecond=0)
    ids = {}
    for lead, subject, days in ((first, "Zaragoza", 4), (first, "Pamplona", 2), (second, "Valencia", 1)):
        place = {"resource": "leads", "id": lead}
        made = desk.make(
            "interactions",
            record=place,
            subject=subject,
            text="@Ada look",
            at=(now - timedelta(days=days)).isoformat(),
            participants=[{"name": subject}],
        )
        ids[subject] = made["id"]
    sent = {"file": (io.BytesIO(b"offer"), "offer.txt")}
    answer = browser.post(f"/interactions/{ids['Zaragoza']}/files", sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    stranger = desk.installation.browser("ana@example.com")
    with desk.installation.session() as session:
        path = f"/interactions/{ids['Zaragoza']}/files/{session.scalar(sa.select(Attachment.id))}"
    assert content(browser, path) == b"offer" and stranger.get(path).status_code == 404
    before = lying(desk)
    assert before["mentions"] == 3 and before["files"] == {"offer.txt": ("interactions", ids["Zaragoza"])}

    def touches(resource: str, id: int) -> list[Any]:
        told = desk.ask("GET", f"{resource}/{id}", status=200)
        moments = [told.get("first_touch"), told.get("last_touch")]
        return [each and (now - datetime.fromisoformat(each)).days for each in moments]

    assert touches("leads", first) == [4, 2] and touches("leads", second) == [1, 1]

    # converted: they go on with the client, the lead keeps when it was first answered
    done = desk.ask("POST", f"leads/{first}/convert", status=200, targets=["contact"])
    client = done["contact"]["id"]
    assert lying(desk)["interactions"]["Zaragoza"] == ("clients", client)
    assert touches("clients", client)[1] == 2 and touches("leads", first)[0] == 4
    desk.ask("POST", f"conversions/{done['conversion']['id']}/undo", status=200)
    assert lying(desk) == before and touches("leads", first) == [4, 2]

    # merged, and parted again
    merged = desk.ask("POST", "leads/merge", status=200, keep=second, merge=[first])["merge"]["id"]
    assert {*lying(desk)["interactions"].values()} == {("leads", second)} and touches("leads", second) == [
        4,
        1,
    ]
    assert desk.ask("POST", f"merges/{merged}/undo", status=200)["left"] == []
    assert lying(desk) == before
    assert touches("leads", first) == [4, 2] and touches("leads", second) == [1, 1]

    # deleted, and brought back: with participants, files, and found by search
    assert found(desk, "zaragoza") == 1
    assert browser.post(f"/leads/{first}/delete").status_code == 302
    gone = lying(desk)
    assert list(gone["interactions"]) == ["Valencia"] and not gone["files"] and found(desk, "zaragoza") == 0
    take_back_last(desk, browser)
    assert lying(desk) == before and found(desk, "zaragoza") == 1
    assert content(browser, path) == b"offer"
    assert browser.post(f"/interactions/{ids['Zaragoza']}/delete").status_code == 302
    assert touches("leads", first) == [2, 2]
    take_back_last(desk, browser)
    assert lying(desk) == before and touches("leads", first) == [4, 2]


def test_the_app_is_switched_off_taken_away_and_comes_again(install: Installer) -> None:
    installation = install(apps=ALL_APPS)
    desk = Desk(installation)
    lead = desk.make("leads", name="Rosa")["id"]
    desk.make("interactions", record={"resource": "leads", "id": lead}, text="Zaragoza")
    other = desk.make("leads", name="Rosita")["id"]
    desk.make("interactions", record={"resource": "leads", "id": other}, text="Pamplona")
    browser = installation.browser()
    assert (
        "/interactions" in browser.get("/leads").text
        and "untouched" in browser.get("/leads?add=untouched").text
    )

    disable(installation.config, "crm_interactions")
    told = desk.ask("GET", f"leads/{lead}", status=200)
    assert "last_touch" not in told and told["name"] == "Rosa" and told["version"] == 1
    assert "/interactions" not in browser.get("/leads").text
    assert "untouched" not in browser.get("/leads?add=untouched").text
    for path in ("interactions", f"leads/{lead}/interactions"):
        desk.ask("GET", path, status=404)
    assert browser.get("/interactions").status_code == 404
    desk.ask("POST", "leads/merge", status=200, keep=lead, merge=[other])

    enable(installation.config, "crm_interactions")
    assert desk.ask("GET", f"leads/{lead}")["last_touch"]
    assert len(desk.ask("GET", f"leads/{lead}/interactions", status=200)["items"]) == 2

    disable(installation.config, "crm_interactions")
    outcome = uninstall(installation.config, "crm_interactions", typed_name="crm_interactions")
    assert outcome.export is not None and outcome.export.exists()
    with installation.session() as session:
        assert not [
            each for each in sa.inspect(session.connection()).get_table_names() if "interaction" in each
        ]
        assert session.get_one(Lead, lead).last_touch_at is not None
    enable(installation.config, "crm_interactions")
    told = desk.ask("GET", f"leads/{lead}", status=200)
    assert told["last_touch"] is None is told["first_touch"], "what it told of is gone"
    made = desk.make("interactions", record={"resource": "leads", "id": lead}, text="Anew")
    assert desk.ask("GET", f"leads/{lead}")["last_touch"] == made["at"]
