"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "crm_reports_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_reports_dashboard",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shared", sa.String(length=10), nullable=False),
        sa.Column("others_edit", sa.Boolean(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("refresh", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_crm_reports_dashboard_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_dashboard")),
    )
    with op.batch_alter_table("crm_reports_dashboard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crm_reports_dashboard_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "crm_reports_dashboard_start",
        sa.Column("whose", sa.String(length=30), nullable=False),
        sa.Column("dashboard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["crm_reports_dashboard.id"],
            name=op.f("fk_crm_reports_dashboard_start_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["core_role.id"],
            name=op.f("fk_crm_reports_dashboard_start_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_reports_dashboard_start_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_crm_reports_dashboard_start")),
    )
    with op.batch_alter_table("crm_reports_dashboard_start", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_crm_reports_dashboard_start_dashboard_id"), ["dashboard_id"], unique=False
        )

    op.create_table(
        "crm_reports_dashboard_team",
        sa.Column(
            "dashboard_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "team_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["crm_reports_dashboard.id"],
            name=op.f("fk_crm_reports_dashboard_team_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["core_team.id"],
            name=op.f("fk_crm_reports_dashboard_team_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dashboard_id", "team_id", name=op.f("pk_crm_reports_dashboard_team")),
    )
    with op.batch_alter_table("crm_reports_dashboard_team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crm_reports_dashboard_team_team_id"), ["team_id"], unique=False)

    op.create_table(
        "crm_reports_schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=True),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("dashboard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("every", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("workbook", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["crm_reports_dashboard.id"],
            name=op.f("fk_crm_reports_schedule_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_crm_reports_schedule_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_schedule")),
    )
    with op.batch_alter_table("crm_reports_schedule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_crm_reports_schedule_dashboard_id"), ["dashboard_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_crm_reports_schedule_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_crm_reports_schedule_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "crm_reports_target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("span", sa.String(length=10), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("whose", sa.String(length=30), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["core_team.id"], name=op.f("fk_crm_reports_target_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_crm_reports_target_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_target")),
        sa.UniqueConstraint(
            "report",
            "measure",
            "span",
            "whose",
            "first",
            name=op.f("uq_crm_reports_target_report_measure_span_whose_first"),
        ),
    )
    with op.batch_alter_table("crm_reports_target", schema=None) as batch_op:
        batch_op.create_index("ix_crm_reports_target_whose_first", ["whose", "first"], unique=False)

    op.create_table(
        "crm_reports_target_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("span", sa.String(length=10), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("whose", sa.String(length=30), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["core_user.id"],
            name=op.f("fk_crm_reports_target_change_actor_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["core_team.id"],
            name=op.f("fk_crm_reports_target_change_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_reports_target_change_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_target_change")),
    )
    with op.batch_alter_table("crm_reports_target_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_crm_reports_target_change_report", ["report", "measure", "span", "at"], unique=False
        )

    op.create_table(
        "crm_reports_tile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dashboard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=120), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["crm_reports_dashboard.id"],
            name=op.f("fk_crm_reports_tile_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_tile")),
    )
    with op.batch_alter_table("crm_reports_tile", schema=None) as batch_op:
        batch_op.create_index("ix_crm_reports_tile_dashboard_id", ["dashboard_id", "position"], unique=False)

    op.create_table(
        "crm_reports_schedule_person",
        sa.Column(
            "schedule_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["crm_reports_schedule.id"],
            name=op.f("fk_crm_reports_schedule_person_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_reports_schedule_person_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "user_id", name=op.f("pk_crm_reports_schedule_person")),
    )
    with op.batch_alter_table("crm_reports_schedule_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crm_reports_schedule_person_user_id"), ["user_id"], unique=False)

    op.create_table(
        "crm_reports_sending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["crm_reports_schedule.id"],
            name=op.f("fk_crm_reports_sending_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_crm_reports_sending_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_reports_sending")),
        sa.UniqueConstraint(
            "schedule_id", "user_id", "due_at", name=op.f("uq_crm_reports_sending_schedule_id_user_id_due_at")
        ),
    )
    with op.batch_alter_table("crm_reports_sending", schema=None) as batch_op:
        batch_op.create_index("ix_crm_reports_sending_status", ["status", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("crm_reports_sending", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_reports_sending_status")

    op.drop_table("crm_reports_sending")
    with op.batch_alter_table("crm_reports_schedule_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_reports_schedule_person_user_id"))

    op.drop_table("crm_reports_schedule_person")
    with op.batch_alter_table("crm_reports_tile", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_reports_tile_dashboard_id")

    op.drop_table("crm_reports_tile")
    with op.batch_alter_table("crm_reports_target_change", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_reports_target_change_report")

    op.drop_table("crm_reports_target_change")
    with op.batch_alter_table("crm_reports_target", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_reports_target_whose_first")

    op.drop_table("crm_reports_target")
    with op.batch_alter_table("crm_reports_schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_reports_schedule_owner_id"))
        batch_op.drop_index(batch_op.f("ix_crm_reports_schedule_next_at"))
        batch_op.drop_index(batch_op.f("ix_crm_reports_schedule_dashboard_id"))

    op.drop_table("crm_reports_schedule")
    with op.batch_alter_table("crm_reports_dashboard_team", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_reports_dashboard_team_team_id"))

    op.drop_table("crm_reports_dashboard_team")
    with op.batch_alter_table("crm_reports_dashboard_start", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_reports_dashboard_start_dashboard_id"))

    op.drop_table("crm_reports_dashboard_start")
    with op.batch_alter_table("crm_reports_dashboard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_reports_dashboard_owner_id"))

    op.drop_table("crm_reports_dashboard")
