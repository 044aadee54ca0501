"""shares and assignment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    with op.batch_alter_table("core_share", schema=None) as batch_op:
        batch_op.drop_index("ix_core_share_user_id")
        batch_op.drop_index("ix_core_share_team_id")

    op.drop_table("core_share")
    op.drop_table("core_stage_grant")
