"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_clients_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_clients_channel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_channel")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_channel_name_folded")),
    )
    op.create_table(
        "crm_clients_document_type",
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_document_type")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_document_type_name_folded")),
    )
    op.create_table(
        "crm_clients_level",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_level")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_level_name_folded")),
    )
    op.create_table(
        "crm_clients_sector",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_sector")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_sector_name_folded")),
    )
    op.create_table(
        "crm_clients_segment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_segment")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_segment_name_folded")),
    )
    op.create_table(
        "crm_clients_zone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_zone")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_zone_name_folded")),
    )
    op.create_table(
        "crm_clients_client",
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
            name=op.f("fk_crm_clients_client_channel_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_clients_client_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["document_type_id"],
            ["crm_clients_document_type.id"],
            name=op.f("fk_crm_clients_client_document_type_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["level_id"],
            ["crm_clients_level.id"],
            name=op.f("fk_crm_clients_client_level_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"],
            ["core_user.id"],
            name=op.f("fk_crm_clients_client_salesperson_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"],
            ["crm_clients_sector.id"],
            name=op.f("fk_crm_clients_client_sector_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["crm_clients_segment.id"],
            name=op.f("fk_crm_clients_client_segment_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["crm_clients_zone.id"],
            name=op.f("fk_crm_clients_client_zone_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_client")),
    )
    with op.batch_alter_table("crm_clients_client", schema=None) as batch_op:
        batch_op.create_index("ix_crm_clients_client_document_compact", ["document_compact"], unique=False)
        batch_op.create_index("ix_crm_clients_client_email_folded", ["email_folded"], unique=False)
        batch_op.create_index("ix_crm_clients_client_entered_on_id", ["entered_on", "id"], unique=False)
        batch_op.create_index("ix_crm_clients_client_name_folded_id", ["name_folded", "id"], unique=False)
        batch_op.create_index("ix_crm_clients_client_phone_1_e164", ["phone_1_e164"], unique=False)
        batch_op.create_index("ix_crm_clients_client_phone_2_e164", ["phone_2_e164"], unique=False)
        batch_op.create_index(
            "ix_crm_clients_client_salesperson_id_entered_on",
            ["salesperson_id", "entered_on", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("crm_clients_client", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_clients_client_salesperson_id_entered_on")
        batch_op.drop_index("ix_crm_clients_client_phone_2_e164")
        batch_op.drop_index("ix_crm_clients_client_phone_1_e164")
        batch_op.drop_index("ix_crm_clients_client_name_folded_id")
        batch_op.drop_index("ix_crm_clients_client_entered_on_id")
        batch_op.drop_index("ix_crm_clients_client_email_folded")
        batch_op.drop_index("ix_crm_clients_client_document_compact")

    op.drop_table("crm_clients_client")
    op.drop_table("crm_clients_zone")
    op.drop_table("crm_clients_segment")
    op.drop_table("crm_clients_sector")
    op.drop_table("crm_clients_level")
    op.drop_table("crm_clients_document_type")
    op.drop_table("crm_clients_channel")
