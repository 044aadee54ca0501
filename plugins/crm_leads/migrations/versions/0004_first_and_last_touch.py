"""Leads keep when somebody first and last dealt with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "crm_leads_0004"
down_revision = "crm_leads_0003"
branch_labels = None
depends_on = None

TABLE = "crm_leads_lead"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("first_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_crm_leads_lead_last_touch_at", TABLE, ["last_touch_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_crm_leads_lead_last_touch_at", TABLE)
    op.drop_column(TABLE, "last_touch_at")
    op.drop_column(TABLE, "first_touch_at")
