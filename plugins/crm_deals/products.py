"""The products of a deal: what each line comes to, and that a deal with lines is worth their sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.api import (
    Child,
    ChildRow,
    Draft,
    Field,
    MoneyAmount,
    Number,
    RowSum,
    Text,
    Words,
    WriteContext,
    _,
    _l,
    children_of_records,
)
from plugins.crm_deals.models import DealLine

MOST_WORTH = Decimal("99999999999.99")
"""More is no amount of money to the rest of the product."""

CENT = Decimal("0.01")


def worth(line: Mapping[str, Any]) -> Decimal:
    """What a line comes to: quantity times price, less its discount, rounded to cents; without a price nothing."""
    quantity, price = line.get("quantity"), line.get("price")
    if price is None:
        return Decimal(0)
    kept = 1 - (line.get("discount") or Decimal(0)) / 100
    return (Decimal(1 if quantity is None else quantity) * price * kept).quantize(
        CENT, rounding=ROUND_HALF_UP
    )


def worth_of_all(lines: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((worth(line) for line in lines), Decimal(0))


def check_line(values: Mapping[str, Any], context: WriteContext) -> Sequence[tuple[str, Words, str]]:
    """A line says what is sold and how much of it."""
    return [(name, _("This is needed."), "required") for name in ("name", "quantity") if not values.get(name)]


def check_value(draft: Draft, context: WriteContext) -> None:
    """The value of a deal with products is their sum.

    Who writes products and another value in one form gets their sum and is told; another value alone is refused.
    """
    lines = draft.children.get(LINES.name)
    if lines is not None:
        _check_sum(draft, lines, context, alone=False)
    elif _may_differ(draft):
        _check_sum(draft, _stored(draft, context), context, alone=True)


def note_lines(record: Any, draft: Draft, context: WriteContext) -> None:
    """Keep on the deal whether it has products, once it is known which it will have."""
    if LINES.name in draft.children:
        record.has_lines = bool(draft.children[LINES.name])


def _may_differ(draft: Draft) -> bool:
    """Whether the products have to be read to know: a value is written that is not the one there is."""
    return bool(
        not draft.is_new
        and draft.current.has_lines
        and "value" in draft.values
        and draft.values["value"] != draft.current.value
    )


def _stored(draft: Draft, context: WriteContext) -> Sequence[ChildRow]:
    rows = children_of_records(context.session, draft.resource, [draft.current])
    return rows[LINES.name].get(draft.current.id, [])


def _check_sum(draft: Draft, lines: Sequence[ChildRow], context: WriteContext, *, alone: bool) -> None:
    if not lines:
        return
    total = worth_of_all(row.values for row in lines)
    if total > MOST_WORTH:
        draft.problem(LINES.name, _("Together these come to more than can be kept."), "too_large")
        return
    given = draft.values.get("value", total)
    draft.values["value"] = total
    is_left = given is None or (not draft.is_new and given == draft.current.value)
    if given == total or (is_left and not alone):
        return
    if context.source == "api" or (context.source == "page" and alone):
        told = _("The value is the sum of the products; change those.")
        draft.problem("value", told, "sum_of_products")
    else:
        told = _("The value is the sum of the products; what was typed was not taken.")
        draft.warnings.append(("value", told))


LINES = Child(
    "lines",
    _l("Product"),
    _l("Products"),
    DealLine,
    "deal_id",
    (
        Field("name", _l("Product"), Text(max_length=200, folded=True), required=True),
        Field(
            "quantity",
            _l("Quantity"),
            Number(Decimal("0.01"), 9_999_999, 2),
            default=lambda context: Decimal(1),
        ),
        Field("price", _l("Price"), MoneyAmount(currency="currency")),
        Field("discount", _l("Discount in percent"), Number(0, 100, 2)),
    ),
    {},
    group="lines",
    title=("name",),
    icon="package",
    search=("name",),
    checks=(check_line,),
    sum=RowSum(_l("Amount"), worth, currency="currency", kept="amount"),
)
