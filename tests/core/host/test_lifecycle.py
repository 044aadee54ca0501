"""Plugins come and go: every state, who changed it, and what stays of the data."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest

from core.access.actor import Actor
from core.host.lifecycle import (
    CannotTakePart,
    disable,
    enable,
    install,
    preview_enable,
    preview_uninstall,
    uninstall,
)
from core.host.state import Standing
from core.resources.context import Refused
from core.switchboard import create_app

ANA = Actor(user_id=None, name="Ana", is_admin=True)


def test_a_plugin_is_discovered_installed_enabled_disabled_and_uninstalled(workshop: Any) -> None:
    workshop.make("t_notes")
    assert workshop.standing("t_notes") is None
    before = workshop.generation()

    install(workshop.config, "t_notes", by=ANA)
    assert workshop.standing("t_notes") is Standing.INSTALLED
    assert "t_notes_note" in workshop.tables("t_notes")
    assert workshop.generation() == before + 1, "every process maps its tables"

    assert enable(workshop.config, "t_notes", by=ANA, why="wanted").generation == before + 2
    assert workshop.standing("t_notes") is Standing.ENABLED
    workshop.rows("INSERT INTO t_notes_note (id, text) VALUES (1, 'kept')")

    disable(workshop.config, "t_notes", by=ANA)
    assert workshop.standing("t_notes") is Standing.DISABLED
    assert workshop.rows("SELECT text FROM t_notes_note") == [("kept",)]

    enable(workshop.config, "t_notes")
    assert workshop.rows("SELECT text FROM t_notes_note") == [("kept",)]
    disable(workshop.config, "t_notes", by=ANA)

    uninstall(workshop.config, "t_notes", typed_name="t_notes", by=ANA)
    assert workshop.standing("t_notes") is None
    assert workshop.tables("t_notes") == []
    assert workshop.events("t_notes") == [
        ("install", "Ana"),
        ("enable", "Ana"),
        ("disable", "Ana"),
        ("enable", ""),
        ("disable", "Ana"),
        ("uninstall", "Ana"),
    ]

    enable(workshop.config, "t_notes")
    assert workshop.rows("SELECT text FROM t_notes_note") == []


def test_enabling_brings_what_is_needed_and_disabling_asks_about_dependents(workshop: Any) -> None:
    workshop.make("t_base")
    workshop.make("t_more", manifest='depends = ["t_base>=1.0"]\n')
    assert enable(workshop.config, "t_more").plugins == ("t_base", "t_more")

    with pytest.raises(Refused) as refusal:
        disable(workshop.config, "t_base")
    assert refusal.value.code == "dependents"
    assert "The t_more" in str(refusal.value)
    assert workshop.standing("t_base") is Standing.ENABLED

    assert disable(workshop.config, "t_base", with_dependents=True).plugins == ("t_more", "t_base")
    with pytest.raises(Refused) as refusal:
        uninstall(workshop.config, "t_base", typed_name="t_base")
    assert refusal.value.code == "dependents"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ('depends = ["t_gone"]\n', "absent"),
        ('depends = ["t_base>=2.0"]\n', "version"),
        ('core = ">=99"\n', "core_version"),
        ('depends = ["t_circle"]\n', "cycle"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(sqlite_workshop: Any, manifest: str, code: str) -> None:
    sqlite_workshop.make("t_base")
    sqlite_workshop.make("t_circle", manifest='depends = ["t_more"]\n')
    sqlite_workshop.make("t_more", manifest=manifest)
    with pytest.raises(CannotTakePart) as refusal:
        enable(sqlite_workshop.config, "t_more")
    assert refusal.value.code == code
    assert preview_enable(sqlite_workshop.config, "t_more").fault.code == code
    assert sqlite_workshop.standing("t_more") is None


def test_the_preview_says_what_would_appear_and_changes_nothing(workshop: Any) -> None:
    workshop.make("t_base")
    workshop.make("t_more", manifest='depends = ["t_base>=1.0"]\n')
    app = create_app(workshop.config).extensions["prospecto.switchboard"].current()
    preview = preview_enable(workshop.config, "t_more", app)
    assert preview.fault is None
    assert preview.enabled_too == ("t_base",)
    assert [(need.name, need.is_met, need.comes_along) for need in preview.needs] == [("t_base", True, True)]
    assert preview.pages == 2
    assert preview.pending == ("t_base_0001", "t_more_0001")
    assert set(preview.new_tables) == {"t_base_note", "t_more_note"}
    assert workshop.standing("t_more") is None
    assert workshop.tables("t_more") == []


def test_uninstalling_shows_rows_writes_an_export_and_asks_for_the_name(workshop: Any) -> None:
    workshop.make("t_notes")
    enable(workshop.config, "t_notes")
    workshop.rows("INSERT INTO t_notes_note (id, text) VALUES (1, 'uno'), (2, 'dos, \"tres\"')")
    with pytest.raises(Refused) as refusal:
        preview_uninstall(workshop.config, "t_notes")
    assert refusal.value.code == "enabled"
    disable(workshop.config, "t_notes")
    assert preview_uninstall(workshop.config, "t_notes").tables == {"t_notes_note": 2}
    with pytest.raises(Refused):
        uninstall(workshop.config, "t_notes", typed_name="t_note")
    assert workshop.standing("t_notes") is Standing.DISABLED

    export = uninstall(workshop.config, "t_notes", typed_name="t_notes").export
    assert export is not None
    with zipfile.ZipFile(export) as archive:
        text = archive.read("t_notes_note.csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["id", "text"], ["1", "uno"], ["2", 'dos, "tres"']]


def test_a_plugin_whose_package_is_gone_keeps_its_data_and_can_be_uninstalled(workshop: Any) -> None:
    import shutil

    workshop.make("t_notes")
    enable(workshop.config, "t_notes")
    workshop.rows("INSERT INTO t_notes_note (id, text) VALUES (1, 'kept')")
    workshop.forget_code()
    shutil.rmtree(workshop.folder / "t_notes")

    app = create_app(workshop.config)
    assert app.test_client().get("/healthz").status_code == 200
    assert app.test_client().get("/t_notes").status_code != 200
    assert workshop.rows("SELECT text FROM t_notes_note") == [("kept",)]

    disable(workshop.config, "t_notes")
    uninstall(workshop.config, "t_notes", typed_name="t_notes")
    assert workshop.tables("t_notes") == []


def test_tables_of_an_app_that_was_only_looked_at_are_not_taken_for_real(workshop: Any) -> None:
    from sqlalchemy.orm import Session

    from core.db import engine_for
    from core.host.state import standing_tables

    def standing() -> list[str]:
        with Session(engine_for(workshop.config.database_url)) as session:
            return [table.name for table in standing_tables(session) if table.name.startswith("t_")]

    workshop.make("t_notes")
    preview_enable(workshop.config, "t_notes")
    assert standing() == []
    enable(workshop.config, "t_notes")
    assert standing() == ["t_notes_note"]
    disable(workshop.config, "t_notes")
    assert standing() == ["t_notes_note"]
    uninstall(workshop.config, "t_notes", typed_name="t_notes")
    assert standing() == []
