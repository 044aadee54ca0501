"""`prospecto assignment`: rules, absences and the log at the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli import main
from core.testing.installation import Installation
from tests.core.assignment.conftest import Desk


def test_rules_and_absences_at_the_command_line(
    sqlite_installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(sqlite_installation)
    monkeypatch.setenv("PROSPECTO_INSTANCE", str(sqlite_installation.config.instance))

    def run(*words: str, code: int = 0) -> str:
        answer = CliRunner().invoke(main, ["assignment", *words])
        assert answer.exit_code == code, answer.output
        assert code or answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer.stdout

    def told(*words: str) -> Any:
        return json.loads(run(*words, "--json"))

    run(
        "add",
        "leads",
        "Coro",
        "ana@example.com",
        "beto@example.com:2",
        "--where",
        "city=Coro",
        "--method",
        "capacity",
    )
    run("add", "leads", "Resto", "carla@example.com", "--door", "api")
    run("add", "leads", "Nadie", "nobody@example.com", code=2)
    run("add", "nothing", "Nada", "ana@example.com", code=2)
    coro, rest = told("rules")
    assert (coro["filter"], coro["people"][1]["weight"], rest["doors"]) == ("city=Coro", 2, ["api"])
    assert "Coro" in run("rules")
    desk.bring([{"name": "Uno", "city": "Coro"}, {"name": "Dos"}])
    assert [each["user"]["name"] for each in told("log", "--user", "carla@example.com")] == ["Carla"]
    assert "Uno" in run("log")
    tried = told("try", "leads")
    assert tried["records"] == 2 and not tried["left"]
    run("switch", str(rest["id"]), "off")
    assert "1 of 2 fit no rule." in run("try", "leads")
    run("switch", str(rest["id"]), "delete")
    run("switch", str(rest["id"]), "on", code=2)
    run("away", "ana@example.com", "2090-01-01", "2090-01-03", "--substitute", "beto@example.com")
    run("away", "ana@example.com", "2090-01-03", "2090-01-01", code=2)
    away = told("absences")[0]
    assert away["substitute"]["email"] == "beto@example.com" and "Ana" in run("absences")
    run("back", str(away["id"]))
    run("back", str(away["id"]), code=2)
