"""Sources are everybody's: leads have them, and deals; inquiries and changes of mode are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_clients_0003"
down_revision = "crm_clients_0002"
branch_labels = None
depends_on = None

OLD, NEW = "crm_leads_source", "crm_clients_source"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table(OLD):
        _take_over()
    else:
        _make_list()
    _make_inquiries()
    _make_mode_changes()


def _make_list() -> None:
    op.create_table(
        NEW,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_clients_source")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_clients_source_name_folded")),
    )


def _take_over() -> None:
    """The list that leads had until now, with its ids; the leads' references follow the table's name."""
    op.rename_table(OLD, NEW)
    if op.get_bind().dialect.name == "postgresql":
        for prefix, suffix in (("uq", "_name_folded"), ("pk", "")):
            op.execute(
                f"ALTER TABLE {NEW} RENAME CONSTRAINT {prefix}_{OLD}{suffix} TO {prefix}_{NEW}{suffix}"
            )
        return
    with op.batch_alter_table(NEW, recreate="always") as batch_op:
        batch_op.drop_constraint(f"uq_{OLD}_name_folded", type_="unique")
        batch_op.create_unique_constraint(f"uq_{NEW}_name_folded", ["name_folded"])


def _make_inquiries() -> None:
    table = "crm_clients_inquiry"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("results", JSON, nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f(f"fk_{table}_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_status_id", table, ["status", "id"])
    op.create_index(f"ix_{table}_at", table, ["at"])


def _make_mode_changes() -> None:
    table = "crm_clients_mode_change"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("from_mode", sa.String(length=10), nullable=False),
        sa.Column("to_mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=True),
        sa.Column("wish", JSON, nullable=False),
        sa.Column("source_id", ID, nullable=True),
        sa.Column("undoes_id", ID, nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed", JSON, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["core_user.id"], name=op.f(f"fk_{table}_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], [f"{table}.id"], name=op.f(f"fk_{table}_source_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], [f"{table}.id"], name=op.f(f"fk_{table}_undoes_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("is_running", name=op.f(f"uq_{table}_is_running")),
    )
    op.create_index(f"ix_{table}_job_id", table, ["job_id"])


def downgrade() -> None:
    op.drop_table("crm_clients_mode_change")
    op.drop_table("crm_clients_inquiry")
    op.drop_table(NEW)
