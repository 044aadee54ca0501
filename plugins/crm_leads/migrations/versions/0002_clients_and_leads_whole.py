"""clients and leads whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.api import name_key

revision = "crm_leads_0002"
down_revision = "crm_leads_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_leads_junk_reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_junk_reason")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_leads_junk_reason_name_folded")),
    )
    op.create_table(
        "crm_leads_address",
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=100), nullable=True),
        sa.Column("municipality", sa.String(length=100), nullable=True),
        sa.Column("parish", sa.String(length=100), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("reference_point", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("latitude", sa.Integer(), nullable=True),
        sa.Column("longitude", sa.Integer(), nullable=True),
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["crm_leads_lead.id"], name=op.f("fk_crm_leads_address_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"],
            ["crm_clients_sector.id"],
            name=op.f("fk_crm_leads_address_sector_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["type_id"],
            ["crm_clients_address_type.id"],
            name=op.f("fk_crm_leads_address_type_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["crm_clients_zone.id"],
            name=op.f("fk_crm_leads_address_zone_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_address")),
    )
    with op.batch_alter_table("crm_leads_address", schema=None) as batch_op:
        batch_op.create_index("ix_crm_leads_address_lead_id", ["lead_id", "position"], unique=False)
        batch_op.create_index(
            "ix_crm_leads_address_sector_id", ["sector_id", "is_main", "lead_id"], unique=False
        )
        batch_op.create_index("ix_crm_leads_address_zone_id", ["zone_id", "is_main", "lead_id"], unique=False)

    op.create_table(
        "crm_leads_contact",
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=True),
        sa.Column("description", sa.String(length=100), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_folded", sa.String(length=254), nullable=True),
        sa.Column("phone_1", sa.String(length=60), nullable=True),
        sa.Column("phone_1_e164", sa.String(length=20), nullable=True),
        sa.Column("phone_2", sa.String(length=60), nullable=True),
        sa.Column("phone_2_e164", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["crm_leads_lead.id"], name=op.f("fk_crm_leads_contact_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_contact")),
    )
    with op.batch_alter_table("crm_leads_contact", schema=None) as batch_op:
        batch_op.create_index("ix_crm_leads_contact_lead_id", ["lead_id", "position"], unique=False)

    op.create_table(
        "crm_leads_passage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["crm_leads_lead.id"], name=op.f("fk_crm_leads_passage_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["crm_leads_status.id"],
            name=op.f("fk_crm_leads_passage_status_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_passage")),
    )
    with op.batch_alter_table("crm_leads_passage", schema=None) as batch_op:
        batch_op.create_index("ix_crm_leads_passage_lead_id", ["lead_id", "since"], unique=False)
        batch_op.create_index("ix_crm_leads_passage_status_id", ["status_id", "since"], unique=False)

    op.create_table(
        "crm_leads_validation",
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_via", sa.String(length=10), nullable=True),
        sa.Column("sent_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["crm_leads_lead.id"],
            name=op.f("fk_crm_leads_validation_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_leads_validation_confirmed_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_leads_validation_sent_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_validation")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_crm_leads_validation_link_hash")),
    )
    with op.batch_alter_table("crm_leads_validation", schema=None) as batch_op:
        batch_op.create_index("ix_crm_leads_validation_lead_id", ["lead_id", "id"], unique=False)

    with op.batch_alter_table("crm_leads_lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", sa.String(length=400), nullable=True))
        batch_op.create_index("ix_crm_leads_lead_name_key", ["name_key"], unique=False)
        batch_op.add_column(sa.Column("source_detail", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("utm_source", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("utm_medium", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("utm_campaign", sa.String(length=100), nullable=True))
        batch_op.add_column(
            sa.Column("junk_reason_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("junk_note", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("contact_phone_1", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("contact_phone_1_e164", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("contact_phone_2", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("contact_phone_2_e164", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("latitude", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("longitude", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("address_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_crm_leads_lead_junk_reason_id"),
            "crm_leads_junk_reason",
            ["junk_reason_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_crm_leads_lead_address_type_id"),
            "crm_clients_address_type",
            ["address_type_id"],
            ["id"],
            ondelete="SET NULL",
        )
    _fill_name_keys("crm_leads_lead")
    _make_main_rows("crm_leads", "lead")
    op.execute(  # what each lead is in now; how long it was in others before, its history still tells
        "INSERT INTO crm_leads_passage (lead_id, status_id, since)"
        " SELECT id, status_id, status_since FROM crm_leads_lead"
    )
    _filter_indexes("crm_leads_lead", "status_id", "source_id", "value", "currency", "converted_at")


def downgrade() -> None:
    _sort_indexes("crm_leads_lead")
    with op.batch_alter_table("crm_leads_validation", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_validation_lead_id")

    op.drop_table("crm_leads_validation")
    with op.batch_alter_table("crm_leads_lead", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_lead_name_key")
        batch_op.drop_column("name_key")
        batch_op.drop_constraint(batch_op.f("fk_crm_leads_lead_address_type_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_crm_leads_lead_junk_reason_id"), type_="foreignkey")
        batch_op.drop_column("address_type_id")
        batch_op.drop_column("longitude")
        batch_op.drop_column("latitude")
        batch_op.drop_column("contact_phone_2_e164")
        batch_op.drop_column("contact_phone_2")
        batch_op.drop_column("contact_phone_1_e164")
        batch_op.drop_column("contact_phone_1")
        batch_op.drop_column("junk_note")
        batch_op.drop_column("junk_reason_id")
        batch_op.drop_column("utm_campaign")
        batch_op.drop_column("utm_medium")
        batch_op.drop_column("utm_source")
        batch_op.drop_column("source_detail")

    with op.batch_alter_table("crm_leads_passage", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_passage_status_id")
        batch_op.drop_index("ix_crm_leads_passage_lead_id")

    op.drop_table("crm_leads_passage")
    with op.batch_alter_table("crm_leads_contact", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_contact_lead_id")

    op.drop_table("crm_leads_contact")
    with op.batch_alter_table("crm_leads_address", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_leads_address_zone_id")
        batch_op.drop_index("ix_crm_leads_address_sector_id")
        batch_op.drop_index("ix_crm_leads_address_lead_id")

    op.drop_table("crm_leads_address")
    op.drop_table("crm_leads_junk_reason")


def _fill_name_keys(table: str) -> None:
    """Names as duplicates compare them, of the records there are, some thousands at a time."""
    connection = op.get_bind()
    records = sa.table(table, sa.column("id"), sa.column("name"), sa.column("name_key"))
    change = (
        sa.update(records).where(records.c.id == sa.bindparam("its_id")).values(name_key=sa.bindparam("key"))
    )
    last = 0
    while True:
        found = connection.execute(
            sa.select(records.c.id, records.c.name)
            .where(records.c.id > last)
            .order_by(records.c.id)
            .limit(5000)
        ).all()
        if not found:
            return
        last = found[-1].id
        connection.execute(change, [{"its_id": id, "key": name_key(name)} for id, name in found])


def _make_main_rows(prefix: str, one: str) -> None:
    """The address and the contact person on each card become rows; a country alone came of itself and makes none."""
    said = "address, city, state, municipality, parish, postal_code, reference_point, zone_id, sector_id"
    op.execute(
        f"INSERT INTO {prefix}_address ({one}_id, is_main, position, country, {said})"
        f" SELECT id, true, 0, country, {said} FROM {prefix}_{one}"
        f" WHERE {_any_of(said)}"
    )
    said = "contact_first_name, contact_last_name, contact_position, contact_email"
    op.execute(
        f"INSERT INTO {prefix}_contact"
        f" ({one}_id, is_main, position, first_name, last_name, description, email, email_folded)"
        f" SELECT id, true, 0, {said}, contact_email_folded FROM {prefix}_{one}"
        f" WHERE {_any_of(said)}"
    )


def _any_of(names: str) -> str:
    return " OR ".join(f"{name} IS NOT NULL" for name in names.split(", "))


CLASSES = ("channel_id", "segment_id", "level_id", "zone_id", "sector_id")


def _filter_indexes(table: str, *also: str) -> None:
    """Lists are filtered from two wide indexes, and from a narrow one for each list of values."""
    op.drop_index(f"ix_{table}_entered_on_id", table)
    op.drop_index(f"ix_{table}_salesperson_id_entered_on", table)
    for name in CLASSES:
        op.create_index(f"ix_{table}_{name}", table, [name])
    filtered = [*also, *CLASSES]
    op.create_index(f"ix_{table}_filters", table, ["entered_on", "id", "salesperson_id", *filtered])
    op.create_index(f"ix_{table}_own_filters", table, ["salesperson_id", "entered_on", "id", *filtered])


def _sort_indexes(table: str) -> None:
    """As it was before."""
    for name in ("own_filters", "filters", *reversed(CLASSES)):
        op.drop_index(f"ix_{table}_{name}", table)
    op.create_index(f"ix_{table}_entered_on_id", table, ["entered_on", "id"])
    op.create_index(f"ix_{table}_salesperson_id_entered_on", table, ["salesperson_id", "entered_on", "id"])
