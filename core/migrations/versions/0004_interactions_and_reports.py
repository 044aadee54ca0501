"""interactions and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _digests()
    _changes()


def _digests() -> None:
    op.create_table(
        "core_digest",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_digest_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_digest")),
    )
    op.add_column(
        "core_notification", sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("core_notification") as batch_op:
        batch_op.alter_column("digest", server_default=None)
        batch_op.create_index(
            "ix_core_notification_digest",
            ["user_id", "at"],
            sqlite_where=sa.text("digest"),
            postgresql_where=sa.text("digest"),
        )
    op.add_column(
        "core_notification_choice",
        sa.Column("mail_when", sa.String(10), nullable=False, server_default="never"),
    )
    op.execute(sa.text("UPDATE core_notification_choice SET mail_when = 'at_once' WHERE mail"))
    with op.batch_alter_table("core_notification_choice") as batch_op:
        batch_op.alter_column("mail_when", server_default=None)
        batch_op.drop_column("mail")


def _changes() -> None:
    op.create_table(
        "core_table_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_table_change")),
    )
    op.create_index("ix_core_table_change_name", "core_table_change", ["name", "id", "stamp"])


def downgrade() -> None:
    op.drop_table("core_table_change")
    op.add_column(
        "core_notification_choice", sa.Column("mail", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(sa.text("UPDATE core_notification_choice SET mail = (mail_when <> 'never')"))
    with op.batch_alter_table("core_notification_choice") as batch_op:
        batch_op.alter_column("mail", server_default=None)
        batch_op.drop_column("mail_when")
    with op.batch_alter_table("core_notification") as batch_op:
        batch_op.drop_index("ix_core_notification_digest")
        batch_op.drop_column("digest")
    op.drop_table("core_digest")
