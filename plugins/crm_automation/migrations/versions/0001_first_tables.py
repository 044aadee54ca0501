"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_automation_0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "crm_automation_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("trigger", JSON, nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("actions", JSON, nullable=False),
        sa.Column("imports", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("stopped", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_crm_automation_rule_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_automation_rule")),
    )
    op.create_index("ix_crm_automation_rule_position", "crm_automation_rule", ["position", "id"])
    op.create_index("ix_crm_automation_rule_owner_id", "crm_automation_rule", ["owner_id"])
    op.create_table(
        "crm_automation_happening",
        sa.Column("id", ID, nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("key", sa.String(length=160), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_automation_happening")),
        sa.UniqueConstraint("key", name=op.f("uq_crm_automation_happening_key")),
    )
    op.create_index("ix_crm_automation_happening_done_at", "crm_automation_happening", ["done_at", "id"])
    op.create_table(
        "crm_automation_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("rule_id", ID, nullable=True),
        sa.Column("rule_name", sa.String(length=80), nullable=False),
        sa.Column("happening_id", ID, nullable=True),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("told", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("again_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["crm_automation_rule.id"],
            name=op.f("fk_crm_automation_run_rule_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["happening_id"],
            ["crm_automation_happening.id"],
            name=op.f("fk_crm_automation_run_happening_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_automation_run")),
        sa.UniqueConstraint(
            "rule_id", "happening_id", name=op.f("uq_crm_automation_run_rule_id_happening_id")
        ),
    )
    for name, columns in RUN_INDEXES.items():
        op.create_index(f"ix_crm_automation_run_{name}", "crm_automation_run", columns)


RUN_INDEXES = {
    "rule_id_at": ["rule_id", "at"],
    "record": ["resource", "record_id", "id"],
    "chain": ["chain"],
    "again_at": ["again_at"],
    "happening_id": ["happening_id"],
    "at": ["at"],
}


def downgrade() -> None:
    op.drop_table("crm_automation_run")
    op.drop_table("crm_automation_happening")
    op.drop_table("crm_automation_rule")
