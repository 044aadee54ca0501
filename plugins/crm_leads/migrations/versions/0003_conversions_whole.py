"""Conversions into several records, which can be undone; leads of clients; sources have become everybody's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_leads_0003"
down_revision = "crm_leads_0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OLD_SOURCE = "crm_leads_source"
CLASSES = ("channel_id", "segment_id", "level_id", "zone_id", "sector_id")
FILTERED = ("status_id", "source_id", "value", "currency", "converted_at")


def upgrade() -> None:
    _point_at_common_sources()
    op.add_column(
        "crm_leads_lead", sa.Column("is_repeat", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("crm_leads_lead") as batch_op:
        batch_op.add_column(sa.Column("client_id", ID, nullable=True))
        batch_op.create_foreign_key(
            "fk_crm_leads_lead_client_id", "crm_clients_client", ["client_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.alter_column("is_repeat", server_default=None)
    op.create_index("ix_crm_leads_lead_client_id", "crm_leads_lead", ["client_id"])
    _wide_indexes((*FILTERED, "is_repeat"))
    op.create_table(
        "crm_leads_repeat_exception",
        sa.Column("client_id", ID, autoincrement=False, nullable=False),
        sa.Column("never_repeat", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["crm_clients_client.id"],
            name=op.f("fk_crm_leads_repeat_exception_client_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_crm_leads_repeat_exception")),
    )
    _conversions_with_results()
    _mode_is_classic()


def _mode_is_classic() -> None:
    """Until now the mode followed from whether this app was on; now it is a setting, and goes on as it was.

    A new installation chose it just before; who brings the app in later wants leads.
    """
    if sa.inspect(op.get_bind()).has_table("core_setting"):
        op.execute("UPDATE core_setting SET value = '\"classic\"' WHERE key = 'company.mode'")


def _point_at_common_sources() -> None:
    """A new installation has just made the old list, empty; in an older one it is the common list already."""
    if not sa.inspect(op.get_bind()).has_table(OLD_SOURCE):
        return
    with op.batch_alter_table("crm_leads_lead") as batch_op:
        batch_op.drop_constraint("fk_crm_leads_lead_source_id", type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_crm_leads_lead_source_id", "crm_clients_source", ["source_id"], ["id"], ondelete="SET NULL"
        )
    op.drop_table(OLD_SOURCE)


def _wide_indexes(filtered: tuple[str, ...]) -> None:
    table = "crm_leads_lead"
    for name in ("filters", "own_filters"):
        op.drop_index(f"ix_{table}_{name}", table)
    op.create_index(f"ix_{table}_filters", table, ["entered_on", "id", "salesperson_id", *filtered, *CLASSES])
    op.create_index(
        f"ix_{table}_own_filters", table, ["salesperson_id", "entered_on", "id", *filtered, *CLASSES]
    )


def _conversions_with_results() -> None:
    op.create_table(
        "crm_leads_conversion_result",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversion_id", ID, nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"],
            ["crm_leads_conversion.id"],
            name=op.f("fk_crm_leads_conversion_result_conversion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_conversion_result")),
    )
    op.create_index(
        "ix_crm_leads_conversion_result_conversion_id", "crm_leads_conversion_result", ["conversion_id"]
    )
    op.create_index(
        "ix_crm_leads_conversion_result_record", "crm_leads_conversion_result", ["resource", "record_id"]
    )
    op.execute(
        "INSERT INTO crm_leads_conversion_result"
        " (conversion_id, target, resource, record_id, created, version, changes)"
        " SELECT c.id, CASE k.kind WHEN 'person' THEN 'contact' ELSE 'company' END, 'clients', k.id, c.created,"
        " 0, '{}' FROM crm_leads_conversion c JOIN crm_clients_client k ON k.id = c.client_id"
    )
    with op.batch_alter_table("crm_leads_conversion") as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("before", JSON, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("undone_by_id", ID, nullable=True))
        batch_op.add_column(sa.Column("outcome", JSON, nullable=False, server_default="{}"))
        batch_op.create_foreign_key(
            "fk_crm_leads_conversion_undone_by_id", "core_user", ["undone_by_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_index("ix_crm_leads_conversion_client_id")
        batch_op.drop_constraint("fk_crm_leads_conversion_client_id", type_="foreignkey")
        batch_op.drop_constraint("uq_crm_leads_conversion_lead_id", type_="unique")
        batch_op.drop_column("client_id")
        batch_op.drop_column("created")
        batch_op.drop_column("moved")
    with op.batch_alter_table("crm_leads_conversion") as batch_op:
        batch_op.add_column(sa.Column("moved", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("crm_leads_conversion") as batch_op:
        for name in ("before", "moved", "outcome"):
            batch_op.alter_column(name, server_default=None)
    active = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_crm_leads_conversion_lead_id",
        "crm_leads_conversion",
        ["lead_id"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_index("ix_crm_leads_conversion_lead", "crm_leads_conversion", ["lead_id", "id"])
    op.create_index("ix_crm_leads_conversion_batch", "crm_leads_conversion", ["batch", "id"])


def downgrade() -> None:
    """The tables as they were; what several records were made of does not go back into one conversion."""
    for name in ("batch", "lead"):
        op.drop_index(f"ix_crm_leads_conversion_{name}", "crm_leads_conversion")
    op.drop_index("uq_crm_leads_conversion_lead_id", "crm_leads_conversion")
    op.execute("DELETE FROM crm_leads_conversion WHERE undone_at IS NOT NULL")
    with op.batch_alter_table("crm_leads_conversion") as batch_op:
        batch_op.drop_constraint("fk_crm_leads_conversion_undone_by_id", type_="foreignkey")
        for name in ("batch", "before", "moved", "undone_at", "undone_by_id", "outcome"):
            batch_op.drop_column(name)
    with op.batch_alter_table("crm_leads_conversion") as batch_op:
        batch_op.add_column(sa.Column("client_id", ID, nullable=True))
        batch_op.add_column(sa.Column("created", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("moved", JSON, nullable=False, server_default="{}"))
        batch_op.create_unique_constraint("uq_crm_leads_conversion_lead_id", ["lead_id"])
        batch_op.create_foreign_key(
            "fk_crm_leads_conversion_client_id",
            "crm_clients_client",
            ["client_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index("ix_crm_leads_conversion_client_id", ["client_id"])
    op.drop_table("crm_leads_conversion_result")
    op.drop_table("crm_leads_repeat_exception")
    op.drop_index("ix_crm_leads_lead_client_id", "crm_leads_lead")
    _wide_indexes(FILTERED)
    _sources_of_its_own()
    with op.batch_alter_table("crm_leads_lead") as batch_op:
        batch_op.drop_constraint("fk_crm_leads_lead_client_id", type_="foreignkey")
        batch_op.drop_constraint("fk_crm_leads_lead_source_id", type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_crm_leads_lead_source_id", OLD_SOURCE, ["source_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_column("client_id")
        batch_op.drop_column("is_repeat")


def _sources_of_its_own() -> None:
    """The list of leads as it was, with the ids that leads refer to; a copy of the common one."""
    op.create_table(
        OLD_SOURCE,
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_leads_source")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_leads_source_name_folded")),
    )
    names = "id, name, name_folded, description, hue, meaning, position, is_default, keys"
    op.execute(f"INSERT INTO {OLD_SOURCE} ({names}) SELECT {names} FROM crm_clients_source")
