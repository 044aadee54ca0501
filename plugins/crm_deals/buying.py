"""What clients buy: how often, how lately, how lively they are; and by which product deals are found.

How lively a client is: *hot* who bought in the last 90 days or had at least three interactions in them; else *warm* who bought
in the last 365 days or had an interaction in the last 90; else *cold*. Without the app of interactions purchases alone decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Column, Date, Filter, Words, _, _l, current_house, db, fold, formats_for, money_text
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import WON, Deal, DealLine, Stage

HOT, WARM, COLD = "hot", "warm", "cold"
LATELY, THIS_YEAR = 90, 365
OFTEN = 3

NEVER, ONCE, FEW, MANY = "0", "1", "2-4", "5+"

PRODUCTS_OFFERED = 50


def is_won() -> Any:
    """The criterion of deals that were won."""
    return Deal.stage_id.in_(sa.select(Stage.id).where(Stage.meaning == WON))


def buyers(since: datetime | None = None) -> sa.Select[Any]:
    """The ids of clients with a deal that was won, from a moment on."""
    found = sa.select(Deal.client_id).where(Deal.client_id.isnot(None), is_won())
    return found if since is None else found.where(Deal.closed_at >= since)


def engagement(choice: str) -> Any:
    """The criterion of how lively a client is."""
    ways = {HOT: _hot, WARM: lambda: sa.and_(_warm(), sa.not_(_hot())), COLD: lambda: sa.not_(_warm())}
    return ways[choice]() if choice in ways else sa.false()


def purchases(choice: str) -> Any:
    """The criterion of how often a client has bought."""
    often = buyers().group_by(Deal.client_id)
    bounds = {ONCE: (1, 1), FEW: (2, 4), MANY: (5, None)}
    if choice == NEVER:
        return Client.id.notin_(buyers())
    if choice not in bounds:
        return sa.false()
    least, most = bounds[choice]
    number = sa.func.count()
    return Client.id.in_(often.having(number >= least if most is None else number.between(least, most)))


def has_product(choice: str) -> Any:
    """The criterion of deals with a product of this name, however it is spelled; `~any` of those with any."""
    deals = sa.select(DealLine.deal_id)
    return Deal.id.in_(deals if choice == "~any" else deals.where(DealLine.name_folded == fold(choice)))


def _products() -> Sequence[tuple[str, Words]]:
    """The products in most deals."""
    name = sa.func.min(DealLine.name)
    most = sa.select(name).group_by(DealLine.name_folded).order_by(sa.func.count().desc(), name)
    return [(each, each) for each in db.session().scalars(most.limit(PRODUCTS_OFFERED))]


def _hot() -> Any:
    own = Client.id.in_(buyers(_days_ago(LATELY)))
    often = _dealt_with(OFTEN)
    return own if often is None else sa.or_(own, often)


def _warm() -> Any:
    """At least warm: everybody who is hot is."""
    own = Client.id.in_(buyers(_days_ago(THIS_YEAR)))
    once = _dealt_with(1)
    return own if once is None else sa.or_(own, once)


def _dealt_with(times: int) -> Any:
    """Clients with so many interactions lately; None where there is no app of interactions."""
    resource = current_house().resources.get("interactions")
    if resource is None:
        return None
    model = resource.model
    found = sa.select(model.record_id).where(model.resource == "clients", model.at >= _days_ago(LATELY))
    return Client.id.in_(found.group_by(model.record_id).having(sa.func.count() >= times))


def _days_ago(days: int) -> datetime:
    """The beginning of that day where the company is: the same all day long."""
    zone = formats_for(db.session(), None).zone
    day = datetime.now(zone).date() - timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _bought(session: Session, ids: Sequence[int]) -> Mapping[int, Any]:
    """{client's id: what they bought}, one query for the page."""
    rows = session.execute(
        sa.select(
            Deal.client_id,
            Deal.currency,
            sa.func.count(),
            sa.func.min(Deal.closed_at),
            sa.func.max(Deal.closed_at),
            sa.func.sum(Deal.value),
        )
        .where(Deal.client_id.in_(ids), is_won())
        .group_by(Deal.client_id, Deal.currency)
        .order_by(Deal.client_id, Deal.currency)
    )
    found: dict[int, list[Any]] = {}
    for id, *rest in rows:
        found.setdefault(id, []).append(rest)
    return found


def _purchases_text(rows: Sequence[Any]) -> str:
    """How many purchases, and how many days lie between two of them."""
    number = sum(row[1] for row in rows)
    moments = [moment for row in rows for moment in (row[2], row[3]) if moment is not None]
    if number < 2 or not moments:
        return str(number)
    days = (max(moments) - min(moments)).days / (number - 1)
    return _("%(number)s, every %(days)s days", number=number, days=round(days))


def _last_text(rows: Sequence[Any]) -> str:
    last = max((row[3] for row in rows if row[3] is not None), default=None)
    return "" if last is None else _day_text(last)


def _first_text(rows: Sequence[Any]) -> str:
    first = min((row[2] for row in rows if row[2] is not None), default=None)
    return "" if first is None else _day_text(first)


def _worth_text(rows: Sequence[Any]) -> str:
    formats = formats_for(db.session(), None)
    return " + ".join(
        money_text(row[4], row[0] or formats.currency, formats.language) for row in rows if row[4] is not None
    )


def _day_text(moment: datetime) -> str:
    formats = formats_for(db.session(), None)
    return Date().text(moment.astimezone(formats.zone).date(), formats)


ENGAGEMENT = Filter(
    "engagement",
    _l("Engagement"),
    lambda: ((HOT, _l("Hot")), (WARM, _l("Warm")), (COLD, _l("Cold"))),
    engagement,
)
PURCHASES = Filter(
    "purchases",
    _l("Purchases"),
    lambda: ((NEVER, _l("None")), (ONCE, _l("One")), (FEW, _l("2 to 4")), (MANY, _l("5 or more"))),
    purchases,
)
PRODUCT = Filter("product", _l("Product"), _products, has_product)

COLUMNS = (
    Column("purchases", _l("Purchases"), _bought, _purchases_text, usual=False),
    Column("first_purchase", _l("First purchase"), _bought, _first_text, usual=False),
    Column("last_purchase", _l("Last purchase"), _bought, _last_text, usual=False),
    Column("bought", _l("Bought for"), _bought, _worth_text, align="right", usual=False),
)
