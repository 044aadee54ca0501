"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_leads_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_leads_source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_source")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_leads_source_name_folded")),
    )
    op.create_table(
        "crm_leads_status",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_status")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_leads_status_name_folded")),
    )
    op.create_table(
        "crm_leads_lead",
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("status_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=400), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("document_number", sa.String(length=40), nullable=True),
        sa.Column("document_compact", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_folded", sa.String(length=254), nullable=True),
        sa.Column("phone_1", sa.String(length=60), nullable=True),
        sa.Column("phone_1_e164", sa.String(length=20), nullable=True),
        sa.Column("phone_2", sa.String(length=60), nullable=True),
        sa.Column("phone_2_e164", sa.String(length=20), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("notifications", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("contact_first_name", sa.String(length=100), nullable=True),
        sa.Column("contact_last_name", sa.String(length=100), nullable=True),
        sa.Column("contact_position", sa.String(length=100), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_email_folded", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=100), nullable=True),
        sa.Column("municipality", sa.String(length=100), nullable=True),
        sa.Column("parish", sa.String(length=100), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("reference_point", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("document_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("level_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("salesperson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["crm_clients_channel.id"],
            name=op.f("fk_crm_leads_lead_channel_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_leads_lead_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["document_type_id"],
            ["crm_clients_document_type.id"],
            name=op.f("fk_crm_leads_lead_document_type_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["level_id"],
            ["crm_clients_level.id"],
            name=op.f("fk_crm_leads_lead_level_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"],
            ["core_user.id"],
            name=op.f("fk_crm_leads_lead_salesperson_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"],
            ["crm_clients_sector.id"],
            name=op.f("fk_crm_leads_lead_sector_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["crm_clients_segment.id"],
            name=op.f("fk_crm_leads_lead_segment_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["crm_leads_source.id"],
            name=op.f("fk_crm_leads_lead_source_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["crm_leads_status.id"],
            name=op.f("fk_crm_leads_lead_status_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["crm_clients_zone.id"], name=op.f("fk_crm_leads_lead_zone_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_lead")),
    )
    with op.batch_alter_table("crm_leads_lead", schema=None) as batch_op:
        batch_op.create_index("ix_crm_leads_lead_document_compact", ["document_compact"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_email_folded", ["email_folded"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_entered_on_id", ["entered_on", "id"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_expires_on", ["expires_on"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_name_folded_id", ["name_folded", "id"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_phone_1_e164", ["phone_1_e164"], unique=False)
        batch_op.create_index("ix_crm_leads_lead_phone_2_e164", ["phone_2_e164"], unique=False)
        batch_op.create_index(
            "ix_crm_leads_lead_salesperson_id_entered_on",
            ["salesperson_id", "entered_on", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_crm_leads_lead_status_id_entered_on", ["status_id", "entered_on", "id"], unique=False
        )
        batch_op.create_index("ix_crm_leads_lead_value_id", ["value", "id"], unique=False)

    op.create_table(
        "crm_leads_conversion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_status_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("moved", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f("fk_crm_leads_conversion_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["crm_clients_client.id"],
            name=op.f("fk_crm_leads_conversion_client_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["from_status_id"],
            ["crm_leads_status.id"],
            name=op.f("fk_crm_leads_conversion_from_status_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["crm_leads_lead.id"],
            name=op.f("fk_crm_leads_conversion_lead_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_conversion")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_crm_leads_conversion_lead_id")),
    )
    with op.batch_alter_table("crm_leads_conversion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crm_leads_conversion_client_id"), ["client_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("crm_leads_conversion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crm_leads_conversion_client_id"))

    op.drop_table("crm_leads_conversion")
    with op.batch_alter_table("crm_leads_lead", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_lead_value_id")
        batch_op.drop_index("ix_crm_leads_lead_status_id_entered_on")
        batch_op.drop_index("ix_crm_leads_lead_salesperson_id_entered_on")
        batch_op.drop_index("ix_crm_leads_lead_phone_2_e164")
        batch_op.drop_index("ix_crm_leads_lead_phone_1_e164")
        batch_op.drop_index("ix_crm_leads_lead_name_folded_id")
        batch_op.drop_index("ix_crm_leads_lead_expires_on")
        batch_op.drop_index("ix_crm_leads_lead_entered_on_id")
        batch_op.drop_index("ix_crm_leads_lead_email_folded")
        batch_op.drop_index("ix_crm_leads_lead_document_compact")

    op.drop_table("crm_leads_lead")
    op.drop_table("crm_leads_status")
    op.drop_table("crm_leads_source")
