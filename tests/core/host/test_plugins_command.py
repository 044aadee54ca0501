"""`prospecto plugins`: the same operations without the page; `disable` imports no plugin at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli.plugins import plugins_group
from core.host.discovery import discover
from core.host.lifecycle import enable
from core.host.schema.draft import model_differences
from core.host.state import Standing


@pytest.fixture
def run(sqlite_workshop: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The command on this installation, where only its own plugins are found."""
    monkeypatch.setattr("core.cli.plugins.load_config", lambda: sqlite_workshop.config)

    def call(*words: str, input: str = "") -> Result:
        return CliRunner().invoke(plugins_group, words, input=input)

    return call


def test_an_app_is_switched_by_command(sqlite_workshop: Any, run: Any) -> None:
    sqlite_workshop.make("t_notes")
    listed = json.loads(run("list", "--json").output)
    assert [(each["name"], each["state"]) for each in listed] == [("t_notes", "discovered")]
    assert json.loads(run("enable", "t_notes", "--json").output) == {
        "plugins": ["t_notes"],
        "state": "enabled",
        "generation": sqlite_workshop.generation(),
    }
    assert run("enable", "t_notes").output == "Nothing to do.\n"
    assert run("disable", "t_notes").output == "disabled: t_notes\n"
    assert "t_notes" in run("list").output
    sqlite_workshop.rows("INSERT INTO t_notes_note (text) VALUES ('x')")
    wrong = run("uninstall", "t_notes", input="nonsense\n")
    assert wrong.exit_code == 2
    assert "t_notes_note: 1" in wrong.output
    assert sqlite_workshop.standing("t_notes") is Standing.DISABLED
    answer = json.loads(run("uninstall", "t_notes", "--yes", "--json").output)
    assert (answer["state"], answer["rows"]) == ("uninstalled", 1)
    assert Path(answer["export"]).exists()
    assert run("install", "t_notes").output == "installed: t_notes\n"


def test_what_cannot_be_done_is_a_line_and_exit_code_2(sqlite_workshop: Any, run: Any) -> None:
    sqlite_workshop.make("t_base")
    sqlite_workshop.make("t_more", manifest='depends = ["t_base"]\n')
    run("enable", "t_more")
    refused = run("disable", "t_base")
    assert refused.exit_code == 2
    assert "The t_more need it. With --yes they are switched off too." in refused.output
    assert run("disable", "t_base", "--yes").output == "disabled: t_more, t_base\n"
    unknown = run("enable", "t_nothing")
    assert (unknown.exit_code, unknown.output) == (2, "Error: There is no app called t_nothing here.\n")


def test_disabling_imports_no_plugin(sqlite_workshop: Any, run: Any) -> None:
    sqlite_workshop.make("t_notes")
    enable(sqlite_workshop.config, "t_notes")
    sqlite_workshop.forget_code()
    for module in ("__init__", "plugin", "models"):
        sqlite_workshop.write("t_notes", module, "raise SystemExit('imported')")
    assert run("list").exit_code == 0
    assert run("disable", "t_notes").output == "disabled: t_notes\n"
    assert sqlite_workshop.standing("t_notes") is Standing.DISABLED


def test_a_new_plugin_works_as_it_is_written(sqlite_workshop: Any, run: Any) -> None:
    answer = run("new", "t_visits", "--folder", str(sqlite_workshop.folder))
    assert answer.exit_code == 0, answer.output
    sqlite_workshop.made.append("t_visits")
    assert discover(sqlite_workshop.config).broken == ()
    assert model_differences(sqlite_workshop.config, "t_visits") == []
    assert run("enable", "t_visits").output == "enabled: t_visits\n"
    assert sqlite_workshop.tables("t_visits") == ["t_visits_visit", "alembic_version_t_visits"]
    assert run("new", "t_visits").exit_code == 2
    assert "lower-case" in run("new", "Visits!", "--folder", str(sqlite_workshop.folder)).output


def test_a_bare_plugin_is_a_manifest_and_room(sqlite_workshop: Any, run: Any) -> None:
    answer = run("new", "t_quiet_hours", "--folder", str(sqlite_workshop.folder), "--bare")
    assert answer.exit_code == 0, answer.output
    sqlite_workshop.made.append("t_quiet_hours")
    files = {each.name for each in (sqlite_workshop.folder / "t_quiet_hours").iterdir()}
    assert files == {"plugin.toml", "plugin.py", "__init__.py", "README.md"}
    assert discover(sqlite_workshop.config).manifests["t_quiet_hours"].title_in("es") == "T quiet hours"
    assert run("enable", "t_quiet_hours").output == "enabled: t_quiet_hours\n"


@pytest.mark.parametrize("more", [(), ("--bare",)], ids=["whole", "bare"])
def test_a_new_plugin_holds_all_of_conformance(more: tuple[str, ...], tmp_path: Path) -> None:
    """In a process of its own, as its author's test would be, so that its tables are mapped in no other test."""
    folder = tmp_path / "more"
    environ = {"PROSPECTO_INSTANCE": str(tmp_path / "instance"), "PROSPECTO_PLUGINS": str(folder)}
    code = "from core.testing.conformance import check_all; check_all('t_trips')"
    for words in (
        ["-m", "core.cli", "plugins", "new", "t_trips", *more, "--folder", str(folder)],
        ["-c", code],
    ):
        done = subprocess.run(
            [sys.executable, *words], env=os.environ | environ, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
