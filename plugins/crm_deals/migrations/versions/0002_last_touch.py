"""Deals keep when somebody last dealt with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "crm_deals_0002"
down_revision = "crm_deals_0001"
branch_labels = None
depends_on = None

TABLE = "crm_deals_deal"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_crm_deals_deal_last_touch_at", TABLE, ["last_touch_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_crm_deals_deal_last_touch_at", TABLE)
    op.drop_column(TABLE, "last_touch_at")
