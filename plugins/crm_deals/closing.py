"""When open deals are expected to be closed: this month, or already overdue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.api import Filter, _l, db, formats_for
from plugins.crm_deals.models import OPEN, Deal, Stage

MONTH, OVERDUE, NONE = "month", "overdue", "none"


def is_open() -> Any:
    """The criterion of deals that are still worked on."""
    return Deal.stage_id.in_(sa.select(Stage.id).where(Stage.meaning == OPEN))


def closes_in(choice: str) -> Any:
    """The criterion of the filter."""
    today = datetime.now(formats_for(db.session(), None).zone).date()
    due: sa.ColumnElement[bool]
    if choice == MONTH:
        due = Deal.expected_close.between(today.replace(day=1), last_of_month(today))
    elif choice == OVERDUE:
        due = Deal.expected_close < today
    elif choice == NONE:
        due = Deal.expected_close.is_(None)
    else:
        return sa.false()
    return sa.and_(is_open(), due)


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


CLOSING = Filter(
    "closing",
    _l("Closing"),
    lambda: (
        (MONTH, _l("Closes this month")),
        (OVERDUE, _l("Overdue")),
        (NONE, _l("Without a date")),
    ),
    closes_in,
)
