"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_deals_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_deals_loss_reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_loss_reason")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_deals_loss_reason_name_folded")),
    )
    op.create_table(
        "crm_deals_pipeline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_pipeline")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_deals_pipeline_name_folded")),
    )
    op.create_table(
        "crm_deals_stage",
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("stale_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["crm_deals_pipeline.id"],
            name=op.f("fk_crm_deals_stage_pipeline_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_stage")),
        sa.UniqueConstraint(
            "pipeline_id", "name_folded", name=op.f("uq_crm_deals_stage_pipeline_id_name_folded")
        ),
    )
    op.create_table(
        "crm_deals_deal",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_folded", sa.String(length=400), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pipeline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("loss_reason_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("loss_note", sa.String(length=500), nullable=True),
        sa.Column("salesperson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("has_lines", sa.Boolean(), nullable=False),
        sa.Column("contact_role", sa.String(length=100), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["crm_clients_client.id"],
            name=op.f("fk_crm_deals_deal_client_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["crm_clients_client.id"],
            name=op.f("fk_crm_deals_deal_contact_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_deals_deal_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["loss_reason_id"],
            ["crm_deals_loss_reason.id"],
            name=op.f("fk_crm_deals_deal_loss_reason_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["crm_deals_pipeline.id"],
            name=op.f("fk_crm_deals_deal_pipeline_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"],
            ["core_user.id"],
            name=op.f("fk_crm_deals_deal_salesperson_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["crm_clients_source.id"],
            name=op.f("fk_crm_deals_deal_source_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["crm_deals_stage.id"], name=op.f("fk_crm_deals_deal_stage_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_deal")),
    )
    with op.batch_alter_table("crm_deals_deal", schema=None) as batch_op:
        batch_op.create_index("ix_crm_deals_deal_client_id", ["client_id"], unique=False)
        batch_op.create_index("ix_crm_deals_deal_closed_at", ["closed_at"], unique=False)
        batch_op.create_index("ix_crm_deals_deal_contact_id", ["contact_id"], unique=False)
        batch_op.create_index("ix_crm_deals_deal_expected_close", ["expected_close"], unique=False)
        batch_op.create_index(
            "ix_crm_deals_deal_filters",
            [
                "entered_on",
                "id",
                "salesperson_id",
                "pipeline_id",
                "stage_id",
                "client_id",
                "source_id",
                "value",
                "currency",
                "expected_close",
                "closed_at",
                "is_repeat",
            ],
            unique=False,
        )
        batch_op.create_index("ix_crm_deals_deal_loss_reason_id", ["loss_reason_id"], unique=False)
        batch_op.create_index(
            "ix_crm_deals_deal_own_filters",
            [
                "salesperson_id",
                "entered_on",
                "id",
                "pipeline_id",
                "stage_id",
                "client_id",
                "source_id",
                "value",
                "currency",
                "expected_close",
                "closed_at",
                "is_repeat",
            ],
            unique=False,
        )
        batch_op.create_index("ix_crm_deals_deal_source_id", ["source_id"], unique=False)
        batch_op.create_index(
            "ix_crm_deals_deal_stage_id_entered_on", ["stage_id", "entered_on", "id"], unique=False
        )
        batch_op.create_index(
            "ix_crm_deals_deal_stage_id_stage_since", ["stage_id", "stage_since"], unique=False
        )
        batch_op.create_index("ix_crm_deals_deal_title_folded_id", ["title_folded", "id"], unique=False)
        batch_op.create_index("ix_crm_deals_deal_value_id", ["value", "id"], unique=False)

    op.create_table(
        "crm_deals_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["crm_clients_client.id"],
            name=op.f("fk_crm_deals_contact_client_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["crm_deals_deal.id"], name=op.f("fk_crm_deals_contact_deal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_contact")),
    )
    with op.batch_alter_table("crm_deals_contact", schema=None) as batch_op:
        batch_op.create_index("ix_crm_deals_contact_client_id", ["client_id"], unique=False)
        batch_op.create_index("ix_crm_deals_contact_deal_id", ["deal_id", "position"], unique=False)

    op.create_table(
        "crm_deals_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("discount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["crm_deals_deal.id"], name=op.f("fk_crm_deals_line_deal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_line")),
    )
    with op.batch_alter_table("crm_deals_line", schema=None) as batch_op:
        batch_op.create_index("ix_crm_deals_line_deal_id", ["deal_id", "position"], unique=False)

    op.create_table(
        "crm_deals_passage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["crm_deals_deal.id"], name=op.f("fk_crm_deals_passage_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["crm_deals_stage.id"],
            name=op.f("fk_crm_deals_passage_stage_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deals_passage")),
    )
    with op.batch_alter_table("crm_deals_passage", schema=None) as batch_op:
        batch_op.create_index("ix_crm_deals_passage_deal_id", ["deal_id", "since"], unique=False)
        batch_op.create_index("ix_crm_deals_passage_stage_id", ["stage_id", "since"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("crm_deals_passage", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_deals_passage_stage_id")
        batch_op.drop_index("ix_crm_deals_passage_deal_id")

    op.drop_table("crm_deals_passage")
    with op.batch_alter_table("crm_deals_line", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_deals_line_deal_id")

    op.drop_table("crm_deals_line")
    with op.batch_alter_table("crm_deals_contact", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_deals_contact_deal_id")
        batch_op.drop_index("ix_crm_deals_contact_client_id")

    op.drop_table("crm_deals_contact")
    with op.batch_alter_table("crm_deals_deal", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_deals_deal_value_id")
        batch_op.drop_index("ix_crm_deals_deal_title_folded_id")
        batch_op.drop_index("ix_crm_deals_deal_stage_id_stage_since")
        batch_op.drop_index("ix_crm_deals_deal_stage_id_entered_on")
        batch_op.drop_index("ix_crm_deals_deal_source_id")
        batch_op.drop_index("ix_crm_deals_deal_own_filters")
        batch_op.drop_index("ix_crm_deals_deal_loss_reason_id")
        batch_op.drop_index("ix_crm_deals_deal_filters")
        batch_op.drop_index("ix_crm_deals_deal_expected_close")
        batch_op.drop_index("ix_crm_deals_deal_contact_id")
        batch_op.drop_index("ix_crm_deals_deal_closed_at")
        batch_op.drop_index("ix_crm_deals_deal_client_id")

    op.drop_table("crm_deals_deal")
    op.drop_table("crm_deals_stage")
    op.drop_table("crm_deals_pipeline")
    op.drop_table("crm_deals_loss_reason")
