"""Numbers with decimals: coordinates, measures, whatever an administrator counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from babel.numbers import format_decimal

from core.fields.kind import Formats, Invalid, Kind, Reading
from core.i18n import _
from core.tabular.numbers import parse_decimal

if TYPE_CHECKING:
    from core.resources.declare import Field

SHORT = re.compile(r"[-−+]?\d{1,3}[.,]\d+")
LARGEST = Decimal(999_999_999_999)
"""Either way of zero: a number of millionths then fits a whole number of eight bytes."""


@dataclass(frozen=True)
class Number(Kind):
    """A number between bounds, rounded to `decimals` places; without bounds, what the database can keep."""

    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    decimals: int = 6
    name: ClassVar[str] = "number"
    cell_class: ClassVar[str] = "num"
    sink_type: ClassVar[str] = "number"
    operators: ClassVar[tuple[str, ...]] = ("is", "from", "to", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> Decimal | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            raise Invalid("not_a_number", _("This is not a number."))
        try:
            number = (
                Decimal(str(raw))
                if isinstance(raw, (int, float, Decimal))
                else _from_text(raw, reading, short=self._is_short)
            )
        except (ArithmeticError, ValueError):
            raise Invalid("not_a_number", _("“%(value)s” is not a number.", value=raw)) from None
        if number is None:
            return None
        if not number.is_finite():
            raise Invalid("not_a_number", _("“%(value)s” is not a number.", value=raw))
        low = -LARGEST if self.minimum is None else self.minimum
        high = LARGEST if self.maximum is None else self.maximum
        if not low <= number <= high:
            raise Invalid("out_of_range", _("From %(low)s to %(high)s.", low=low, high=high))
        return plain(number.quantize(Decimal(1).scaleb(-self.decimals)))

    def text(self, value: Decimal | None, formats: Formats) -> str:
        if value is None:
            return ""
        return format_decimal(value, self._pattern("#,##0"), locale=formats.language)

    def raw(self, value: Decimal | None, formats: Formats) -> str:
        return "" if value is None else format_decimal(value, self._pattern("0"), locale=formats.language)

    def json(self, value: Decimal | None, formats: Formats) -> Any:
        return None if value is None else format(plain(Decimal(value)), "f")

    def sink(self, value: Decimal | None, formats: Formats) -> Any:
        return None if value is None else plain(Decimal(value))

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        given = {name: float(bound) for name, bound in bounds.items() if bound is not None}
        return {
            "type": ["string", "number", "null"],
            "description": f"Decimal with at most {self.decimals} places",
            **given,
        }

    @property
    def _is_short(self) -> bool:
        """Whether there are no thousands between the bounds: then any one sign is the decimal one, as in 0.123."""
        return all(bound is not None and -1000 < bound < 1000 for bound in (self.minimum, self.maximum))

    def _pattern(self, whole: str) -> str:
        return f"{whole}.{'#' * self.decimals}" if self.decimals else whole


def plain(number: Decimal) -> Decimal:
    """The number without zeros behind its last decimal, never in powers of ten."""
    short = number.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short


def _from_text(raw: Any, reading: Reading, *, short: bool) -> Decimal | None:
    text = str(raw).strip()
    if short and SHORT.fullmatch(text):
        return Decimal(text.replace(",", ".").replace("−", "-"))
    return parse_decimal(text, reading.decimal) if text else None
