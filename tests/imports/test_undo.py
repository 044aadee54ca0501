"""An import is taken back: what it made goes, what it changed comes back, what somebody touched since stays."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import engine_for
from core.imports.models import ImportChange, ImportRow
from core.records.models import History
from core.testing.installation import ADMIN, Installation
from tests.imports.conftest import Command, Wizard
from tests.imports.made import as_csv, document, many, ve_file
from tests.imports.test_resume import _run, _wait, start_worker  # noqa: F401

HEAD = ("Nombre", "RIF", "Ciudad", "Notas", "Etiquetas")


def test_what_was_made_is_removed_and_the_file_comes_in_again(
    installation: Installation, wizard: Wizard
) -> None:
    wizard.upload("leads", ve_file())
    wizard.check()
    first = wizard.figures(wizard.run().text)
    assert f"{wizard.at}/undo" in wizard.browser.get(wizard.at).text
    assert wizard.figures(wizard.browser.get(f"{wizard.at}/undo").text) == [8, 0, 0]
    assert _count(installation, "leads") == 7
    wizard.browser.post(f"{wizard.at}/undo")
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [8, 0, 0]
    assert (_count(installation, "leads"), _count(installation, "clients")) == (0, 0)
    assert _run(installation, _id(wizard)).undone_at is not None
    with installation.session() as session:
        gone = session.scalars(sa.select(History.source).where(History.action == "deleted")).all()
        assert gone == ["import"] * 8
    assert (
        "Acolchada"
        not in wizard.browser.get("/leads?q=acolchada").text.split("<main")[1].split('id="rows"')[-1]
    )
    wizard.browser.post(f"{wizard.at}/undo")  # a second press does nothing
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [8, 0, 0]
    wizard.upload("leads", ve_file())
    wizard.check()
    assert wizard.figures(wizard.run().text) == first


def test_what_was_changed_comes_back_field_by_field(installation: Installation, wizard: Wizard) -> None:
    rows = [(f"Empresa {n}", document(30222000 + n), "", f"nota {n}", "vieja") for n in range(4)]
    _bring(wizard, [HEAD, *rows])
    model = installation.house.resources["leads"].model
    newer = [(f"Empresa {n} nueva", row[1], "Mérida", f"otra {n}", "nueva") for n, row in enumerate(rows)]
    _bring(wizard, [HEAD, *newer, ("Quinta", document(30222999), "Coro", "", "")], duplicates="update")
    with installation.session() as session:
        assert session.query(ImportChange).count() == 4
        ids = dict(session.execute(sa.select(model.name, model.id)).tuples().all())
    _edit(installation, ids["Empresa 1 nueva"], city="Valencia")
    _edit(installation, ids["Quinta"], city="Punto Fijo")
    with installation.session() as session:
        session.delete(session.get_one(model, ids["Empresa 2 nueva"]))
        session.commit()

    page = wizard.browser.get(f"{wizard.at}/undo").text
    assert wizard.figures(page) == [0, 2, 3]
    assert "Empresa 1 nueva" in page
    assert "Ada Admin" in page
    wizard.browser.post(f"{wizard.at}/undo")
    page = wizard.browser.get(wizard.at).text
    assert wizard.figures(page) == [0, 2, 3]
    assert "Ciudad" in page
    with installation.session() as session:
        found = {(each.name, each.city, each.notes) for each in session.scalars(sa.select(model))}
    assert found == {
        ("Empresa 0", None, "nota 0"),
        ("Empresa 1", "Valencia", "nota 1"),  # the city that somebody wrote since stays
        ("Empresa 3", None, "nota 3"),
        ("Quinta", "Punto Fijo", None),
    }
    client, headers = installation.app.test_client(), installation.token()
    assert client.get(f"/api/v1/leads/{ids['Empresa 0 nueva']}", headers=headers).json["tags"] == ["vieja"]


def test_what_was_filled_in_is_emptied_again(installation: Installation, wizard: Wizard) -> None:
    number = document(30333000)
    _bring(wizard, [HEAD, ("Ávila", number, "", "mía", "")])
    _bring(wizard, [HEAD, ("Otra", number, "Mérida", "suya", "")], duplicates="fill")
    wizard.browser.post(f"{wizard.at}/undo")
    with installation.session() as session:
        lead = session.scalars(sa.select(installation.house.resources["leads"].model)).one()
        assert (lead.name, lead.city, lead.notes) == ("Ávila", None, "mía")


def test_a_large_import_is_taken_back_though_its_worker_is_killed(
    installation: Installation,
    wizard: Wizard,
    start_worker: Callable[[], subprocess.Popen[bytes]],  # noqa: F811
) -> None:
    count = 3000
    wizard.upload("leads", many(count))
    wizard.check()
    worker = start_worker()
    id = _id(wizard)
    _wait(lambda: "HX-Redirect" in wizard.browser.get(f"{wizard.at}/watch").headers)
    wizard.run()
    _wait(lambda: _run(installation, id).state == "done")
    assert wizard.browser.post(f"{wizard.at}/undo").status_code == 302
    _wait(lambda: 0 < _outcomes(installation, id).get("removed", 0) < count)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert _run(installation, id).state == "undoing"
    start_worker()
    _wait(lambda: _run(installation, id).state == "undone")
    assert _outcomes(installation, id) == {"removed": count}
    assert _count(installation, "leads") == 0


def test_a_paused_import_stays_paused_when_its_worker_ends(
    installation: Installation,
    wizard: Wizard,
    command: Command,
    start_worker: Callable[[], subprocess.Popen[bytes]],  # noqa: F811
) -> None:
    count = 5000
    wizard.upload("leads", many(count))
    wizard.check()
    worker = start_worker()
    id = _id(wizard)
    _wait(lambda: "HX-Redirect" in wizard.browser.get(f"{wizard.at}/watch").headers)
    wizard.run()
    _wait(lambda: _run(installation, id).position > 0)
    client, headers = installation.app.test_client(), installation.token()
    asked = client.post(f"/api/v1/imports/{id}/pause", headers=headers)
    if asked.status_code == 409:
        return  # the worker was quicker than the word
    worker.send_signal(signal.SIGTERM)  # before it may have heard
    worker.wait()
    start_worker()
    _wait(lambda: client.get(f"/api/v1/imports/{id}", headers=headers).json["job"]["status"] == "paused")
    job = re.search(r"/jobs/(\d+)", wizard.browser.get(wizard.at).text)
    assert job is not None
    assert "/resume" in wizard.browser.get(f"/jobs/{job[1]}").text
    at = _run(installation, id).position
    assert command(installation, "import", "resume", str(id)).returncode == 0
    _wait(lambda: _run(installation, id).state == "done")
    assert 0 < at <= count
    assert _run(installation, id).counts["created"] == {"leads": count}


def test_by_command_and_by_the_api(installation: Installation, wizard: Wizard, command: Command) -> None:
    installation.user("eva@example.com", roles=("salesperson",))
    _bring(wizard, [HEAD, ("Una", document(30444000), "", "", ""), ("Dos", document(30444001), "", "", "")])
    id = str(_id(wizard))
    assert command(installation, "import", "list", "--json")[0]["id"] == int(id)
    tried = command(installation, "import", "undo", id, "--dry-run", "--json")
    assert (tried["removes"], tried["touched"]) == ({"leads": 2}, 0)
    assert command(installation, "import", "undo", "999").returncode == 2
    assert command(installation, "import", "undo", id, "--user", "eva@example.com").returncode == 2
    assert command(installation, "import", "undo", id, "--json") == {"removed": 2, "restored": 0, "kept": 0}
    assert command(installation, "import", "pause", id).returncode == 2

    _bring(wizard, [HEAD, ("Una", document(30444000), "", "", "")])
    client, at = installation.app.test_client(), f"/api/v1/imports/{_id(wizard)}/undo"
    headers = installation.token()
    assert client.get(at, headers=headers).json["removes"] == {"leads": 1}
    assert client.post(at, headers=installation.token("eva@example.com")).status_code in (403, 404)
    assert client.post(at, headers=installation.token(read_only=True)).status_code == 403
    answer = client.post(at, headers=headers)
    assert (answer.status_code, answer.json["state"]) == (200, "undone")
    assert answer.json["undone"] == {"removed": 1, "restored": 0, "kept": 0}
    assert client.post(at, headers=headers).status_code == 409


def _bring(wizard: Wizard, rows: list[Any], **how: Any) -> None:
    wizard.upload("leads", as_csv(rows, ",").encode())
    wizard.check(**how)
    wizard.run()


def _edit(place: Installation, id: int, **values: Any) -> None:
    from core.resources.context import write_context
    from core.resources.write import change

    leads = place.house.resources["leads"]
    with place.session(ADMIN) as session:
        context = write_context(session, place.house, session.info["actor"])
        change(leads, session.get_one(leads.model, id), values, context)
        session.commit()


def _count(place: Installation, name: str) -> int:
    with place.session() as session:
        return session.query(place.house.resources[name].model).count()


def _outcomes(place: Installation, id: int) -> dict[str, int]:
    with Session(engine_for(place.config.database_url)) as session:
        rows = session.execute(
            sa.select(ImportRow.outcome, sa.func.count())
            .where(ImportRow.import_id == id)
            .group_by(ImportRow.outcome)
        )
        return dict(rows.tuples().all())


def _id(wizard: Wizard) -> int:
    return int(wizard.at.rpartition("/")[2])
