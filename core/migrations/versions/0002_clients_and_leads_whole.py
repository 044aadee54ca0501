"""clients and leads whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_attribute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("resources", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attribute")),
        sa.UniqueConstraint("key", name=op.f("uq_core_attribute_key")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_core_attribute_name_folded")),
    )
    op.create_table(
        "core_follower",
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_follower_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource", "record_id", "user_id", name=op.f("pk_core_follower")),
    )
    with op.batch_alter_table("core_follower", schema=None) as batch_op:
        batch_op.create_index("ix_core_follower_user_id", ["user_id", "resource", "record_id"], unique=False)

    op.create_table(
        "core_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("kept", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f("fk_core_merge_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["core_user.id"], name=op.f("fk_core_merge_undone_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_merge")),
    )
    with op.batch_alter_table("core_merge", schema=None) as batch_op:
        batch_op.create_index("ix_core_merge_record", ["resource", "record_id"], unique=False)

    op.create_table(
        "core_not_duplicate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_resource", sa.String(length=60), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f("fk_core_not_duplicate_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_not_duplicate")),
        sa.UniqueConstraint(
            "resource",
            "record_id",
            "other_resource",
            "other_id",
            name=op.f("uq_core_not_duplicate_resource_record_id_other_resource_other_id"),
        ),
    )
    op.create_table(
        "core_notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("unique", sa.String(length=120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_notification_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_notification")),
        sa.UniqueConstraint("user_id", "unique", name=op.f("uq_core_notification_user_id_unique")),
    )
    with op.batch_alter_table("core_notification", schema=None) as batch_op:
        batch_op.create_index("ix_core_notification_user_id", ["user_id", "read_at", "id"], unique=False)

    op.create_table(
        "core_notification_choice",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_notification_choice_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_core_notification_choice")),
    )
    op.create_table(
        "core_attribute_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attribute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", sa.String(length=200), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["core_attachment.id"],
            name=op.f("fk_core_attribute_value_attachment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["attribute_id"],
            ["core_attribute.id"],
            name=op.f("fk_core_attribute_value_attribute_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attribute_value")),
    )
    with op.batch_alter_table("core_attribute_value", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_attribute_value_day", ["attribute_id", "resource", "day", "record_id"], unique=False
        )
        batch_op.create_index(
            "ix_core_attribute_value_folded",
            ["attribute_id", "resource", "folded", "record_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_core_attribute_value_number",
            ["attribute_id", "resource", "number", "record_id"],
            unique=False,
        )
        batch_op.create_index("ix_core_attribute_value_record", ["resource", "record_id"], unique=False)

    op.create_table(
        "core_favourite",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("view_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_favourite_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["core_saved_view.id"], name=op.f("fk_core_favourite_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_favourite")),
        sa.UniqueConstraint(
            "user_id",
            "resource",
            "record_id",
            "view_id",
            name=op.f("uq_core_favourite_user_id_resource_record_id_view_id"),
        ),
    )
    op.create_table(
        "core_import_change",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_core_import_change_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "resource", "record_id", name=op.f("pk_core_import_change")),
    )
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "keys",
                sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_import_undone_by_id"),
            "core_user",
            ["undone_by_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_import_undone_by_id"), type_="foreignkey")
        batch_op.drop_column("undone_by_id")
        batch_op.drop_column("undone_at")
        batch_op.drop_column("keys")

    op.drop_table("core_import_change")
    op.drop_table("core_favourite")
    with op.batch_alter_table("core_attribute_value", schema=None) as batch_op:
        batch_op.drop_index("ix_core_attribute_value_record")
        batch_op.drop_index("ix_core_attribute_value_number")
        batch_op.drop_index("ix_core_attribute_value_folded")
        batch_op.drop_index("ix_core_attribute_value_day")

    op.drop_table("core_attribute_value")
    op.drop_table("core_notification_choice")
    with op.batch_alter_table("core_notification", schema=None) as batch_op:
        batch_op.drop_index("ix_core_notification_user_id")

    op.drop_table("core_notification")
    op.drop_table("core_not_duplicate")
    with op.batch_alter_table("core_merge", schema=None) as batch_op:
        batch_op.drop_index("ix_core_merge_record")

    op.drop_table("core_merge")
    with op.batch_alter_table("core_follower", schema=None) as batch_op:
        batch_op.drop_index("ix_core_follower_user_id")

    op.drop_table("core_follower")
    op.drop_table("core_attribute")
