"""Sources are everybody's: leads have them, and deals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_clients_0003"
down_revision = "crm_clients_0002"
branch_labels = None
depends_on = None

OLD, NEW = "crm_leads_source", "crm_clients_source"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table(OLD):
        _take_over()
        return
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


def downgrade() -> None:
    op.drop_table(NEW)
