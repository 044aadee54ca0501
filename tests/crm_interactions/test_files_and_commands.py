"""Interactions brought by a file and taken out into one, deleted many at once, and by the command."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from core.cli import main
from core.testing.installation import Installation
from tests.core.resources.test_budgets import BUDGETS, counting
from tests.crm_interactions.conftest import ANA, BETO, Desk


def run(installation: Installation, *words: str) -> Any:
    config = installation.config
    environ = {"PROSPECTO_INSTANCE": str(config.instance), "PROSPECTO_DATABASE_URL": config.database_url}
    return CliRunner(env=environ).invoke(main, words)


def test_by_file_and_by_command(desk: Desk, tmp_path: Path) -> None:
    lead = desk.make("leads", ANA, name="Rosa Pérez", document_type="RIF", document_number="J-11721484-1")[
        "id"
    ]
    other = desk.make("leads", BETO, name="Pedro Gil")["id"]
    client = desk.make("clients", ANA, name="Rosa Pérez")["id"]
    file = tmp_path / "calls.csv"
    rows = [
        ("Registro", "Tipo", "Asunto", "Fecha", "Minutos"),
        (f"Leads #{lead}", "Llamada", "First", "2026-01-05 10:00", "5"),
        ("J-11721484-1", "Nota", "By document", "2026-01-06 10:00", ""),
        (f"Lead: Rosa Pérez #{lead}", "Visita", "By name and number", "2026-01-07 10:00", ""),
        ("Rosa Pérez", "Nota", "Two are called so", "2026-01-08 10:00", ""),
        (f"Leads #{other}", "Nota", "Another's", "2026-01-08 10:00", ""),
        ("", "Nota", "Of nothing", "2026-01-08 10:00", ""),
        (f"Leads #{lead}", "Nota", "Ahead", "2046-01-08 10:00", ""),
    ]
    with file.open("w", newline="", encoding="utf-8") as text:
        csv.writer(text).writerows(rows)
    installation = desk.installation
    done = run(installation, "import", "interactions", str(file), "--user", ANA, "--json")
    told = json.loads(done.output)
    assert told["created"] == {"interactions": 3}, done.output
    found = desk.ask("GET", f"leads/{lead}/interactions?sort=at", ANA, 200)["items"]
    assert [each["subject"] for each in found] == ["First", "By document", "By name and number"]
    assert desk.ask("GET", f"leads/{lead}", ANA)["first_touch"].startswith("2026-01-05T14:00")
    desk.make("interactions", ANA, record={"resource": "clients", "id": client}, subject="Of the client")

    # out again, and back as it was
    out = tmp_path / "out.csv"
    assert run(installation, "export", "interactions", str(out), "--user", ANA).exit_code == 0
    with out.open(encoding="utf-8-sig", newline="") as text:
        taken = list(csv.DictReader(text))
    records = {each["Subject"]: each["Record"] for each in taken}
    assert len(taken) == 4 and records["First"] == f"Lead: Rosa Pérez #{lead}"
    assert records["Of the client"] == f"Client: Rosa Pérez #{client}"
    out.write_text(out.read_text(encoding="utf-8-sig").replace("First", "Changed"), encoding="utf-8")
    again = json.loads(run(installation, "import", "interactions", str(out), "--user", ANA, "--json").output)
    assert (again["created"], again["duplicates"]) == ({"interactions": 1}, 3), (
        "a row that is known is passed over"
    )

    # the command
    made = run(
        installation, "interactions", "add", f"leads/{lead}", "--text", "Sent it", "--user", ANA, "--json"
    )
    (one,) = json.loads(made.output)
    assert one["record"]["id"] == lead and one["person"]["email"] == ANA and one["subject"] == "Sent it"
    listed = run(
        installation, "interactions", "list", "--record", "leads", "--limit", "1", "--user", ANA, "--json"
    )
    assert [each["id"] for each in json.loads(listed.output)] == [one["id"]]
    for words in (("add", f"leads/{lead}", "--user", BETO), ("delete", str(one["id"]), "--user", BETO)):
        refused = run(installation, "interactions", *words)
        assert refused.exit_code == 2 and "There is no" in refused.output, refused.output
    assert run(installation, "interactions", "delete", str(one["id"]), "--user", ANA).exit_code == 0

    # a page: the list with its links, many deleted at one press, and brought back
    browser = installation.browser(ANA)
    page = browser.get("/interactions").text
    assert f'href="/leads/{lead}"' in page and "Pedro Gil" not in page
    assert browser.get("/interactions/choose-record?q=rosa").text.count('role="option"') == 2
    assert "Pedro" not in browser.get("/interactions/choose-record?q=pedro").text.replace("called pedro", "")
    for path in (each for each in BUDGETS if "/interactions" in each):
        address, headers = path.replace("{id}", str(found[0]["id"])), desk.key(ANA)
        for _time in range(2):
            with counting(installation) as said:
                asked = desk.api.get(address, headers=headers) if "/api/" in path else browser.get(address)
        assert asked.status_code == 200
        asked_for = [
            each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))
        ]
        assert len(asked_for) <= BUDGETS[path], (path, len(asked_for), "\n".join(asked_for))
    everything = {"action": "delete", "sure": "y", "all": "1", "query": "record=leads"}
    assert browser.post("/interactions/bulk", everything).status_code in (200, 204, 302)
    assert desk.ask("GET", f"leads/{lead}/interactions", ANA, 200)["items"] == []
    assert desk.ask("GET", f"leads/{lead}", ANA)["last_touch"] is None
