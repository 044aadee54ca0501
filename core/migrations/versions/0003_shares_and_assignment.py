"""shares and assignment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _assignment()
    op.create_table(
        "core_stage_grant",
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column(
            "value_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("scope", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["core_role.id"], name=op.f("fk_core_stage_grant_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "role_id", "resource", "action", "value_id", name=op.f("pk_core_stage_grant")
        ),
    )
    op.create_table(
        "core_share",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("may_edit", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(user_id is null) <> (team_id is null)", name=op.f("ck_core_share_one")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f("fk_core_share_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["core_team.id"], name=op.f("fk_core_share_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_share_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_share")),
        sa.UniqueConstraint(
            "resource", "record_id", "team_id", name=op.f("uq_core_share_resource_record_id_team_id")
        ),
        sa.UniqueConstraint(
            "resource", "record_id", "user_id", name=op.f("uq_core_share_resource_record_id_user_id")
        ),
    )
    with op.batch_alter_table("core_share", schema=None) as batch_op:
        batch_op.create_index("ix_core_share_team_id", ["team_id", "resource", "record_id"], unique=False)
        batch_op.create_index("ix_core_share_user_id", ["user_id", "resource", "record_id"], unique=False)


def _assignment() -> None:
    op.create_table(
        "core_assignment_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("doors", JSON, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_core_assignment_rule"),
    )
    op.create_index("ix_core_assignment_rule_resource", "core_assignment_rule", ["resource", "position"])
    op.create_table(
        "core_assignment_person",
        sa.Column("rule_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=True),
        sa.Column("most_a_day", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_core_assignment_person_weight")),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["core_assignment_rule.id"],
            name="fk_core_assignment_person_rule_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name="fk_core_assignment_person_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rule_id", "user_id", name="pk_core_assignment_person"),
    )
    op.create_index("ix_core_assignment_person_user_id", "core_assignment_person", ["user_id"])
    op.create_table(
        "core_absence",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("substitute_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["core_user.id"], name="fk_core_absence_substitute_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name="fk_core_absence_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_core_absence"),
    )
    op.create_index("ix_core_absence_user_id", "core_absence", ["user_id", "until"])
    op.create_index("ix_core_absence_substitute_id", "core_absence", ["substitute_id"])
    _assignment_log()


def _assignment_log() -> None:
    op.create_table(
        "core_assignment_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("rule_id", ID, nullable=True),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reason", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name="fk_core_assignment_log_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["core_assignment_rule.id"],
            name="fk_core_assignment_log_rule_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name="fk_core_assignment_log_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_core_assignment_log"),
    )
    op.create_index("ix_core_assignment_log_record", "core_assignment_log", ["resource", "record_id"])
    op.create_index("ix_core_assignment_log_user_id", "core_assignment_log", ["user_id", "id"])
    op.create_index("ix_core_assignment_log_rule_id", "core_assignment_log", ["rule_id", "id"])


def downgrade() -> None:
    for name in ("log", "person", "rule"):
        op.drop_table(f"core_assignment_{name}")
    op.drop_table("core_absence")
    with op.batch_alter_table("core_share", schema=None) as batch_op:
        batch_op.drop_index("ix_core_share_user_id")
        batch_op.drop_index("ix_core_share_team_id")

    op.drop_table("core_share")
    op.drop_table("core_stage_grant")
