"""Deals keep when somebody last dealt with them; their products what they come to, and a name to be grouped by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.api import fold

revision = "crm_deals_0002"
down_revision = "crm_deals_0001"
branch_labels = None
depends_on = None

TABLE, LINES = "crm_deals_deal", "crm_deals_line"
BATCH = 1000
CENTS, PERCENT = 10**12, 10**6
"""Quantity, price and discount are kept in ten-thousandths."""


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_crm_deals_deal_last_touch_at", TABLE, ["last_touch_at", "id"])
    op.add_column(LINES, sa.Column("name_folded", sa.String(length=400), nullable=False, server_default=""))
    op.add_column(LINES, sa.Column("amount", sa.BigInteger(), nullable=False, server_default="0"))
    _fill()
    with op.batch_alter_table(LINES) as batch_op:
        batch_op.alter_column("name_folded", server_default=None)
        batch_op.alter_column("amount", server_default=None)
        batch_op.create_index("ix_crm_deals_line_name_folded", ["name_folded", "deal_id"])


def _fill() -> None:
    """Say of the lines there are what they come to: quantity times price less discount, rounded to cents, half up."""
    connection = op.get_bind()
    line = sa.table(
        LINES,
        *(
            sa.column(name)
            for name in ("id", "name", "name_folded", "quantity", "price", "discount", "amount")
        ),
    )
    change = (
        sa.update(line)
        .where(line.c.id == sa.bindparam("of"))
        .values(name_folded=sa.bindparam("folded"), amount=sa.bindparam("worth"))
    )
    last = 0
    while True:
        wanted = sa.select(line.c.id, line.c.name, line.c.quantity, line.c.price, line.c.discount)
        rows = connection.execute(wanted.where(line.c.id > last).order_by(line.c.id).limit(BATCH)).all()
        if not rows:
            return
        connection.execute(
            change, [{"of": row.id, "folded": fold(row.name), "worth": _worth(row)} for row in rows]
        )
        last = rows[-1].id


def _worth(row: Any) -> int:
    if row.price is None:
        return 0
    exact = row.quantity * row.price * (PERCENT - (row.discount or 0))
    return int((exact + CENTS // 2) // CENTS * 100)


def downgrade() -> None:
    op.drop_index("ix_crm_deals_line_name_folded", LINES)
    op.drop_column(LINES, "amount")
    op.drop_column(LINES, "name_folded")
    op.drop_index("ix_crm_deals_deal_last_touch_at", TABLE)
    op.drop_column(TABLE, "last_touch_at")
