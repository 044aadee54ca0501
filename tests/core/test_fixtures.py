"""The fixtures that all other tests stand on: real databases, a real browser, axe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from core.testing.browser import axe_violations
from core.testing.postgres import PostgresServer


def test_a_database_is_empty_and_takes_rows_on_both_backends(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE lead (name VARCHAR(80))"))
        connection.execute(text("INSERT INTO lead VALUES ('Ñandú, C.A.')"))
        assert connection.execute(text("SELECT name FROM lead")).scalar_one() == "Ñandú, C.A."
    engine.dispose()


def test_postgresql_has_the_trigrams_that_search_needs(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION pg_trgm"))
        assert connection.execute(text("SELECT similarity('Señor', 'señora') > 0.5")).scalar_one()
    engine.dispose()


def test_a_template_is_filled_once_and_each_copy_is_its_own(postgres_server: PostgresServer) -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE lead AS SELECT 1 AS id"))
        engine.dispose()

    postgres_server.template("test_of_templates", fill)
    template = postgres_server.template("test_of_templates", fill)
    assert len(filled) <= 1

    copies = [postgres_server.create_database(template) for _ in range(2)]
    first, second = (create_engine(postgres_server.url(name)) for name in copies)
    with first.begin() as connection:
        connection.execute(text("DELETE FROM lead"))
    with second.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM lead")).scalar_one() == 1
    for engine, name in zip((first, second), copies, strict=True):
        engine.dispose()
        postgres_server.drop_database(name)


TEST_THAT_WAITS = """
import os, pathlib, time
pytest_plugins = ["core.testing.postgres"]
def test_wait(postgres_server):
    pathlib.Path(os.environ["TOLD"]).write_text(str(postgres_server.sockets))
    time.sleep(120)
"""


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres_server")
def test_no_server_is_left_when_a_test_run_is_killed(tmp_path: Path) -> None:
    (tmp_path / "test_waits.py").write_text(TEST_THAT_WAITS, encoding="utf-8")
    told = tmp_path / "told"
    root = Path(__file__).resolve().parents[2]
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            f"--rootdir={tmp_path}",
            tmp_path,
        ],
        env={**os.environ, "TOLD": str(told), "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        wait_for(lambda: told.exists() and bool(told.read_text()), run)
        sockets = Path(told.read_text())
        assert sockets.is_dir()
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    wait_for(lambda: not sockets.exists())


def wait_for(condition, process: subprocess.Popen | None = None, seconds: float = 40.0) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, "the process ended too early"
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.1)


def test_chromium_opens_a_page_and_runs_its_script(page: Page) -> None:
    page.set_content(
        "<title>Prospecto</title><button onclick='this.textContent = \"¡Listo!\"'>Convertir</button>"
    )
    page.get_by_role("button", name="Convertir").click()
    assert page.get_by_role("button", name="¡Listo!").is_visible()


def test_axe_names_the_rule_and_the_place(page: Page) -> None:
    page.set_content(
        "<!doctype html><html lang=en><title>t</title><main><h1>t</h1><input id=bare></main></html>"
    )
    found = axe_violations(page)
    assert [violation.rule for violation in found] == ["label"]
    assert "#bare" in found[0].places[0]
    assert not axe_violations(page, ignore=["label"])
