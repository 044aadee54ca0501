"""Numbers, dates and moments as people write them, read strictly: what cannot be told raises CellError.

Called once per cell of large files, so patterns are compiled once and the common case is tried first.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from babel.numbers import list_currencies

from core.tabular.errors import CellError
from core.tabular.table import DateOrder, DecimalMark


def parse_decimal(text: str, decimal: DecimalMark = ".") -> Decimal:
    """'2.983,23', '99 444,74', 'US$ 900,50', '1 200 €', '(45,00)' as a number.

    `decimal` decides what could be read both ways ('1.234' with ',' is 1234); what can only be read the other
    way ('900.50' with ',') is read so. Raises CellError `not_a_number`.
    """
    if text.isdecimal():
        return Decimal(text)
    found = _NUMBER[decimal].fullmatch(text)
    if found is None:
        found = _NUMBER["." if decimal == "," else ","].fullmatch(text)
        if found is None:
            raise CellError("not_a_number", text=text)
    opened, sign, before, inner, whole, _group, fraction, exponent, after, trailing, closed = found.groups()
    if (before and not is_currency(before)) or (after and not is_currency(after)):
        raise CellError("not_a_number", text=text)
    if (opened is None) != (closed is None) or (sign, inner, trailing, opened).count(None) < 3:
        raise CellError("not_a_number", text=text)
    if not whole.isdecimal():
        whole = _GROUPING.sub("", whole)
    digits = f"{whole}.{fraction}" if fraction else whole or "0"
    number = Decimal(digits + exponent if exponent else digits)
    signs = (sign, inner, trailing)
    return -number if opened or "-" in signs or "−" in signs else number


def parse_date(text: str, order: DateOrder = "dmy") -> dt.date:
    """'25/12/2025', '25.12.25', '2025-12-25', '20251225' as a date; a time after it is left out.

    A year of four digits in front is always year-month-day. Raises CellError `not_a_date`, or `no_such_date`
    for the likes of 31/02/2025.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        found = _COMPACT_DATE.fullmatch(text)
        if found is None:
            raise CellError("not_a_date", text=text)
    first, second, third = found.groups()
    if len(first) > 2 or order == "ymd":
        year, month, day = first, second, third
    elif order == "dmy":
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    if len(day) > 2 or len(year) not in (2, 4):
        raise CellError("not_a_date", text=text)
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    try:
        return dt.date(number, int(month), int(day))
    except ValueError:
        raise CellError("no_such_date", text=text) from None


def parse_datetime(text: str, order: DateOrder = "dmy") -> dt.datetime:
    """A moment: ISO 8601 ('2026-01-02T10:00:00Z'), or a date as `parse_date` reads it with or without a time.

    Aware if the text names a zone, else naive; a date alone is its midnight. Raises CellError `not_a_moment`
    or `no_such_date`.
    """
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise CellError("not_a_moment", text=text)
    date_text, hour, minute, second, half = found.groups()
    try:
        day = parse_date(date_text, order)
    except CellError as error:
        code = "no_such_date" if error.code == "no_such_date" else "not_a_moment"
        raise CellError(code, text=text) from None
    if hour is None:
        return dt.datetime.combine(day, dt.time())
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise CellError("not_a_moment", text=text)
        hours = hours % 12 + (12 if half in "pP" else 0)
    try:
        return dt.datetime.combine(day, dt.time(hours, int(minute), int(second or 0)))
    except ValueError:
        raise CellError("not_a_moment", text=text) from None


def is_currency(word: str) -> bool:
    """Whether what stands beside a number is a currency: a sign ('€', 'US$'), a code or a known short name."""
    bare = word.rstrip(".")
    return bare[-1:] in _CURRENCY_SIGNS or bare in _CURRENCY_CODES or bare.casefold() in _CURRENCY_NAMES


_CURRENCY_SIGNS = frozenset("$€£¥₡₦₩₪₫₭₮₱₲₴₵₸₹₺₼₽₾₿¢฿")
_CURRENCY_CODES = frozenset(list_currencies())
_CURRENCY_NAMES = frozenset(
    ("bs", "bs.s", "bs.d", "bs.f", "s/", "kr", "zł", "ft", "kč", "lei", "rs", "rm", "rp", "fr", "frs", "f")
    + ("fcfa", "cfa", "dh", "da", "dt", "eur", "usd", "euro", "euros")
)

# Spaces of every width that people, Excel and Babel put between groups or around signs.
_SPACES = " \t\u00a0\u2007\u2009\u202f\u2002\u2003"
_GROUPING = re.compile(f"[{_SPACES}.,'’]")


def _number_pattern(mark: str, group: str) -> re.Pattern[str]:
    space = f"[{_SPACES}]*"
    sign = "([+−-])?"
    money = r"((?:[^\W\d_]{1,4}(?:\.[^\W\d_])?\.?)?[^\w\s.,'’()+−-]?)"
    grouped = rf"[0-9]{{1,3}}(?P<group>[{_SPACES}{group}'’])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    whole = rf"({grouped}|[0-9]+|(?=\{mark}[0-9]))"
    fraction = rf"(?:\{mark}([0-9]*))?"
    exponent = "([eE][+-]?[0-9]{1,2})?"
    return re.compile(
        rf"\s*(\()?{sign}{space}{money}{space}{sign}{space}{whole}{fraction}{exponent}{space}{money}{space}([−-])?(\))?\s*"
    )


_NUMBER = {",": _number_pattern(",", "."), ".": _number_pattern(".", ",")}

_DATE = re.compile(r"\s*(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})(?:[T ,]\s*\d{1,2}:\d.*)?\s*", re.ASCII)
_COMPACT_DATE = re.compile(r"\s*((?:19|20)\d{2})(\d{2})(\d{2})\s*", re.ASCII)
_MOMENT = re.compile(
    r"\s*(\d[\d./ -]*\d)(?:[T ,]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:([aApP])\.?\s?[mM]\.?)?)?\s*",
    re.ASCII,
)
