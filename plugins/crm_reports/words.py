"""Figures as a person reads them, and how one changed against the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent

from core.api import Formats, _, money_text
from plugins.crm_reports.declare import Amount, Count, Days, Mean, Measure, Share, Sum

NOTHING = "—"


@dataclass(frozen=True)
class Change:
    """How a figure moved: `amount` as a part of 1 (counts, money), in points of 1 (shares) or in days."""

    amount: float
    text: str
    signed: str
    way: str
    """up, down or same."""
    tone: str
    """better, worse or same."""


def value_text(measure: Measure, value: Any, formats: Formats, *, rounded: bool = False) -> str:
    """A value as it stands in a table; `rounded` for the large figures on top, which do without cents."""
    if isinstance(measure, (Amount, Mean)):
        amounts: Mapping[str, Decimal] = value or {}
        text = whole_money if rounded else money_text
        ordered = sorted(amounts.items(), key=lambda pair: (pair[0] != formats.currency, pair[0]))
        return " + ".join(text(amount, currency, formats.language) for currency, amount in ordered) or NOTHING
    if value is None:
        return NOTHING
    language = formats.language
    if isinstance(measure, Share):
        return percent_text(value, language)
    if isinstance(measure, Days):
        return length_text(value, measure.unit, language)
    return number_text(value, language)


def length_text(value: float, unit: str, language: str) -> str:
    """A number of days or hours."""
    number = format_decimal(round(value, 1), "#,##0.0", locale=language)
    return _("%(hours)s h", hours=number) if unit == "hours" else _("%(days)s d", days=number)


def number_text(value: float, language: str) -> str:
    return format_decimal(value, "#,##0.##", locale=language)


def percent_text(value: float, language: str) -> str:
    return format_percent(round(value, 3), _percent_pattern(language), locale=language)


def whole_money(amount: Decimal, currency: str, language: str) -> str:
    """An amount without cents."""
    return format_currency(
        round(amount), currency, _whole_pattern(language), locale=language, currency_digits=False
    )


def change_of(measure: Measure, value: Any, before: Any, formats: Formats) -> Change | None:
    """The change against the period before; None where there is nothing to compare, or several currencies."""
    moved = _moved(measure, value, before)
    if moved is None:
        return None
    size, language = abs(moved), formats.language
    if isinstance(measure, Share):
        text = _("%(points)s pt", points=format_decimal(round(size * 100, 1), "#,##0.0", locale=language))
        is_same = round(size, 3) == 0
    elif isinstance(measure, Days):
        text, is_same = value_text(measure, size, formats), round(size, 1) == 0
    else:
        text, is_same = percent_text(size, language), round(size, 3) == 0
    way = "same" if is_same else "up" if moved > 0 else "down"
    tone = "same" if is_same or not measure.good else "better" if way == measure.good else "worse"
    sign = {"up": "+", "down": "−", "same": ""}[way]
    return Change(moved, text, sign + text, way, tone)


def _moved(measure: Measure, value: Any, before: Any) -> float | None:
    if isinstance(measure, (Amount, Mean)):
        if len({*(value or {}), *(before or {})}) != 1 or not before:
            return None
        (currency,) = before
        value, before = (value or {}).get(currency, Decimal(0)), before[currency]
    if isinstance(measure, (Count, Sum, Amount, Mean)):
        return float((value - before) / before) if before else None
    return None if value is None or before is None else value - before


@lru_cache(maxsize=8)
def _whole_pattern(language: str) -> str:
    return Locale.parse(language).currency_formats["standard"].pattern.replace(".00", "")


@lru_cache(maxsize=8)
def _percent_pattern(language: str) -> str:
    """The language's own pattern with one decimal: `28.4%`, `28,4 %`."""
    return (
        Locale.parse(language)
        .percent_formats[None]
        .pattern.replace("0%", "0.0%")
        .replace("0\xa0%", "0.0\xa0%")
    )
