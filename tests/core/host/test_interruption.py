"""One operation at a time, and a process killed in the middle of one leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import engine_for, utcnow
from core.host.lifecycle import disable, enable, recover, uninstall
from core.host.lifecycle.lock import STALE_AFTER, holding
from core.host.state import LifecycleLock, Standing
from core.resources.context import Refused
from core.switchboard import create_app

HOLDER = """
    import sys, time
    from core.config import Config
    from core.host.lifecycle.lock import holding
    from pathlib import Path

    with holding(Config(Path(sys.argv[1]), sys.argv[2]), "enable", "t_other"):
        print("held", flush=True)
        time.sleep(60)
"""

KILLED = """
    import os, signal
    from core.api import hookimpl

    @hookimpl
    def PLACE(session):
        if os.environ.get("PROSPECTO_TEST_KILL"):
            os.kill(os.getpid(), signal.SIGKILL)
"""

KILLED_MIGRATION = """
import os, signal
import sqlalchemy as sa
from alembic import op

revision = "{name}_0001"
down_revision = None

def upgrade():
    op.create_table("{name}_note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
    op.execute("INSERT INTO {name}_note (id) VALUES (1)")
    if os.environ.get("PROSPECTO_TEST_KILL"):
        os.kill(os.getpid(), signal.SIGKILL)

def downgrade():
    op.drop_table("{name}_note")
    if os.environ.get("PROSPECTO_TEST_KILL"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def command(workshop: Any, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`prospecto …` as an operator would type it, in a process of its own."""
    config = workshop.config
    settings = {
        "PROSPECTO_INSTANCE": str(config.instance),
        "PROSPECTO_DATABASE_URL": config.database_url,
        "PROSPECTO_PLUGINS": str(workshop.folder),
    }
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *words],
        env={**os.environ, **settings, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def another_process(workshop: Any, tmp_path: Path) -> subprocess.Popen[str]:
    """A process that holds the lock."""
    script = tmp_path / "holder.py"
    script.write_text(textwrap.dedent(HOLDER))
    arguments = [sys.executable, str(script), str(workshop.config.instance), workshop.config.database_url]
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    holder = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environ)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_a_second_operation_is_refused_while_the_first_lives_and_goes_on_when_it_is_dead(
    workshop: Any, tmp_path: Path
) -> None:
    workshop.make("t_notes")
    holder = another_process(workshop, tmp_path)
    try:
        with pytest.raises(Refused) as refusal:
            enable(workshop.config, "t_notes")
        assert refusal.value.code == "busy"
        assert workshop.standing("t_notes") is None
    finally:
        holder.kill()
        holder.communicate()
    enable(workshop.config, "t_notes")
    assert workshop.standing("t_notes") is Standing.ENABLED
    assert workshop.rows("SELECT count(*) FROM core_lifecycle_lock") == [(0,)]


def test_a_holder_on_another_machine_is_believed_until_it_has_been_silent_for_long(workshop: Any) -> None:
    workshop.make("t_notes")
    row = {"id": 1, "holder": "elsewhere|17|4711|ab", "operation": "enable", "plugin": "t_other", "phase": ""}
    with engine_for(workshop.config.database_url).begin() as connection:
        connection.execute(sa.insert(LifecycleLock).values(heartbeat_at=utcnow(), **row))
    with pytest.raises(Refused):
        enable(workshop.config, "t_notes")
    with engine_for(workshop.config.database_url).begin() as connection:
        connection.execute(sa.update(LifecycleLock).values(heartbeat_at=utcnow() - 2 * STALE_AFTER))
    enable(workshop.config, "t_notes")
    assert workshop.standing("t_notes") is Standing.ENABLED


def test_a_holder_shows_that_it_lives(workshop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.host.lifecycle.lock.BEAT_SECONDS", 0.05)
    with holding(workshop.config, "enable", "t_notes") as lock:
        lock.phase("build")
        [(first, phase)] = workshop.rows("SELECT heartbeat_at, phase FROM core_lifecycle_lock")
        time.sleep(0.3)
        [(later, _phase)] = workshop.rows("SELECT heartbeat_at, phase FROM core_lifecycle_lock")
    assert phase == "build"
    assert workshop.config.is_sqlite or later > first
    assert workshop.rows("SELECT count(*) FROM core_lifecycle_lock") == [(0,)]


@pytest.mark.parametrize("place", ["migration", "on_install", "on_enable"])
def test_killed_in_the_middle_of_enabling(workshop: Any, place: str) -> None:
    plugin = {} if place == "migration" else {"plugin": textwrap.dedent(KILLED).replace("PLACE", place)}
    workshop.make("t_notes", **plugin)
    if place == "migration":
        workshop.write("t_notes", "migrations.versions.first", KILLED_MIGRATION)
    before = workshop.generation()

    killed = command(workshop, "plugins", "enable", "t_notes", PROSPECTO_TEST_KILL="1")
    assert killed.returncode == -signal.SIGKILL
    assert workshop.standing("t_notes") is None
    assert workshop.tables("t_notes") == []
    assert workshop.generation() == before

    assert create_app(workshop.config).test_client().get("/healthz").json["generation"] == before
    assert workshop.events("t_notes") == [("revert", "")]
    assert recover(workshop.config) is None
    enable(workshop.config, "t_notes")
    assert workshop.standing("t_notes") is Standing.ENABLED


def test_killed_in_the_middle_of_uninstalling(workshop: Any) -> None:
    workshop.make("t_notes")
    workshop.write("t_notes", "migrations.versions.first", KILLED_MIGRATION)
    enable(workshop.config, "t_notes")
    disable(workshop.config, "t_notes")
    killed = command(workshop, "plugins", "uninstall", "t_notes", "--yes", PROSPECTO_TEST_KILL="1")
    assert killed.returncode == -signal.SIGKILL
    assert workshop.standing("t_notes") is Standing.DISABLED
    assert workshop.rows("SELECT id FROM t_notes_note") == [(1,)]
    uninstall(workshop.config, "t_notes", typed_name="t_notes")
    assert workshop.tables("t_notes") == []
