"""Tables move in one transaction, with their own version per plugin; a database that does not fit is told so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.db import engine_for
from core.host.discovery import discover
from core.host.lifecycle import CannotTakePart, disable, enable, install, uninstall, upgrade_all
from core.host.lifecycle.outcome import known
from core.host.schema.check import Fit, SchemaMismatch, check_schema, read_schemas
from core.host.schema.draft import draft_revision, model_differences
from core.host.schema.migrate import BrokenReferences
from core.host.schema.revisions import core_owner, owner_of
from core.host.state import Standing
from core.resources.context import Refused
from core.switchboard import create_app

FAILING = """
import sqlalchemy as sa
from alembic import op

revision = "{name}_0001"
down_revision = None

def upgrade():
    op.create_table("{name}_note", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO {name}_note (id) VALUES (1)")
    op.execute("this is no SQL")

def downgrade():
    op.drop_table("{name}_note")
"""

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "{name}_0002"
down_revision = "{name}_0001"

def upgrade():
    with op.batch_alter_table("{name}_note") as batch:
        batch.add_column(sa.Column("mood", sa.String(20), server_default="calm", nullable=False))
    PLACE

def downgrade():
    with op.batch_alter_table("{name}_note") as batch:
        batch.drop_column("mood")
"""

MANIFEST = 'name = "{name}"\ntitle = "Notes"\nversion = "1.1.0"\nsummary = "For a test."\n'


def update(workshop: Any, name: str, place: str = "pass") -> None:
    """Bring version 1.1.0 with a second revision, as the operator would."""
    workshop.forget_code()
    (workshop.folder / name / "plugin.toml").write_text(MANIFEST.replace("{name}", name))
    workshop.write(name, "migrations.versions.second", SECOND.replace("PLACE", place))


def test_a_failed_migration_leaves_nothing(workshop: Any) -> None:
    workshop.make("t_notes")
    workshop.write("t_notes", "migrations.versions.first", FAILING)
    with pytest.raises(CannotTakePart, match="tables could not be made"):
        enable(workshop.config, "t_notes")
    assert workshop.tables("t_notes") == []
    assert workshop.standing("t_notes") is None


def test_a_start_on_older_tables_is_refused_until_they_are_upgraded(workshop: Any) -> None:
    workshop.make("t_notes")
    enable(workshop.config, "t_notes")
    workshop.rows("INSERT INTO t_notes_note (text) VALUES ('kept')")
    update(workshop, "t_notes")
    workshop.write(
        "t_notes",
        "plugin",
        """
        from core.api import hookimpl
        from plugins.t_notes.models import Note

        @hookimpl
        def on_upgrade(session, from_version, to_version):
            session.add(Note(text=f"{from_version} to {to_version}"))
        """,
    )
    with pytest.raises(SchemaMismatch, match="Run: prospecto upgrade"):
        create_app(workshop.config)

    lines = upgrade_all(workshop.config)
    assert any("t_notes: 1.0.0 → 1.1.0" in line for line in lines)
    assert workshop.rows("SELECT text, mood FROM t_notes_note ORDER BY id") == [
        ("kept", "calm"),
        ("1.0.0 to 1.1.0", "calm"),
    ]
    assert create_app(workshop.config).test_client().get("/healthz").status_code == 200
    assert upgrade_all(workshop.config) == []
    assert workshop.events("t_notes")[-1] == ("upgrade", "")
    if workshop.config.is_sqlite:
        assert len(list((workshop.config.instance / "backups").glob("*-upgrade.sqlite"))) == 1


def test_an_upgrade_knows_the_hooks_of_what_a_plugin_depends_on(sqlite_workshop: Any) -> None:
    sqlite_workshop.make(
        "t_asks",
        hookspecs="""
            from core.api import hookspec

            @hookspec
            def t_route(word):
                "Where a word goes."
        """,
    )
    answers = """
        from core.api import hookimpl

        @hookimpl
        def t_route(word):
            return word.upper()
        """
    needs = 'depends = ["t_asks"]\n'
    sqlite_workshop.make("t_answers", plugin=answers, manifest=needs)
    enable(sqlite_workshop.config, "t_asks")
    enable(sqlite_workshop.config, "t_answers")
    update(sqlite_workshop, "t_answers")
    (sqlite_workshop.folder / "t_answers" / "plugin.toml").write_text(
        MANIFEST.replace("{name}", "t_answers") + needs
    )
    assert any("t_answers: 1.0.0 → 1.1.0" in line for line in upgrade_all(sqlite_workshop.config))


def test_a_failed_upgrade_leaves_the_tables_as_they_were(workshop: Any) -> None:
    workshop.make("t_notes")
    enable(workshop.config, "t_notes")
    workshop.rows("INSERT INTO t_notes_note (text) VALUES ('kept')")
    update(workshop, "t_notes", place='op.execute("this is no SQL")')
    with pytest.raises(Exception, match="no SQL"):
        upgrade_all(workshop.config)
    assert workshop.rows("SELECT * FROM t_notes_note") == [(1, "kept")]
    assert workshop.rows("SELECT version_num FROM alembic_version_t_notes") == [("t_notes_0001",)]
    workshop.write("t_notes", "migrations.versions.second", SECOND.replace("PLACE", "pass"))
    upgrade_all(workshop.config)
    assert workshop.rows("SELECT text, mood FROM t_notes_note") == [("kept", "calm")]


def test_rebuilding_a_parent_on_sqlite_keeps_its_children(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_notes")
    sqlite_workshop.write(
        "t_notes",
        "migrations.versions.first",
        """
        import sqlalchemy as sa
        from alembic import op

        revision = "t_notes_0001"
        down_revision = None

        def upgrade():
            op.create_table("t_notes_note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
            op.create_table(
                "t_notes_child",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("note_id", sa.Integer, sa.ForeignKey("t_notes_note.id", ondelete="CASCADE")),
            )

        def downgrade():
            op.drop_table("t_notes_child")
            op.drop_table("t_notes_note")
        """,
    )
    enable(sqlite_workshop.config, "t_notes")
    sqlite_workshop.rows("INSERT INTO t_notes_note (id, text) VALUES (1, 'parent')")
    sqlite_workshop.rows("INSERT INTO t_notes_child (id, note_id) VALUES (7, 1)")
    update(sqlite_workshop, "t_notes")
    text = (sqlite_workshop.folder / "t_notes/migrations/versions/second.py").read_text()
    rebuild = 'with op.batch_alter_table("t_notes_note", recreate="always") as batch:'
    (sqlite_workshop.folder / "t_notes/migrations/versions/second.py").write_text(
        text.replace('with op.batch_alter_table("t_notes_note") as batch:', rebuild)
    )
    upgrade_all(sqlite_workshop.config)
    assert sqlite_workshop.rows("SELECT id, note_id FROM t_notes_child") == [(7, 1)]
    with engine_for(sqlite_workshop.config.database_url).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_notes")
    enable(sqlite_workshop.config, "t_notes")
    place = """
    op.create_table("t_notes_child", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("note_id", sa.Integer, sa.ForeignKey("t_notes_note.id", ondelete="CASCADE")))
    op.execute("INSERT INTO t_notes_child (id, note_id) VALUES (1, 99)")
    """.strip()
    update(sqlite_workshop, "t_notes", place)
    with pytest.raises(BrokenReferences, match="t_notes_child"):
        upgrade_all(sqlite_workshop.config)
    assert "t_notes_child" not in sqlite_workshop.tables("t_notes")


def test_newer_tables_and_tables_without_a_version_are_refused(workshop: Any) -> None:
    workshop.make("t_notes")
    enable(workshop.config, "t_notes")
    workshop.rows("UPDATE alembic_version_t_notes SET version_num = 't_notes_0009'")
    with pytest.raises(SchemaMismatch, match="newer than this code"):
        create_app(workshop.config)
    with pytest.raises(SchemaMismatch, match="newer than this code"):
        upgrade_all(workshop.config)
    check_schema(workshop.with_settings(safe_mode=True))

    workshop.rows("DELETE FROM alembic_version_t_notes")
    with pytest.raises(SchemaMismatch, match="halfway"):
        create_app(workshop.config)
    fits = {each.owner.name: each.fit for each in read_schemas(workshop.config)}
    assert fits["t_notes"] is Fit.HALFWAY


def test_tables_of_a_plugin_whose_name_begins_like_anothers_stay_apart(workshop: Any) -> None:
    workshop.make("t_note")
    workshop.make("t_note_extra")
    enable(workshop.config, "t_note")
    enable(workshop.config, "t_note_extra")
    disable(workshop.config, "t_note")
    uninstall(workshop.config, "t_note", typed_name="t_note")
    assert workshop.tables("t_note_extra") == ["t_note_extra_note", "alembic_version_t_note_extra"]


def test_up_down_and_up_again_ends_where_the_models_are(workshop: Any) -> None:
    workshop.make("t_notes")
    for _round in range(2):
        install(workshop.config, "t_notes")
        assert workshop.standing("t_notes") is Standing.INSTALLED
        uninstall(workshop.config, "t_notes", typed_name="t_notes")
        assert workshop.tables("t_notes") == []
    assert model_differences(workshop.config, "t_notes") == []


def test_a_drafted_revision_holds_what_the_models_have_more(sqlite_workshop: Any) -> None:
    place = sqlite_workshop.make("t_notes")
    sqlite_workshop.write(
        "t_notes",
        "models",
        """
        from datetime import datetime
        import sqlalchemy as sa
        from sqlalchemy.orm import Mapped, mapped_column
        from core.api import Id, Json, Model, Money, UtcDateTime

        class Note(Model):
            __tablename__ = "t_notes_note"
            id: Mapped[int] = mapped_column(Id, primary_key=True)
            text: Mapped[str] = mapped_column(sa.String(200), index=True)
            at: Mapped[datetime | None] = mapped_column(UtcDateTime)
            worth: Mapped[int | None] = mapped_column(Money)
            facts: Mapped[dict | None] = mapped_column(Json)
            user_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("core_user.id", ondelete="SET NULL"))
        """,
    )
    path = draft_revision(sqlite_workshop.config, "t_notes", "facts and money")
    assert path == Path(place / "migrations/versions/0002_facts_and_money.py")
    text = path.read_text()
    assert "import core" not in text and "from core" not in text
    assert "t_notes_note" in text and "core_user" in text
    assert model_differences(sqlite_workshop.config, "t_notes") == []
    assert draft_revision(sqlite_workshop.config, "t_notes", "nothing") is None
    assert owner_of(known(discover(sqlite_workshop.config), "t_notes")).line == (
        "t_notes_0001",
        "t_notes_0002",
    )


def test_two_revisions_after_the_same_one_are_refused(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_notes")
    sqlite_workshop.write("t_notes", "migrations.versions.twin", FAILING.replace("_0001", "_0001b"))
    with pytest.raises(Refused, match="two revisions follow the beginning"):
        enable(sqlite_workshop.config, "t_notes")


def test_the_cores_tables_are_what_its_models_say(sqlite_workshop: Any) -> None:
    assert core_owner().line
    assert model_differences(sqlite_workshop.config, "core") == []
