"""Amounts of money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from babel.numbers import format_currency, format_decimal, get_currency_symbol

from core.fields.kind import Formats, Invalid, Kind, Reading
from core.i18n import _
from core.tabular.numbers import parse_decimal

if TYPE_CHECKING:
    from core.resources.declare import Field

LARGEST = Decimal("99999999999.99")


@dataclass(frozen=True)
class MoneyAmount(Kind):
    """An amount of at most two decimals, not negative; its currency is the record's field `currency`."""

    currency: str = "currency"
    name: ClassVar[str] = "money"
    cell_class: ClassVar[str] = "num"
    sink_type: ClassVar[str] = "money"
    operators: ClassVar[tuple[str, ...]] = ("is", "from", "to", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> Decimal | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            raise Invalid("not_an_amount", _("This is not an amount."))
        try:
            amount = Decimal(str(raw)) if isinstance(raw, (int, float, Decimal)) else _from_text(raw, reading)
        except ArithmeticError:
            amount = None
        except ValueError:
            raise Invalid("not_an_amount", _("“%(value)s” is not an amount.", value=raw)) from None
        if amount is None:
            return None
        if not amount.is_finite():
            raise Invalid("not_an_amount", _("“%(value)s” is not an amount.", value=raw))
        if amount < 0:
            raise Invalid("negative", _("An amount cannot be negative."))
        if amount > LARGEST:
            raise Invalid("too_large", _("This amount is larger than we can keep."))
        return amount.quantize(Decimal("0.01"))

    def text(self, value: Decimal | None, formats: Formats) -> str:
        return "" if value is None else format_amount(value, formats.language)

    def raw(self, value: Decimal | None, formats: Formats) -> str:
        return "" if value is None else format_decimal(value, "0.00", locale=formats.language)

    def json(self, value: Decimal | None, formats: Formats) -> Any:
        return None if value is None else str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "null"], "description": "Decimal with at most two places"}


def format_amount(value: Decimal, language: str) -> str:
    """`1234.5` as `1.234,50` (es), `1 234,50` (fr), `1,234.50` (en)."""
    group, decimal = _marks(language)
    whole = f"{value:,.2f}"
    return whole.replace(",", "\0").replace(".", decimal).replace("\0", group)


def money_text(value: Decimal, currency: str, language: str) -> str:
    """An amount with its currency, as the language writes it."""
    return format_currency(value, currency, locale=language)


@lru_cache(maxsize=512)
def currency_symbol(currency: str, language: str) -> str:
    return get_currency_symbol(currency, locale=language)


@lru_cache(maxsize=512)
def currency_marks(currency: str, language: str) -> tuple[str, str]:
    """What stands before and after an amount of a currency: `$` in English, ` US$` behind it in Spanish."""
    before, after = re.split(r"\d[\d.,]*", format_currency(Decimal(0), currency, locale=language), maxsplit=1)
    return before, after


def _from_text(raw: Any, reading: Reading) -> Decimal | None:
    text = str(raw).strip()
    return parse_decimal(text, reading.decimal) if text else None


@lru_cache(maxsize=8)
def _marks(language: str) -> tuple[str, str]:
    """Thousands and decimal mark of a language; Spanish groups four digits too, as money is written."""
    sample = format_decimal(Decimal("12345.5"), "#,##0.0", locale=language)
    return sample[2], sample[-2]
