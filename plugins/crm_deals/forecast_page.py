"""The page of the forecast: figures, a line for each month, and every number the way to its deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import render_template
from markupsafe import Markup

from core.api import Condition, Formats, Listed, Look, _l, format_amount, money_text
from plugins.crm_deals.forecast import Forecast, Line, forecast_of, told


@dataclass(frozen=True)
class Shown:
    """A sum in words, and the list it is the sum of."""

    text: str
    href: str


@dataclass(frozen=True)
class Row:
    """A line of the table. The bar's two lengths are percents of the largest line's, of one currency."""

    line: Line
    values: Sequence[Shown]
    weighted: Sequence[Shown]
    bar: tuple[float, float]


def drawn(listed: Listed) -> Markup:
    forecast = forecast_of(listed)
    bar = _Bars(forecast, listed.formats)
    page = render_template(
        "crm_deals/forecast.html",
        rows=[_row(line, listed.formats, bar) for line in forecast.lines],
        total=_row(forecast.total, listed.formats, bar),
        won=_row(forecast.won, listed.formats, bar),
        overdue=_row(forecast.lines[0], listed.formats, bar),
        is_mixed=len(forecast.total.worths) > 1,
        bar_currency=bar.currency,
    )
    return Markup(page)  # a template's own answer


def as_json(listed: Listed) -> Mapping[str, Any]:
    return told(forecast_of(listed))


FORECAST = Look("forecast", _l("Forecast"), "chart-bar", drawn, as_json)


class _Bars:
    """Lengths of bars in the one currency they are drawn in: the company's, else that of most value."""

    def __init__(self, forecast: Forecast, formats: Formats) -> None:
        codes = [each.currency for each in forecast.total.worths]
        self.currency = formats.currency if formats.currency in codes else next(iter(codes), "")
        values = [
            each.value for line in forecast.lines for each in line.worths if each.currency == self.currency
        ]
        self._longest = max(values, default=Decimal())

    def of(self, line: Line) -> tuple[float, float]:
        own = next((each for each in line.worths if each.currency == self.currency), None)
        if own is None or not self._longest:
            return 0, 0
        return self._percent(own.value), self._percent(own.weighted)

    def _percent(self, amount: Decimal) -> float:
        return round(float(amount / self._longest * 100), 1)


def _row(line: Line, formats: Formats, bars: _Bars) -> Row:
    """Sums of several currencies each lead to the deals of theirs."""
    several = len(line.worths) > 1

    def shown(code: str, amount: Decimal) -> Shown:
        text = money_text(amount, code, formats.language) if code else format_amount(amount, formats.language)
        own = Condition("currency", "is", (code or "~empty",))
        return Shown(text, (line.list.narrowed(own, instead=True) if several else line.list).href)

    return Row(
        line,
        [shown(each.currency, each.value) for each in line.worths],
        [shown(each.currency, each.weighted) for each in line.worths],
        bars.of(line),
    )
